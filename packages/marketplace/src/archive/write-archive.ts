import { crc32 } from "node:zlib";

/** A file of an archive; `path` has forward slashes and no `..`. */
export interface ArchiveFile {
  path: string;
  bytes: Uint8Array;
}

/** 1980-01-01 00:00, the first moment that the format knows: when a file was packed is not part of what it is. */
export const dosDate = 0x0021;
export const versionNeeded = 20;
/** Names are UTF-8. */
export const flags = 0x0800;
/** A regular file, rw-r--r--, as Unix writes it. */
export const externalAttributes = (0o100644 << 16) >>> 0;
const unix = 3;
export const versionMadeBy = (unix << 8) | versionNeeded;

export const signatures = { local: 0x04034b50, entry: 0x02014b50, end: 0x06054b50 } as const;
export const recordBytes = { local: 30, entry: 46, end: 22 } as const;

/**
 * A ZIP archive (PKWARE APPNOTE 6.3.10, sections 4.3.7, 4.3.12 and 4.3.16) that is a function of names and bytes alone:
 * sorted by path, stored and not compressed, because two versions of a compressor give two results, without times.
 */
export function writeArchive(files: readonly ArchiveFile[]): Buffer {
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const { path, bytes } of files.toSorted((a, b) => (a.path < b.path ? -1 : 1))) {
    const name = Buffer.from(path, "utf8");
    const content = { size: bytes.length, crc: crc32(bytes) };
    const header = localHeader(name, content);
    parts.push(header, name, Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
    directory.push(directoryEntry(name, content, offset), name);
    offset += header.length + name.length + bytes.length;
  }
  const listing = Buffer.concat(directory);
  return Buffer.concat([...parts, listing, endRecord(files.length, listing.length, offset)]);
}

/** A file whose bytes are read when their turn comes; `size` and `crc` (CRC-32) are known before. */
export interface StreamedFile {
  path: string;
  size: number;
  crc: number;
  open(): AsyncIterable<Uint8Array> | Iterable<Uint8Array>;
}

/** Bytes that an archive has at most: beyond, other records (ZIP64) would be needed. */
export const archiveBytesMax = 0xffff_fffe;

/**
 * The archive that `writeArchive` would write of the same files, in order of their paths, without ever holding one of them whole. `size` is that of
 * all of it. Throws a RangeError past `archiveBytesMax`; the iteration throws where a file is not as long as was said.
 */
export function streamArchive(files: readonly StreamedFile[]): { size: number; bytes: AsyncIterable<Uint8Array> } {
  const sorted = files
    .toSorted((a, b) => (a.path < b.path ? -1 : 1))
    .map((file) => ({ ...file, name: Buffer.from(file.path, "utf8") }));
  const size = sorted.reduce<number>(
    (sum, file) => sum + recordBytes.local + recordBytes.entry + 2 * file.name.length + file.size,
    recordBytes.end,
  );
  if (size > archiveBytesMax) throw new RangeError("the archive would be larger than its format can say");
  return { size, bytes: streamFiles(sorted) };
}

async function* streamFiles(files: readonly (StreamedFile & { name: Buffer })[]): AsyncGenerator<Uint8Array> {
  const directory: Buffer[] = [];
  let offset = 0;
  for (const file of files) {
    const header = localHeader(file.name, file);
    yield Buffer.concat([header, file.name]);
    let length = 0;
    for await (const part of file.open()) {
      length += part.length;
      yield part;
    }
    if (length !== file.size) throw new Error("a file of the archive is not as long as was said");
    directory.push(directoryEntry(file.name, file, offset), file.name);
    offset += header.length + file.name.length + length;
  }
  const listing = Buffer.concat(directory);
  yield Buffer.concat([listing, endRecord(files.length, listing.length, offset)]);
}

type Content = Pick<StreamedFile, "size" | "crc">;

function localHeader(name: Buffer, { size, crc }: Content): Buffer {
  const header = Buffer.alloc(recordBytes.local);
  header.writeUInt32LE(signatures.local, 0);
  header.writeUInt16LE(versionNeeded, 4);
  header.writeUInt16LE(flags, 6);
  header.writeUInt16LE(dosDate, 12);
  header.writeUInt32LE(crc, 14);
  header.writeUInt32LE(size, 18);
  header.writeUInt32LE(size, 22);
  header.writeUInt16LE(name.length, 26);
  return header;
}

function directoryEntry(name: Buffer, { size, crc }: Content, offset: number): Buffer {
  const entry = Buffer.alloc(recordBytes.entry);
  entry.writeUInt32LE(signatures.entry, 0);
  entry.writeUInt16LE(versionMadeBy, 4);
  entry.writeUInt16LE(versionNeeded, 6);
  entry.writeUInt16LE(flags, 8);
  entry.writeUInt16LE(dosDate, 14);
  entry.writeUInt32LE(crc, 16);
  entry.writeUInt32LE(size, 20);
  entry.writeUInt32LE(size, 24);
  entry.writeUInt16LE(name.length, 28);
  entry.writeUInt32LE(externalAttributes, 38);
  entry.writeUInt32LE(offset, 42);
  return entry;
}

function endRecord(count: number, directoryBytes: number, directoryAt: number): Buffer {
  const record = Buffer.alloc(recordBytes.end);
  record.writeUInt32LE(signatures.end, 0);
  record.writeUInt16LE(count, 8);
  record.writeUInt16LE(count, 10);
  record.writeUInt32LE(directoryBytes, 12);
  record.writeUInt32LE(directoryAt, 16);
  return record;
}
