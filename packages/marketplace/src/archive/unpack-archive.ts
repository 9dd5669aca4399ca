import { crc32 } from "node:zlib";
import {
  checkArchive,
  endsTooEarly,
  tooLarge,
  type Answer,
  type ArchiveLimits,
  type CheckedFile,
} from "./check-archive.ts";

/**
 * Reads an archive as it comes in, and never holds a file of it whole: `keep` gets each when its turn comes, whose name was checked, and
 * has to read it to its end. What it kept counts for nothing until the archive was read to its own end. Answers the files. Throws as
 * `readArchive` does, and what `keep` or the stream throws; the stream is closed then.
 */
export async function unpackArchive(
  stream: AsyncIterable<Uint8Array>,
  limits: ArchiveLimits,
  keep: (file: CheckedFile, content: AsyncIterable<Uint8Array>) => Promise<void>,
): Promise<readonly CheckedFile[]> {
  const reader = createReader(stream, limits);
  try {
    const checking = checkArchive(limits);
    for (let step = checking.next(); ;) {
      if (step.done === true) return step.value;
      const answer: Answer =
        "length" in step.value ? await reader.take(step.value.length) : await keepFile(reader, step.value, keep);
      step = checking.next(answer);
    }
  } finally {
    await reader.close();
  }
}

async function keepFile(
  reader: Reader,
  file: CheckedFile,
  keep: (file: CheckedFile, content: AsyncIterable<Uint8Array>) => Promise<void>,
): Promise<number> {
  let [crc, left] = [0, file.size];
  async function* content(): AsyncGenerator<Uint8Array> {
    while (left > 0) {
      const part = await reader.part(left);
      if (part.length === 0) throw endsTooEarly();
      left -= part.length;
      crc = crc32(part, crc);
      yield part;
    }
  }
  await keep(file, content());
  if (left > 0) throw new Error("a file of the archive was not read to its end");
  return crc;
}

interface Reader {
  /** That many bytes; fewer where the stream ends. */
  take(length: number): Promise<Buffer>;
  /** What is there, at least a byte and at most that many; none where the stream ends. */
  part(lengthMax: number): Promise<Buffer>;
  close(): Promise<void>;
}

function createReader(stream: AsyncIterable<Uint8Array>, limits: ArchiveLimits): Reader {
  const parts = stream[Symbol.asyncIterator]();
  let held: Buffer = Buffer.alloc(0);
  let received = 0;
  async function part(lengthMax: number): Promise<Buffer> {
    while (held.length === 0) {
      const next = await parts.next();
      if (next.done === true) break;
      held = Buffer.from(next.value.buffer, next.value.byteOffset, next.value.byteLength);
      received += held.length;
      if (received > limits.bytes) throw tooLarge(limits);
    }
    const taken = held.subarray(0, lengthMax);
    held = held.subarray(taken.length);
    return taken;
  }
  return {
    part,
    async take(length) {
      const taken: Buffer[] = [];
      for (let left = length; left > 0;) {
        const next = await part(left);
        if (next.length === 0) break;
        taken.push(next);
        left -= next.length;
      }
      return Buffer.concat(taken);
    },
    close: async () => void (await parts.return?.()),
  };
}
