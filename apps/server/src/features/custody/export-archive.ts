import { createHash } from "node:crypto";
import { Readable } from "node:stream";
import { crc32 } from "node:zlib";
import { HilumError, isHilumError } from "@hilum/contract";
import { archiveBytesMax, streamArchive, type StreamedFile } from "@hilum/marketplace";
import type { Blobs, RecordRow, Records } from "@hilum/store";
import { part2Notice } from "../consent/consents.ts";
import { nameOf } from "../records/open-record.ts";
import { referencesIn } from "../records/references.ts";
import type { Resource } from "../records/records-service.ts";
import { storedContentOf, withoutStoredContent } from "../records/stored-content.ts";

export interface ExportedRecord {
  type: string;
  id: string;
  resource: Resource;
  patients: readonly string[];
}

/** What one download may hold of records, which are made in memory, and of files, which are streamed: nothing of it is written to the disk. */
const recordsMax = 20_000;
const bytesMax = 256 * 1024 ** 2;
const batchRows = 500;

/**
 * The records about a patient, of the wanted types, with the files that these name. Throws `record.too_large` for more than one download
 * holds.
 */
export async function readCompartment(
  records: Pick<Records, "search">,
  patient: string,
  types: readonly string[],
): Promise<ExportedRecord[]> {
  const found: ExportedRecord[] = [];
  const files: ExportedRecord[] = [];
  let bytes = 0;
  let after: string | undefined;
  do {
    const page = await records.search({
      ...{ groups: [], patient, limit: batchRows },
      ...(after === undefined ? {} : { after }),
    });
    for (const row of page.rows) {
      const isWanted = types.length === 0 || types.includes(row.type);
      if (row.resource === undefined || (!isWanted && row.type !== "Binary")) continue;
      bytes += row.resource.length;
      (isWanted ? found : files).push(open(row, row.resource));
    }
    if (found.length + files.length > recordsMax || bytes > bytesMax) throw tooLarge();
    after = page.next;
  } while (after !== undefined);
  const named = new Set(found.flatMap(({ resource }) => referencesIn(resource)).map(nameOf));
  return [...found, ...files.filter((file) => named.has(nameOf(file)))];
}

const open = ({ type, id, patients }: RecordRow, resource: string): ExportedRecord => ({
  ...{ type, id, patients },
  resource: JSON.parse(resource) as Resource,
});

const tooLarge = (): HilumError =>
  new HilumError("record.too_large", {
    detail: `One export holds ${recordsMax} records, ${bytesMax / 1024 ** 2} MB of them and ${Math.floor(archiveBytesMax / 1024 ** 3)} GB of files at most. Ask for fewer types at a time.`,
  });

export interface ExportArchive {
  /** Bytes of all of it. */
  size: number;
  stream: Readable;
  /** Files that lie beside the records. */
  files: number;
}

/**
 * A ZIP of one NDJSON file for each type, as FHIR Bulk Data has them; the bytes that are kept outside of records under `files/`, with `files.ndjson` that
 * says which is of what; and the notice of 42 CFR part 2 where it must go along. Each file is read once before anything goes out, so that one
 * that is damaged or gone is known then, and a second time as it goes: none is held whole, and none is ever in the clear on a disk.
 */
export async function openExport(
  records: readonly ExportedRecord[],
  part2: boolean,
  blobs: Pick<Blobs, "read">,
): Promise<ExportArchive> {
  const types = [...new Set(records.map(({ type }) => type))].toSorted();
  const documents = types.map((type) =>
    textFile(
      `${type}.ndjson`,
      records.filter((record) => record.type === type).map(({ resource }) => withoutStoredContent(resource)),
    ),
  );
  const kept = records.flatMap(({ id, resource }) => {
    const content = storedContentOf(resource);
    return content === undefined ? [] : [{ id, contentType: String(resource["contentType"]), ...content }];
  });
  const files: KeptFile[] = [];
  for (const file of kept) files.push(await lookThrough(file, blobs));
  const there = files.flatMap(({ file }) => file ?? []);
  const all = [
    ...documents,
    ...there,
    ...(files.length === 0
      ? []
      : [
          textFile(
            "files.ndjson",
            files.map(({ says }) => says),
          ),
        ]),
    ...(part2 ? [bytesFile("NOTICE.txt", Buffer.from(`${part2Notice}\n`, "utf8"))] : []),
  ];
  try {
    const { size, bytes } = streamArchive(all);
    return { size, stream: Readable.from(bytes), files: there.length };
  } catch (error) {
    throw error instanceof RangeError ? tooLarge() : error;
  }
}

const textFile = (path: string, lines: readonly object[]): StreamedFile =>
  bytesFile(path, Buffer.from(lines.map((line) => `${JSON.stringify(line)}\n`).join(""), "utf8"));

const bytesFile = (path: string, bytes: Buffer): StreamedFile => ({
  ...{ path, size: bytes.length, crc: crc32(bytes) },
  open: () => [bytes],
});

interface KeptFile {
  /** Absent where its bytes are gone. */
  file?: StreamedFile;
  /** Its line in `files.ndjson`. */
  says: object;
}

async function lookThrough(
  { id, contentType, blob }: { id: string; contentType: string; blob: string },
  blobs: Pick<Blobs, "read">,
): Promise<KeptFile> {
  const binary = `Binary/${id}`;
  const path = `files/${id}${endings[contentType.split(";")[0]?.trim() ?? ""] ?? ".bin"}`;
  const sha256 = createHash("sha256");
  let [size, crc] = [0, 0];
  try {
    for await (const part of (await blobs.read(blob)).content) {
      size += part.length;
      crc = crc32(part, crc);
      sha256.update(part);
    }
  } catch (error) {
    if (!isHilumError(error) || error.code !== "blob.not_found") throw error;
    return { says: { binary, contentType, missing: true } };
  }
  async function* again(): AsyncGenerator<Uint8Array> {
    yield* (await blobs.read(blob)).content;
  }
  return {
    file: { path, size, crc, open: again },
    says: { binary, path, contentType, size, sha256: sha256.digest("hex") },
  };
}

/** How files of the usual kinds are called; what a file is says `files.ndjson`. */
const endings: Readonly<Record<string, string>> = {
  "application/dicom": ".dcm",
  "application/json": ".json",
  "application/pdf": ".pdf",
  "application/xml": ".xml",
  "image/jpeg": ".jpg",
  "image/png": ".png",
  "image/tiff": ".tif",
  "text/html": ".html",
  "text/plain": ".txt",
  "text/xml": ".xml",
};
