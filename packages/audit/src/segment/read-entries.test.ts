import * as path from "node:path";
import { describe, expect, it } from "vitest";
import { appendMany, flipByte, openTestLog, temporaryDirectory, writeLog } from "../../test/temporary-log.ts";
import { createEntryReader, readEntries, type EntryReader } from "./read-entries.ts";
import { listSegments } from "./segment-files.ts";

const firstFrame = (dir: string): string => path.join(dir, "segments", "00000000.seg");
const inFirstFrame = 60;

describe("reading entries", () => {
  it("finds every range, whatever was read before, over the borders of frames and segments", async () => {
    const dir = temporaryDirectory();
    await writeLog(dir, 900, { segmentBytes: 24 * 1024 });
    expect((await listSegments(dir)).length).toBeGreaterThan(4);
    const reader = createEntryReader(dir);
    const ranges = [
      [0, 3],
      [3, 4],
      [4, 500],
      [498, 503],
      [10, 11],
      [700, 900],
      [899, 900],
      [0, 900],
      [5, 5],
    ] as const;
    for (const [from, to] of ranges) expect(await indexesOf(reader, from, to)).toEqual(count(from, to));
    await expect(indexesOf(reader, 890, 901)).rejects.toMatchObject({ code: "audit.broken" });
    await expect(indexesOf(createEntryReader(dir), 901, 902)).rejects.toMatchObject({ code: "audit.broken" });
  });

  it("goes on behind what it read, without what lies before", async () => {
    const dir = temporaryDirectory();
    const log = await openTestLog(dir);
    const reader = createEntryReader(dir);
    await appendMany(log, 100);
    expect(await indexesOf(reader, 0, 100)).toHaveLength(100);
    await appendMany(log, 400);
    flipByte(firstFrame(dir), inFirstFrame);
    expect(await indexesOf(reader, 100, 500)).toEqual(count(100, 500));
    await expect(indexesOf(reader, 0, 1)).rejects.toMatchObject({ code: "audit.broken" });
    await expect(indexesOf(createEntryReader(dir), 99, 100)).rejects.toMatchObject({ code: "audit.broken" });
    await log.close();
  });

  it("goes on in the midst of what one commit holds", async () => {
    const dir = temporaryDirectory();
    const log = await openTestLog(dir);
    await appendMany(log, 40, 40);
    const reader = createEntryReader(dir);
    for (let from = 0; from < 40; from += 3)
      expect(await indexesOf(reader, from, Math.min(from + 3, 40))).toEqual(count(from, Math.min(from + 3, 40)));
    await log.close();
  });

  it("is ended by whoever has read enough", async () => {
    const dir = temporaryDirectory();
    await writeLog(dir, 60);
    const read: number[] = [];
    for await (const { index } of readEntries(dir, 0, 60)) if (read.push(index) === 5) break;
    expect(read).toEqual(count(0, 5));
  });
});

const count = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, at) => from + at);

async function indexesOf(reader: EntryReader, from: number, to: number): Promise<number[]> {
  const indexes: number[] = [];
  for await (const { index } of reader.read(from, to)) indexes.push(index);
  return indexes;
}
