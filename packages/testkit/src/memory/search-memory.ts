import { closeSync, openSync, readdirSync, readFileSync, readSync } from "node:fs";

/** Where a text was found. */
export interface MemoryHit {
  pid: number;
  needle: string;
  /** The mapping that holds it, as in /proc/<pid>/maps (proc(5)). */
  mapping: string;
}

export interface MemorySearch {
  hits: MemoryHit[];
  /** Bytes that were read, so that a test can tell a search from an attempt. */
  bytes: number;
}

const chunkBytes = 8 * 1024 * 1024;

/**
 * Searches the memory of a process and of all its descendants for texts, as UTF-8 and as the UTF-16 that a JavaScript engine may
 * keep. Throws where the memory may not be read: nothing found is then no finding.
 */
export function searchMemory(pid: number, needles: readonly string[]): MemorySearch {
  const patterns = needles.flatMap((needle) => [
    { needle, bytes: Buffer.from(needle, "utf8") },
    { needle, bytes: Buffer.from(needle, "utf16le") },
  ]);
  const result: MemorySearch = { hits: [], bytes: 0 };
  for (const member of [pid, ...descendants(pid)]) searchProcess(member, patterns, result);
  return result;
}

type Pattern = { needle: string; bytes: Buffer };

function searchProcess(pid: number, patterns: readonly Pattern[], result: MemorySearch): void {
  const overlap = Math.max(...patterns.map(({ bytes }) => bytes.length));
  const memory = openSync(`/proc/${pid}/mem`, "r");
  const buffer = Buffer.alloc(chunkBytes + overlap);
  try {
    for (const { start, end, name } of readableMappings(pid)) {
      for (let at = start; at < end; at += chunkBytes) {
        const read = readAt(memory, buffer, at, Math.min(chunkBytes + overlap, end - at));
        result.bytes += Math.min(read, chunkBytes);
        const seen = buffer.subarray(0, read);
        for (const { needle, bytes } of patterns)
          if (seen.includes(bytes)) result.hits.push({ pid, needle, mapping: name });
      }
    }
  } finally {
    closeSync(memory);
  }
}

function readableMappings(pid: number): { start: number; end: number; name: string }[] {
  return readFileSync(`/proc/${pid}/maps`, "utf8")
    .split("\n")
    .flatMap((line) => {
      const [, start = "", end = "", name = ""] = /^([0-9a-f]+)-([0-9a-f]+) r\S+ \S+ \S+ \S+ *(.*)$/.exec(line) ?? [];
      const range = { start: Number.parseInt(start, 16), end: Number.parseInt(end, 16), name };
      // Pages of the kernel, above what a number can address exactly.
      return start === "" || name.startsWith("[v") || range.end > Number.MAX_SAFE_INTEGER ? [] : [range];
    });
}

/** A page that is reserved and not there is passed over. */
function readAt(file: number, buffer: Buffer, position: number, length: number): number {
  try {
    return readSync(file, buffer, 0, length, position);
  } catch {
    return 0;
  }
}

function descendants(pid: number): number[] {
  const children = readdirSync(`/proc/${pid}/task`).flatMap((task) =>
    readFileSync(`/proc/${pid}/task/${task}/children`, "utf8").split(" ").filter(Boolean).map(Number),
  );
  return children.flatMap((child) => [child, ...descendants(child)]);
}
