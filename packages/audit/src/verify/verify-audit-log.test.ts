import * as fs from "node:fs";
import * as path from "node:path";
import { describe, expect, it } from "vitest";
import {
  appendMany,
  entryNumber,
  filesOf,
  flipByte,
  openTestLog,
  ORIGIN,
  publicKey,
  signingKey,
  temporaryDirectory,
  verifyTestLog,
  writeLog,
} from "../../test/temporary-log.ts";
import { FRAME_HEADER_BYTES, readFrame, sealFrame, SEGMENT_HEADER_BYTES } from "../segment/format.ts";
import { signCheckpoint } from "../tlog/checkpoint.ts";
import { verifyAuditLog } from "./verify-audit-log.ts";

const COUNT = 700;
const firstSegment = (dir: string): string => path.join(dir, "segments", "00000000.seg");

/** Where the entry number `index` begins in the first segment: the offset of its JSON, and its length. */
function placeOf(bytes: Buffer, index: number): { start: number; length: number; frame: number } {
  for (let frame = SEGMENT_HEADER_BYTES; ;) {
    const read = readFrame(bytes, frame, 0);
    if (read.kind !== "frame") throw new Error(`entry ${index} is not in the first segment`);
    let at = read.payloadStart;
    for (let i = 0; i < read.count; i += 1) {
      const length = bytes.readUInt16BE(at);
      if (read.firstIndex + i === index) return { start: at + 3, length, frame };
      at += 3 + length;
    }
    frame = read.payloadEnd;
  }
}

/** Rewrites one commit as an attacker with write access would: with a right checksum. */
function reseal(bytes: Buffer, frame: number): void {
  const end = frame + FRAME_HEADER_BYTES + bytes.readUInt32BE(frame);
  const firstIndex = bytes.readUInt32BE(frame + 12);
  sealFrame(bytes.subarray(frame, end), end - frame, {
    firstIndex,
    count: bytes.readUInt32BE(frame + 20),
    segmentId: bytes.readUInt32BE(frame + 16),
  });
}

function changeSegment(dir: string, change: (bytes: Buffer) => void): void {
  const bytes = fs.readFileSync(firstSegment(dir));
  change(bytes);
  fs.writeFileSync(firstSegment(dir), bytes);
}

describe("verify", () => {
  it("accepts a log of any size", async () => {
    for (const count of [0, 1, 7, 255, 256, 257]) {
      const dir = temporaryDirectory();
      await writeLog(dir, count);
      expect(await verifyTestLog(dir), String(count)).toMatchObject({
        ok: true,
        entries: count,
        size: count,
        problems: [],
        checked: { entries: count, checkpoints: 1 },
      });
    }
  });

  it("accepts a log that is being written", async () => {
    const dir = temporaryDirectory();
    const log = await openTestLog(dir);
    await appendMany(log, 300);
    await log.checkpoint();
    let going = true;
    const traffic = (async () => {
      while (going) await appendMany(log, 50, 10);
    })();
    for (let i = 0; i < 8; i += 1) {
      const report = await verifyTestLog(dir);
      expect(report.problems).toEqual([]);
      expect(report.size).toBeGreaterThanOrEqual(300);
    }
    going = false;
    await traffic;
    await log.close();
    expect(await verifyTestLog(dir)).toMatchObject({ ok: true, size: log.size });
  });

  it("checks a range, with the rest taken from the tiles", async () => {
    const dir = temporaryDirectory();
    await writeLog(dir, COUNT);
    const whole = await verifyTestLog(dir);
    const range = await verifyTestLog(dir, { from: 300, to: 400 });
    expect(range).toMatchObject({ ok: true, root: whole.root, size: COUNT, checked: { entries: 256 } });
    expect(await verifyTestLog(dir, { from: 600 })).toMatchObject({
      ok: true,
      root: whole.root,
      checked: { entries: COUNT - 512 },
    });
    changeSegment(dir, (bytes) => void (bytes[placeOf(bytes, 10).start + 12]! ^= 1));
    expect(await verifyTestLog(dir, { from: 300, to: 400 })).toMatchObject({ ok: true });
    expect(await verifyTestLog(dir, { from: 0, to: 100 })).toMatchObject({ ok: false, problems: [{ index: 10 }] });
  });

  it("tells its progress, lets others run, and stops when asked", async () => {
    const dir = temporaryDirectory();
    await writeLog(dir, COUNT);
    const progress: number[] = [];
    await verifyAuditLog({ dir, origin: ORIGIN, publicKey, onProgress: (done, total) => progress.push(done / total) });
    expect(progress.at(-1)).toBe(1);
    await expect(verifyAuditLog({ dir, origin: ORIGIN, publicKey, signal: AbortSignal.abort() })).rejects.toThrow(
      "aborted",
    );
  });
});

describe("threat 181: one changed byte", () => {
  it("in an entry is found and the entry named", async () => {
    const dir = temporaryDirectory();
    await writeLog(dir, COUNT);
    const original = fs.readFileSync(firstSegment(dir));
    for (const index of [0, 6, 7, 100, 199]) {
      const { start, length } = placeOf(original, index);
      for (const offset of [start, start + (length >> 1), start + length - 1]) {
        flipByte(firstSegment(dir), offset);
        const report = await verifyTestLog(dir);
        expect(report.problems[0]).toMatchObject({ kind: "entry_changed", index, file: "segments/00000000.seg" });
        expect(report.problems, `entry ${index}`).toHaveLength(1);
        fs.writeFileSync(firstSegment(dir), original);
      }
    }
  });

  it("with the checksum made right is found and the entry named", async () => {
    const dir = temporaryDirectory();
    await writeLog(dir, COUNT);
    changeSegment(dir, (bytes) => {
      const { start, frame } = placeOf(bytes, 123);
      bytes.write("user:eve", bytes.indexOf("plugin:com", start), "latin1");
      reseal(bytes, frame);
    });
    const report = await verifyTestLog(dir);
    expect(report).toMatchObject({
      ok: false,
      problems: [{ kind: "entry_changed", index: 123, expected: expect.stringMatching(/^[0-9a-f]{64}$/) as string }],
    });
  });

  it(
    "anywhere in a segment is found, and the entry named is that of the place or the first of its commit",
    { timeout: 60_000 },
    async () => {
      const dir = temporaryDirectory();
      await writeLog(dir, COUNT);
      const segments = filesOf(dir).filter((name) => name.endsWith(".seg"));
      for (const name of segments) {
        const file = path.join(dir, name);
        const original = fs.readFileSync(file);
        for (let i = 0; i < 60; i += 1) {
          const offset = i < 56 ? i : Math.floor((i * 7_919 * original.length) / 1_000_003) % original.length;
          flipByte(file, offset, 1 << (i % 8));
          const report = await verifyTestLog(dir);
          expect(report.ok, `${name} at ${offset}`).toBe(false);
          expect(report.problems[0]?.file, `${name} at ${offset}`).toBe(name);
          fs.writeFileSync(file, original);
        }
      }
      expect(await verifyTestLog(dir)).toMatchObject({ ok: true });
    },
  );

  it("in a tile, a bundle or the checkpoint is found and the file named", { timeout: 60_000 }, async () => {
    const dir = temporaryDirectory();
    const log = await openTestLog(dir);
    await appendMany(log, 520);
    await log.checkpoint();
    await appendMany(log, 100);
    await log.close();
    const files = filesOf(dir).filter((name) => name.startsWith("tile") || name === "checkpoint");
    expect(files).toEqual(
      expect.arrayContaining([
        "checkpoint",
        "tile/0/000",
        "tile/0/002.p/8",
        "tile/0/002.p/108",
        "tile/1/000.p/2",
        "tile/entries/001",
        "tile/entries/002.p/108",
      ]),
    );
    for (const name of files) {
      const file = path.join(dir, name);
      const { size } = fs.statSync(file);
      for (const offset of new Set([0, 1, 33, size >> 1, size - 1].filter((at) => at < size))) {
        flipByte(file, offset);
        const report = await verifyTestLog(dir);
        expect(report.ok, `${name} at ${offset}`).toBe(false);
        expect(report.problems[0]?.file, `${name} at ${offset}`).toBe(name);
        if (name.startsWith("tile/0") || name.startsWith("tile/entries"))
          expect(report.problems[0]?.index).toBeTypeOf("number");
        flipByte(file, offset);
      }
    }
    expect(await verifyTestLog(dir)).toMatchObject({ ok: true });
  });

  it("in entry, bundle and tiles alike is found by the signed root", async () => {
    const [dir, forged] = [temporaryDirectory(), temporaryDirectory()];
    await writeLog(dir, COUNT);
    const log = await openTestLog(forged);
    for (let i = 0; i < COUNT; i += 7)
      await Promise.all(
        Array.from({ length: Math.min(7, COUNT - i) }, (_, k) =>
          log.append({ ...entryNumber(i + k), ...(i + k === 5 && { bytes: 1_000_000 }) }),
        ),
      );
    await log.close();
    fs.cpSync(path.join(dir, "checkpoint"), path.join(forged, "checkpoint"));
    expect(await verifyTestLog(forged)).toMatchObject({
      ok: false,
      problems: [{ kind: "root_mismatch", file: "checkpoint" }],
    });
  });
});

describe("threat 182: entries", () => {
  /** Two entries of one commit that have the same length, so that they can change places. */
  it("that changed places are found", async () => {
    const dir = temporaryDirectory();
    await writeLog(dir, COUNT);
    changeSegment(dir, (bytes) => {
      const [a, b] = [placeOf(bytes, 142), placeOf(bytes, 144)];
      expect(a.length).toBe(b.length);
      const first = Buffer.from(bytes.subarray(a.start, a.start + a.length));
      bytes.copy(bytes, a.start, b.start, b.start + b.length);
      first.copy(bytes, b.start);
      reseal(bytes, a.frame);
    });
    const { problems } = await verifyTestLog(dir);
    expect(problems.filter(({ kind }) => kind === "entry_changed").map(({ index }) => index)).toEqual([142, 144]);
  });

  it("that were taken out with their commit are found", async () => {
    const dir = temporaryDirectory();
    await writeLog(dir, COUNT);
    changeSegment(dir, (bytes) => {
      const [from, to] = [placeOf(bytes, 70).frame, placeOf(bytes, 77).frame];
      const end = bytes.length - (to - from);
      bytes.copy(bytes, from, to);
      bytes.fill(0, end);
    });
    const report = await verifyTestLog(dir);
    expect(report).toMatchObject({
      ok: false,
      problems: [{ kind: "index_gap", index: 70, expected: "70", found: "77" }],
    });
  });

  it("that stand there twice are found", async () => {
    const dir = temporaryDirectory();
    await writeLog(dir, 100);
    changeSegment(dir, (bytes) => {
      const [from, to] = [placeOf(bytes, 70).frame, placeOf(bytes, 77).frame];
      bytes.copy(bytes, to, from, bytes.length - (to - from));
    });
    expect(await verifyTestLog(dir)).toMatchObject({
      ok: false,
      problems: [{ kind: "index_gap", index: 77, found: "70" }],
    });
  });

  it("that were put in between are found", async () => {
    const dir = temporaryDirectory();
    await writeLog(dir, 100);
    changeSegment(dir, (bytes) => {
      const { frame } = placeOf(bytes, 70);
      const end = frame + FRAME_HEADER_BYTES + bytes.readUInt32BE(frame);
      const inserted = Buffer.from(bytes.subarray(frame, end));
      bytes.copy(bytes, end, frame, bytes.length - inserted.length);
      inserted.copy(bytes, frame);
      inserted.write("user:eve", inserted.indexOf("plugin:com"), "latin1");
      inserted.copy(bytes, frame);
      reseal(bytes, frame);
    });
    const report = await verifyTestLog(dir);
    expect(report.ok).toBe(false);
    expect(report.problems[0]).toMatchObject({ index: 70 });
  });

  it("of a whole segment that is gone are found", async () => {
    const dir = temporaryDirectory();
    await writeLog(dir, COUNT);
    fs.rmSync(path.join(dir, "segments", "00000001.seg"));
    const report = await verifyTestLog(dir);
    expect(report.problems).toEqual(
      expect.arrayContaining([expect.objectContaining({ kind: "segment_missing", file: "segments/00000001.seg" })]),
    );
    await expect(openTestLog(dir)).rejects.toMatchObject({ code: "audit.broken" });
  });
});

describe("threat 183: a log cut below its checkpoint", () => {
  it("does not verify, and the first missing entry is named", async () => {
    const dir = temporaryDirectory();
    await writeLog(dir, 100);
    changeSegment(dir, (bytes) => void bytes.fill(0, placeOf(bytes, 84).frame));
    expect(await verifyTestLog(dir)).toMatchObject({
      ok: false,
      entries: 84,
      size: 100,
      problems: [{ kind: "truncated", index: 84, expected: "100", found: "84" }],
    });
    await expect(openTestLog(dir)).rejects.toMatchObject({
      code: "audit.broken",
      detail: "The log ends at entry 84, but 100 were signed.",
    });
  });
});

describe("what the log alone cannot show", () => {
  it("threat 184: an older copy of the whole directory verifies by itself; its size tells it from a checkpoint kept elsewhere", async () => {
    const [dir, older] = [temporaryDirectory(), temporaryDirectory()];
    await writeLog(dir, 100);
    fs.cpSync(dir, older, { recursive: true });
    const log = await openTestLog(dir);
    await appendMany(log, 50);
    const kept = await log.checkpoint();
    await log.close();
    const report = await verifyTestLog(older);
    expect(report.ok).toBe(true);
    expect(report.size).toBeLessThan(kept.size);
  });

  it("threat 186: a log rewritten with the stolen key verifies by itself; its root does not lead to a checkpoint kept elsewhere", async () => {
    const [dir, rewritten] = [temporaryDirectory(), temporaryDirectory()];
    const log = await openTestLog(dir);
    await appendMany(log, 100);
    const kept = await log.checkpoint();
    await log.close();
    const forgery = await openTestLog(rewritten);
    await forgery.append({ ...entryNumber(0), action: "records.read" });
    await appendMany(forgery, 149);
    const report = await verifyTestLog(rewritten);
    await forgery.close();
    expect(report.problems).toEqual([]);
    const rewrittenHead = await openTestLog(rewritten);
    for await (const { entry } of rewrittenHead.read(0, 1)) expect(entry.action).toBe("records.read");
    expect((await verifyTestLog(rewritten)).root).not.toBe(kept.root.toString("base64"));
    await rewrittenHead.close();
  });

  it("a checkpoint of another size signed with the right key does not verify", async () => {
    const dir = temporaryDirectory();
    await writeLog(dir, 100);
    fs.writeFileSync(
      path.join(dir, "checkpoint"),
      signCheckpoint({ origin: ORIGIN, size: 90, root: Buffer.alloc(32) }, signingKey).note,
    );
    const report = await verifyTestLog(dir);
    expect(report.ok).toBe(false);
    expect(report.problems.map(({ kind }) => kind)).toContain("root_mismatch");
  });
});
