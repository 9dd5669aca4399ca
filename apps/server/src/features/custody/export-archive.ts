import { HilumError } from "@hilum/contract";
import { writeArchive, type ArchiveFile } from "@hilum/marketplace";
import type { RecordRow, Records } from "@hilum/store";
import { part2Notice } from "../consent/consents.ts";

export interface ExportedRecord {
  type: string;
  id: string;
  resource: Record<string, unknown>;
  patients: readonly string[];
}

/** What one download may hold: it is made in memory, and nothing of it is written to the disk. */
const recordsMax = 20_000;
const bytesMax = 256 * 1024 ** 2;
const batchRows = 500;

/** The records about a patient, of the wanted types. Throws `record.too_large` for more than one download holds. */
export async function readCompartment(
  records: Pick<Records, "search">,
  patient: string,
  types: readonly string[],
): Promise<ExportedRecord[]> {
  const found: ExportedRecord[] = [];
  let bytes = 0;
  let after: string | undefined;
  do {
    const page = await records.search({
      ...{ groups: [], patient, limit: batchRows },
      ...(after === undefined ? {} : { after }),
    });
    for (const row of page.rows) {
      if (row.resource === undefined || (types.length > 0 && !types.includes(row.type))) continue;
      bytes += row.resource.length;
      found.push(open(row, row.resource));
    }
    if (found.length > recordsMax || bytes > bytesMax)
      throw new HilumError("record.too_large", {
        detail: `One export holds ${recordsMax} records or ${bytesMax / 1024 ** 2} MB at most. Ask for fewer types at a time.`,
      });
    after = page.next;
  } while (after !== undefined);
  return found;
}

const open = ({ type, id, patients }: RecordRow, resource: string): ExportedRecord => ({
  ...{ type, id, patients },
  resource: JSON.parse(resource) as Record<string, unknown>,
});

/** One NDJSON file for each type, as FHIR Bulk Data has them, and the notice of 42 CFR part 2 where it must go along. */
export function writeExport(records: readonly ExportedRecord[], part2: boolean): Buffer {
  const types = [...new Set(records.map(({ type }) => type))].toSorted();
  const files: ArchiveFile[] = types.map((type) => ({
    path: `${type}.ndjson`,
    bytes: Buffer.from(
      records
        .filter((record) => record.type === type)
        .map(({ resource }) => `${JSON.stringify(resource)}\n`)
        .join(""),
      "utf8",
    ),
  }));
  if (part2) files.push({ path: "NOTICE.txt", bytes: Buffer.from(`${part2Notice}\n`, "utf8") });
  return writeArchive(files);
}
