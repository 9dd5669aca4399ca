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
} from "./write-archive.ts";

export interface ArchiveLimits {
  files: number;
  bytes: number;
  fileBytes: number;
}

/** The next part of an archive that is asked for: some bytes, or what a file holds, of which the checksum alone is answered. */
export type Ask = { length: number } | CheckedFile;

export interface CheckedFile {
  path: string;
  size: number;
}

/** Bytes, fewer than were asked for where the archive ends; of a file its CRC-32. */
export type Answer = Buffer | number;

type Checking<T> = Generator<Ask, T, Answer>;

/**
 * Reads an archive from its beginning to its end, each byte once, wherever it lies: whoever drives it answers what it asks for. It holds
 * nothing of the files but their names, and asks for what a file holds after it has checked where that would be written. Throws
 * `package.invalid`, which says what is not so.
 */
export function* checkArchive(limits: ArchiveLimits): Checking<readonly CheckedFile[]> {
  const { files, next, end } = yield* checkFiles(limits);
  const { last, after } = yield* checkDirectory(files, next, end);
  yield* checkEnd(last, { count: files.length, directoryAt: end, at: after });
  return files;
}

interface Located extends CheckedFile {
  at: number;
  name: Buffer;
  crc: number;
}

function* checkFiles(limits: ArchiveLimits): Checking<{ files: Located[]; next: Buffer; end: number }> {
  const files: Located[] = [];
  const checkPlace = createPathCheck();
  let at = 0;
  for (;;) {
    const next = yield* upTo(4);
    if (signatureOf(next) !== signatures.local) {
      if (files.length === 0) throw refuse("It does not begin with a file.");
      return { files, next, end: at };
    }
    const file = yield* checkFile(next, at, limits, checkPlace);
    files.push(file);
    if (files.length > limits.files) throw refuse(`It holds more than ${limits.files} files.`);
    at += recordBytes.local + file.name.length + file.size;
  }
}

function* checkFile(
  signature: Buffer,
  at: number,
  limits: ArchiveLimits,
  checkPlace: (path: string) => void,
): Checking<Located> {
  const header = yield* restOf(signature, recordBytes.local);
  const [packed, size] = [header.readUInt32LE(18), header.readUInt32LE(22)];
  const name = yield* exactly(header.readUInt16LE(26));
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
  checkPlace(path);
  const crc = header.readUInt32LE(14);
  if ((yield { path, size }) !== crc)
    throw refuse(`${path} is damaged: its checksum is another.`, "Download it again.", place);
  return { path, size, at, name, crc };
}

/** UTF-8 without a fault, as it stands in the archive. */
function readName(name: Buffer): string {
  const path = name.toString("utf8");
  if (!Buffer.from(path, "utf8").equals(name)) throw refuse("The name of a file is not UTF-8.");
  const fault = findPathFault(path);
  if (fault !== undefined) throw refuse(`The name of a file ${fault}.`, "Rename it and pack again.");
  return path;
}

/** The list at the end says of each file what its own header said, in the same order. Answers what comes behind it. */
function* checkDirectory(
  files: readonly Located[],
  first: Buffer,
  from: number,
): Checking<{ last: Buffer; after: number }> {
  let [next, at] = [first, from];
  for (const { path, at: fileAt, name, crc, size } of files) {
    if (signatureOf(next) !== signatures.entry) throw refuse("Its list of files is not complete.");
    const entry = yield* restOf(next, recordBytes.entry);
    const says = yield* exactly(entry.readUInt16LE(28));
    if (entry.readUInt32LE(38) !== externalAttributes)
      throw refuse(
        `${path} is no plain file: a link, a folder, or one with permissions of its own.`,
        undefined,
        `/${path}`,
      );
    const expected = [
      ...[versionMadeBy, versionNeeded, flags, 0, 0, dosDate, crc, size, size, name.length],
      ...[0, 0, 0, 0, externalAttributes, fileAt],
    ];
    if (!says.equals(name) || fieldsOf(entry).some((value, index) => value !== expected[index]))
      throw refuse(`The list of files says another thing of ${path} than its own header.`, undefined, `/${path}`);
    at += recordBytes.entry + name.length;
    next = yield* upTo(4);
  }
  return { last: next, after: at };
}

const fieldsOf = (entry: Buffer): number[] => [
  ...[4, 6, 8, 10, 12, 14].map((at) => entry.readUInt16LE(at)),
  ...[16, 20, 24].map((at) => entry.readUInt32LE(at)),
  ...[28, 30, 32, 34, 36].map((at) => entry.readUInt16LE(at)),
  ...[38, 42].map((at) => entry.readUInt32LE(at)),
];

function* checkEnd(
  signature: Buffer,
  { count, directoryAt, at }: { count: number; directoryAt: number; at: number },
): Checking<void> {
  if (signatureOf(signature) !== signatures.end) throw refuse("Its list of files is longer than its files.");
  const end = yield* restOf(signature, recordBytes.end);
  const fields = [
    ...[4, 6, 8, 10].map((place) => end.readUInt16LE(place)),
    ...[12, 16].map((place) => end.readUInt32LE(place)),
    end.readUInt16LE(20),
  ];
  const expected = [0, 0, count, count, at - directoryAt, directoryAt, 0];
  if (fields.some((value, index) => value !== expected[index])) throw refuse("Its end does not fit its list of files.");
  if ((yield* upTo(1)).length > 0) throw refuse("Something follows behind its end.");
}

/** In order, each once, also where a file system does not tell letters apart (threat 111). */
function createPathCheck(): (path: string) => void {
  const known = new Map<string, { spelt: string; file: boolean }>();
  let before = "";
  return (path) => {
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
  };
}

const fold = (path: string): string => path.toLowerCase();

const signatureOf = (bytes: Buffer): number | undefined => (bytes.length < 4 ? undefined : bytes.readUInt32LE(0));

function* upTo(length: number): Checking<Buffer> {
  const bytes = yield { length };
  if (typeof bytes === "number") throw new TypeError("bytes were asked for");
  return bytes;
}

function* exactly(length: number): Checking<Buffer> {
  const bytes = yield* upTo(length);
  if (bytes.length < length) throw endsTooEarly();
  return bytes;
}

/** A record whose first bytes were read to see what it is. */
function* restOf(first: Buffer, length: number): Checking<Buffer> {
  return Buffer.concat([first, yield* exactly(length - first.length)]);
}

export const endsTooEarly = (): HilumError => refuse("It ends too early.", "Download it again.");

export const tooLarge = (limits: ArchiveLimits): HilumError =>
  refuse(`It is larger than ${limits.bytes / 1_048_576} MiB.`);

function refuse(what: string, fix = "Pack it with Hilum's own tools.", pointer = ""): HilumError {
  return new HilumError("package.invalid", {
    detail: `The package is not taken. ${what}`,
    problems: [{ pointer, message: what, fix }],
  });
}
