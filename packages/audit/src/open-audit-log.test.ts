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
  SEGMENT_BYTES,
  temporaryDirectory,
  verifyTestLog,
  writeLog,
} from "../test/temporary-log.ts";
import type { AuditEntry, IndexedEntry } from "./entry/entry.ts";
import type { AuditLog } from "./audit-log.ts";
import { openCheckpoint } from "./tlog/checkpoint.ts";
import { createNoteVerifier } from "./tlog/note.ts";
import { verifyConsistency, verifyInclusion } from "./tlog/proof.ts";

describe("the audit log", () => {
  it("gives indexes in order and reads back what was appended", async () => {
    const log = await openTestLog(temporaryDirectory());
    const indexes = await Promise.all(Array.from({ length: 100 }, (_, i) => log.append(entryNumber(i))));
    expect(indexes.map(({ index }) => index)).toEqual(Array.from({ length: 100 }, (_, i) => i));
    const entries = await collect(log.read(10, 20));
    expect(entries.map(({ index }) => index)).toEqual(Array.from({ length: 10 }, (_, i) => 10 + i));
    expect(entries[0]?.entry).toMatchObject({ v: 1, ...entryNumber(10) });
    expect(log.size).toBe(100);
    await log.close();
  });

  it("goes over segment borders, and an opened log goes on where the closed one stopped", async () => {
    const dir = temporaryDirectory();
    await writeLog(dir, 600);
    const log = await openTestLog(dir);
    expect(log.status().segments).toBeGreaterThan(2);
    await appendMany(log, 300);
    expect((await collect(log.read(0, 2_000))).map(({ index }) => index)).toEqual(
      Array.from({ length: 900 }, (_, i) => i),
    );
    await log.close();
    expect(await verifyTestLog(dir)).toMatchObject({ ok: true, entries: 900, size: 900, problems: [] });
  });

  it("tells a subscriber of durable entries in order, from the call on, and survives one that throws", async () => {
    const log = await openTestLog(temporaryDirectory());
    await appendMany(log, 10);
    const heard: IndexedEntry[] = [];
    const waiting = log.append(entryNumber(10));
    log.subscribe(() => {
      throw new Error("a broken index");
    });
    const stop = log.subscribe((entries) => heard.push(...entries));
    await waiting;
    await appendMany(log, 30);
    stop();
    await log.append(entryNumber(0));
    expect(heard.map(({ index }) => index)).toEqual(Array.from({ length: 31 }, (_, i) => 10 + i));
    const stored = await collect(log.read(10, 41));
    expect(heard).toEqual(stored.map(({ index, entry }) => ({ index, entry })));
    expect(log.status().listenerErrors).toBeGreaterThan(0);
    await log.close();
  });

  it("signs checkpoints by itself while there is traffic", async () => {
    const dir = temporaryDirectory();
    const log = await openTestLog(dir);
    await appendMany(log, 20);
    await expect.poll(() => log.status().checkpoint?.size, { timeout: 5_000 }).toBe(20);
    const { size } = openCheckpoint(
      fs.readFileSync(path.join(dir, "checkpoint"), "utf8"),
      createNoteVerifier(ORIGIN, publicKey),
    );
    expect(size).toBe(20);
    await log.close();
  });

  it("proves its entries and its growth", async () => {
    const log = await openTestLog(temporaryDirectory());
    await appendMany(log, 300);
    const first = await log.checkpoint();
    await appendMany(log, 700);
    const second = await log.checkpoint();
    for (const index of [0, 255, 256, 299, 300, 999]) {
      const [entry] = await collect(log.read(index, index + 1));
      expect(verifyInclusion(index, second.size, entry!.leafHash, await log.inclusionProof(index), second.root)).toBe(
        true,
      );
    }
    const [old] = await collect(log.read(299, 300));
    expect(verifyInclusion(299, 300, old!.leafHash, await log.inclusionProof(299, 300), first.root)).toBe(true);
    expect(verifyConsistency(300, 1_000, first.root, second.root, await log.consistencyProof(300, 1_000))).toBe(true);
    expect(verifyConsistency(300, 1_000, first.root, second.root, await log.consistencyProof(300))).toBe(true);
    await log.close();
  });

  it("signs anew when a proof is asked for an entry after the last checkpoint", async () => {
    const log = await openTestLog(temporaryDirectory());
    await appendMany(log, 20);
    const proof = await log.inclusionProof(19);
    const { size, root } = await log.checkpoint();
    const [entry] = await collect(log.read(19, 20));
    expect(verifyInclusion(19, size, entry!.leafHash, proof, root)).toBe(true);
    await log.close();
  });

  it("refuses what does not fit the buffer and goes on", async () => {
    const log = await openTestLog(temporaryDirectory(), { bufferEntriesMax: 10 });
    const results = await Promise.allSettled(Array.from({ length: 30 }, (_, i) => log.append(entryNumber(i))));
    expect(results.map(({ status }) => status)).toEqual([
      ...Array(10).fill("fulfilled"),
      ...Array(20).fill("rejected"),
    ]);
    expect(results[10]).toMatchObject({ reason: { code: "lane.full" } });
    expect(await log.append(entryNumber(0))).toEqual({ index: 10 });
    await log.close();
  });

  it("refuses an entry that is not allowed without harm to the others", async () => {
    const log = await openTestLog(temporaryDirectory());
    const results = await Promise.allSettled([
      log.append(entryNumber(0)),
      log.append({ ...entryNumber(1), actor: "Jane Doe" }),
      log.append(entryNumber(2)),
    ]);
    expect(results).toMatchObject([
      { value: { index: 0 } },
      { reason: { code: "audit.bad_entry" } },
      { value: { index: 1 } },
    ]);
    await log.close();
  });

  it("finishes what is under way when it is closed, and refuses more", async () => {
    const dir = temporaryDirectory();
    const log = await openTestLog(dir);
    const appended = Promise.all(Array.from({ length: 50 }, (_, i) => log.append(entryNumber(i))));
    const closed = log.close();
    await expect(log.append(entryNumber(0))).rejects.toMatchObject({ code: "server.stopping" });
    await appended;
    await closed;
    expect(await verifyTestLog(dir)).toMatchObject({ ok: true, size: 50 });
  });

  it("threat 197: orders by index and notes that the wall clock went back, also over a restart", async () => {
    const dir = temporaryDirectory();
    let now = Date.UTC(2026, 10, 22, 12);
    let mono = 0;
    const clock = { now: () => now, mono: () => ++mono };
    const log = await openTestLog(dir, { clock });
    await log.append(entryNumber(0));
    now -= 3_600_000;
    await log.append(entryNumber(1));
    expect(log.status().clockRegressions).toBe(1);
    await log.close();
    now -= 60_000;
    const again = await openTestLog(dir, { clock });
    await again.append(entryNumber(2));
    const entries = (await collect(again.read(0, again.size))).map(({ entry }) => entry);
    expect(entries.map(({ action, detail }) => detail?.["clockRegressionMs"] ?? action)).toEqual([
      "messages.send",
      3_600_000,
      "messages.send",
      60_000,
      "messages.send",
    ]);
    expect(entries.map(({ mono: value }) => value)).toEqual(
      entries.map(({ mono: value }) => value).toSorted((a, b) => a - b),
    );
    await again.close();
  });

  it("threat 192: holds no canary of a patient anywhere on the disk", async () => {
    const dir = temporaryDirectory();
    const log = await openTestLog(dir);
    const canary = "Canary-Jane-Doe";
    const tries: Partial<AuditEntry>[] = [
      { detail: { state: `${canary} x` } },
      { actor: `${canary} x` },
      { resource: `${canary}1` },
      { ref: canary },
      { purpose: `${canary}1` },
      { outcome: canary },
    ];
    for (const bad of tries)
      await expect(log.append({ ...entryNumber(0), ...bad })).rejects.toMatchObject({
        code: "audit.bad_entry",
      });
    await log.append(entryNumber(0));
    await log.close();
    for (const file of filesOf(dir)) expect(fs.readFileSync(path.join(dir, file)).includes(canary), file).toBe(false);
  });
});

describe("recovery", () => {
  it("threat 191: discards a torn last commit beyond the checkpoint and notes it in the log", async () => {
    const dir = temporaryDirectory();
    const log = await openTestLog(dir);
    await appendMany(log, 20);
    await log.checkpoint();
    await appendMany(log, 14);
    crash(dir, log);
    const segment = path.join(dir, "segments", "00000000.seg");
    const bytes = fs.readFileSync(segment);
    const end = bytes.length - [...bytes].toReversed().findIndex((byte) => byte !== 0);
    bytes.fill(0, end - 100);
    const torn = temporaryDirectory();
    fs.cpSync(dir, torn, { recursive: true });
    fs.writeFileSync(path.join(torn, "segments", "00000000.seg"), bytes);
    expect(await verifyTestLog(torn)).toMatchObject({ ok: false, problems: [{ kind: "unsigned_tail", index: 27 }] });
    const again = await openTestLog(torn);
    const entries = await collect(again.read(0, again.size));
    expect(entries.map(({ index }) => index)).toEqual(Array.from({ length: 28 }, (_, i) => i));
    expect(entries[27]?.entry).toMatchObject({
      kind: "note",
      action: "audit.torn_commit_discarded",
      detail: { firstIndex: 27, segment: 0 },
    });
    await again.close();
    expect(await verifyTestLog(torn)).toMatchObject({ ok: true, size: 28 });
    await log.close();
  });

  it("threat 191: does not take a damaged commit for a torn one when whole commits follow it", async () => {
    const dir = temporaryDirectory();
    const log = await openTestLog(dir);
    await appendMany(log, 20);
    await log.checkpoint();
    await appendMany(log, 50);
    const copy = temporaryDirectory();
    fs.cpSync(dir, copy, { recursive: true });
    await log.close();
    fs.rmSync(path.join(copy, "lock"));
    const position = fs.readFileSync(path.join(copy, "segments", "00000000.seg")).indexOf('"call":"c-5"', 0);
    const later = fs
      .readFileSync(path.join(copy, "segments", "00000000.seg"))
      .indexOf('"call":"c-5"', position + 2_000);
    flipByte(path.join(copy, "segments", "00000000.seg"), later);
    await expect(openTestLog(copy)).rejects.toMatchObject({ code: "audit.broken" });
  });

  it("threat 190: makes tiles and checkpoint again when the process died before they were written", async () => {
    const dir = temporaryDirectory();
    const log = await openTestLog(dir);
    await appendMany(log, 300);
    await log.checkpoint();
    await appendMany(log, 300);
    const copy = temporaryDirectory();
    fs.cpSync(dir, copy, { recursive: true });
    await log.close();
    fs.rmSync(path.join(copy, "lock"));
    const again = await openTestLog(copy);
    expect(again).toMatchObject({ size: 600 });
    await again.close();
    expect(await verifyTestLog(copy)).toMatchObject({ ok: true, size: 600, entries: 600 });
  });

  it("threat 190: makes lost tiles again from the segments, and says so in the log", async () => {
    const dir = temporaryDirectory();
    await writeLog(dir, 600);
    fs.rmSync(path.join(dir, "tile"), { recursive: true });
    const log = await openTestLog(dir);
    const [note] = await collect(log.read(600, 601));
    expect(note?.entry).toMatchObject({ action: "audit.tiles_rebuilt" });
    await log.close();
    expect(await verifyTestLog(dir)).toMatchObject({ ok: true, size: 601 });
  });

  it("threat 183: refuses to open a log that was cut below its checkpoint", async () => {
    const dir = temporaryDirectory();
    await writeLog(dir, 100);
    const segment = path.join(dir, "segments", "00000000.seg");
    const bytes = fs.readFileSync(segment);
    bytes.fill(0, bytes.indexOf('"call":"c-40"') - 200);
    fs.writeFileSync(segment, bytes);
    await expect(openTestLog(dir)).rejects.toMatchObject({
      code: "audit.broken",
      detail: expect.stringMatching(/^Entry \d+ in segment 00000000.seg/) as string,
    });
  });

  it.each(["checkpoint", "segments"])("refuses to open a log whose %s is gone", async (name) => {
    const dir = temporaryDirectory();
    await writeLog(dir, 100);
    fs.rmSync(path.join(dir, name), { recursive: true });
    await expect(openTestLog(dir)).rejects.toMatchObject({
      code: "audit.broken",
      detail: expect.stringContaining(name) as string,
    });
  });

  it("refuses a log of another key or origin, and names the file", async () => {
    const dir = temporaryDirectory();
    await writeLog(dir, 10);
    await expect(openTestLog(dir, { origin: "hilum.example/audit/other" })).rejects.toMatchObject({
      code: "audit.broken",
      detail: expect.stringContaining('"checkpoint"') as string,
    });
    expect(fs.existsSync(path.join(dir, "lock"))).toBe(false);
  });

  it("keeps segments of the size they were made with", async () => {
    const dir = temporaryDirectory();
    await writeLog(dir, 700);
    for (const file of filesOf(dir).filter((name) => name.endsWith(".seg")))
      expect(fs.statSync(path.join(dir, file)).size, file).toBe(SEGMENT_BYTES);
  });
});

/** Leaves the directory as a killed process would: the lock stays, nothing is flushed. */
function crash(dir: string, log: AuditLog): void {
  expect(log.blocked).toBe(false);
  fs.rmSync(path.join(dir, "lock"));
}

async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}
