import { crc32 } from "node:zlib";
import { HilumError } from "@hilum/contract";
import { findPathFault } from "./path-fault.ts";
import {
  dosDate,
  externalAttributes,
  flags,
  recordBytes,
  signatures,
  versionMadeBy,
  versionNeeded,
  type ArchiveFile,
} from "./write-archive.ts";

export interface ArchiveLimits {
  files: number;
  bytes: number;
  fileBytes: number;
}

/** What a package may hold at most; the sum of its files is its size, because nothing in it is compressed. */
export const archiveLimits: ArchiveLimits = { files: 5_000, bytes: 200 * 1_048_576, fileBytes: 20 * 1_048_576 };

/**
 * The files of an archive that `writeArchive` could have written, and of no other: each byte of it is accounted for. So
 * there is nothing to inflate (threat 113), nothing hidden before, between or after the files (114), no link, device or
 * mode (110, 112, 115), and one archive for one content. Throws `package.invalid`, which says what is not so.
 */
export function readArchive(bytes: Buffer, limits = archiveLimits): ArchiveFile[] {
  if (bytes.length > limits.bytes) throw refuse(`It is larger than ${limits.bytes / 1_048_576} MiB.`);
  const { files, end } = readFiles(bytes, limits);
  const after = checkDirectory(bytes, files, end);
  checkEnd(bytes, files.length, end, after);
  checkPaths(files);
  return files.map(({ path, bytes: content }) => ({ path, bytes: content }));
}

interface Located extends ArchiveFile {
  at: number;
  name: Buffer;
  crc: number;
}

function readFiles(bytes: Buffer, limits: ArchiveLimits): { files: Located[]; end: number } {
  const files: Located[] = [];
  let at = 0;
  while (signatureAt(bytes, at) === signatures.local) {
    const file = readFile(bytes, at, limits);
    files.push(file);
    if (files.length > limits.files) throw refuse(`It holds more than ${limits.files} files.`);
    at = file.at + recordBytes.local + file.name.length + file.bytes.length;
  }
  if (files.length === 0) throw refuse("It does not begin with a file.", "Pack it with Hilum's own tools.");
  return { files, end: at };
}

function readFile(bytes: Buffer, at: number, limits: ArchiveLimits): Located {
  const header = part(bytes, at, recordBytes.local);
  const [packed, size] = [header.readUInt32LE(18), header.readUInt32LE(22)];
  const name = part(bytes, at + recordBytes.local, header.readUInt16LE(26));
  const path = readName(name);
  const place = `/${path}`;
  if (header.readUInt16LE(8) !== 0 || packed !== size)
    throw refuse(`${path} is compressed.`, "Pack it with Hilum's own tools, which compress nothing.", place);
  if (
    header.readUInt16LE(4) !== versionNeeded ||
    header.readUInt16LE(6) !== flags ||
    header.readUInt16LE(10) !== 0 ||
    header.readUInt16LE(12) !== dosDate ||
    header.readUInt16LE(28) !== 0
  )
    throw refuse(`The header of ${path} says more than its name and size.`, undefined, place);
  if (size > limits.fileBytes)
    throw refuse(`${path} is larger than ${limits.fileBytes / 1_048_576} MiB.`, undefined, place);
  const content = part(bytes, at + recordBytes.local + name.length, size);
  const crc = header.readUInt32LE(14);
  if (crc32(content) !== crc) throw refuse(`${path} is damaged: its checksum is another.`, "Download it again.", place);
  return { path, bytes: content, at, name, crc };
}

/** UTF-8 without a fault, as it stands in the archive. */
function readName(name: Buffer): string {
  const path = name.toString("utf8");
  if (!Buffer.from(path, "utf8").equals(name)) throw refuse("The name of a file is not UTF-8.");
  const fault = findPathFault(path);
  if (fault !== undefined) throw refuse(`The name of a file ${fault}.`, "Rename it and pack again.");
  return path;
}

/** The list at the end says of each file what its own header said, in the same order. */
function checkDirectory(bytes: Buffer, files: readonly Located[], from: number): number {
  let at = from;
  for (const { path, at: fileAt, name, crc, bytes: content } of files) {
    if (signatureAt(bytes, at) !== signatures.entry) throw refuse("Its list of files is not complete.");
    const entry = part(bytes, at, recordBytes.entry);
    const says = part(bytes, at + recordBytes.entry, entry.readUInt16LE(28));
    if (entry.readUInt32LE(38) !== externalAttributes)
      throw refuse(
        `${path} is no plain file: a link, a folder, or one with permissions of its own.`,
        undefined,
        `/${path}`,
      );
    const expected = [
      ...[versionMadeBy, versionNeeded, flags, 0, 0, dosDate, crc, content.length, content.length, name.length],
      ...[0, 0, 0, 0, externalAttributes, fileAt],
    ];
    if (!says.equals(name) || fieldsOf(entry).some((value, index) => value !== expected[index]))
      throw refuse(`The list of files says another thing of ${path} than its own header.`, undefined, `/${path}`);
    at += recordBytes.entry + name.length;
  }
  return at;
}

const fieldsOf = (entry: Buffer): number[] => [
  ...[4, 6, 8, 10, 12, 14].map((at) => entry.readUInt16LE(at)),
  ...[16, 20, 24].map((at) => entry.readUInt32LE(at)),
  ...[28, 30, 32, 34, 36].map((at) => entry.readUInt16LE(at)),
  ...[38, 42].map((at) => entry.readUInt32LE(at)),
];

function checkEnd(bytes: Buffer, count: number, directoryAt: number, at: number): void {
  if (signatureAt(bytes, at) !== signatures.end) throw refuse("Its list of files is longer than its files.");
  const end = part(bytes, at, recordBytes.end);
  const fields = [
    ...[4, 6, 8, 10].map((place) => end.readUInt16LE(place)),
    ...[12, 16].map((place) => end.readUInt32LE(place)),
    end.readUInt16LE(20),
  ];
  const expected = [0, 0, count, count, at - directoryAt, directoryAt, 0];
  if (fields.some((value, index) => value !== expected[index])) throw refuse("Its end does not fit its list of files.");
  if (at + recordBytes.end !== bytes.length) throw refuse("Something follows behind its end.");
}

/** In order, each once, also where a file system does not tell letters apart (threat 111). */
function checkPaths(files: readonly Located[]): void {
  const known = new Map<string, { spelt: string; file: boolean }>();
  let before = "";
  for (const { path } of files) {
    if (path <= before) throw refuse(`${path} stands twice, or not in the order of the names.`, undefined, `/${path}`);
    before = path;
    const steps = path.split("/");
    for (let depth = 1; depth <= steps.length; depth += 1) {
      const spelt = steps.slice(0, depth).join("/");
      const file = depth === steps.length;
      const other = known.get(fold(spelt));
      if (other !== undefined && (other.spelt !== spelt || other.file || file))
        throw refuse(
          `${path} is a name that another file or folder has too, but for capital letters.`,
          undefined,
          `/${path}`,
        );
      known.set(fold(spelt), { spelt, file });
    }
  }
}

const fold = (path: string): string => path.toLowerCase();

const signatureAt = (bytes: Buffer, at: number): number | undefined =>
  at + 4 <= bytes.length ? bytes.readUInt32LE(at) : undefined;

function part(bytes: Buffer, at: number, length: number): Buffer {
  if (at + length > bytes.length) throw refuse("It ends too early.", "Download it again.");
  return bytes.subarray(at, at + length);
}

function refuse(what: string, fix = "Pack it with Hilum's own tools.", pointer = ""): HilumError {
  return new HilumError("package.invalid", {
    detail: `The package is not taken. ${what}`,
    problems: [{ pointer, message: what, fix }],
  });
}
