import { crc32 } from "node:zlib";
import { checkArchive, endsTooEarly, tooLarge, type Answer, type ArchiveLimits } from "./check-archive.ts";
import type { ArchiveFile } from "./write-archive.ts";

/** What a package may hold at most; the sum of its files is its size, because nothing in it is compressed. */
export const archiveLimits: ArchiveLimits = { files: 5_000, bytes: 200 * 1_048_576, fileBytes: 20 * 1_048_576 };

/**
 * The files of an archive that `writeArchive` could have written, and of no other: each byte of it is accounted for. So
 * there is nothing to inflate (threat 113), nothing hidden before, between or after the files (114), no link, device or
 * mode (110, 112, 115), and one archive for one content. Throws `package.invalid`, which says what is not so.
 */
export function readArchive(bytes: Buffer, limits = archiveLimits): ArchiveFile[] {
  if (bytes.length > limits.bytes) throw tooLarge(limits);
  const checking = checkArchive(limits);
  const files: ArchiveFile[] = [];
  let at = 0;
  const take = (length: number): Buffer => bytes.subarray(at, (at += Math.min(length, bytes.length - at)));
  for (let step = checking.next(); step.done !== true;) {
    let answer: Answer;
    if ("length" in step.value) answer = take(step.value.length);
    else {
      const { path, size } = step.value;
      const content = take(size);
      if (content.length < size) throw endsTooEarly();
      files.push({ path, bytes: content });
      answer = crc32(content);
    }
    step = checking.next(answer);
  }
  return files;
}
