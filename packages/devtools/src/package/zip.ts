import { crc32 } from "node:zlib";

/** A file of an archive; `path` has forward slashes and no `..`. */
export interface ZipFile {
  path: string;
  bytes: Uint8Array;
}

/** 1980-01-01 00:00, the first moment that the format knows: when a file was packed is not part of what it is. */
const dosDate = 0x0021;
const versionNeeded = 20;
/** Names are UTF-8. */
const flags = 0x0800;
/** A regular file, rw-r--r--, as Unix writes it. */
const externalAttributes = (0o100644 << 16) >>> 0;
const unix = 3;

/**
 * A ZIP archive (PKWARE APPNOTE 6.3.10, sections 4.3.7, 4.3.12 and 4.3.16) that is a function of names and bytes alone:
 * sorted by path, stored and not compressed, because two versions of a compressor give two results, without times.
 */
export function writeZip(files: readonly ZipFile[]): Buffer {
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const { path, bytes } of files.toSorted((a, b) => (a.path < b.path ? -1 : 1))) {
    const name = Buffer.from(path, "utf8");
    const header = localHeader(name, bytes);
    parts.push(header, name, Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
    directory.push(directoryEntry(name, bytes, offset), name);
    offset += header.length + name.length + bytes.length;
  }
  const listing = Buffer.concat(directory);
  return Buffer.concat([...parts, listing, endRecord(files.length, listing.length, offset)]);
}

function localHeader(name: Buffer, bytes: Uint8Array): Buffer {
  const header = Buffer.alloc(30);
  header.writeUInt32LE(0x04034b50, 0);
  header.writeUInt16LE(versionNeeded, 4);
  header.writeUInt16LE(flags, 6);
  header.writeUInt16LE(dosDate, 12);
  header.writeUInt32LE(crc32(bytes), 14);
  header.writeUInt32LE(bytes.length, 18);
  header.writeUInt32LE(bytes.length, 22);
  header.writeUInt16LE(name.length, 26);
  return header;
}

function directoryEntry(name: Buffer, bytes: Uint8Array, offset: number): Buffer {
  const entry = Buffer.alloc(46);
  entry.writeUInt32LE(0x02014b50, 0);
  entry.writeUInt16LE((unix << 8) | versionNeeded, 4);
  entry.writeUInt16LE(versionNeeded, 6);
  entry.writeUInt16LE(flags, 8);
  entry.writeUInt16LE(dosDate, 14);
  entry.writeUInt32LE(crc32(bytes), 16);
  entry.writeUInt32LE(bytes.length, 20);
  entry.writeUInt32LE(bytes.length, 24);
  entry.writeUInt16LE(name.length, 28);
  entry.writeUInt32LE(externalAttributes, 38);
  entry.writeUInt32LE(offset, 42);
  return entry;
}

function endRecord(count: number, directoryBytes: number, directoryAt: number): Buffer {
  const record = Buffer.alloc(22);
  record.writeUInt32LE(0x06054b50, 0);
  record.writeUInt16LE(count, 8);
  record.writeUInt16LE(count, 10);
  record.writeUInt32LE(directoryBytes, 12);
  record.writeUInt32LE(directoryAt, 16);
  return record;
}
