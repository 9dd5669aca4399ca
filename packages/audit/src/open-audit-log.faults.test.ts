import * as fs from "node:fs";
import * as path from "node:path";
import { describe, expect, it } from "vitest";
import { createFaultyIo } from "../test/faulty-io.ts";
import {
  appendMany,
  entryNumber,
  flipByte,
  openTestLog,
  temporaryDirectory,
  verifyTestLog,
} from "../test/temporary-log.ts";

describe("one writer", () => {
  it("threat 185, 228: a second one on the same directory is refused, and may follow when the first is closed", async () => {
    const dir = temporaryDirectory();
    const first = await openTestLog(dir);
    await expect(openTestLog(dir)).rejects.toMatchObject({ code: "data.in_use" });
    await first.append(entryNumber(0));
    await first.close();
    const second = await openTestLog(dir);
    expect(second.size).toBe(1);
    await second.close();
  });

  it("takes over the lock of a process that is dead", async () => {
    const dir = temporaryDirectory();
    const first = await openTestLog(dir);
    const lock = JSON.parse(fs.readFileSync(path.join(dir, "lock"), "utf8")) as object;
    await first.close();
    fs.writeFileSync(path.join(dir, "lock"), JSON.stringify({ ...lock, pid: 2 ** 22 - 1 }));
    await (await openTestLog(dir)).close();
    fs.writeFileSync(path.join(dir, "lock"), JSON.stringify({ ...lock, started: "0" }));
    await (await openTestLog(dir)).close();
    expect(fs.existsSync(path.join(dir, "lock"))).toBe(false);
  });

  it("respects a lock from another machine while it shows signs of life", async () => {
    const dir = temporaryDirectory();
    const file = path.join(dir, "lock");
    fs.writeFileSync(file, JSON.stringify({ boot: "b", pid: 1, started: "1", machine: "elsewhere" }));
    await expect(openTestLog(dir)).rejects.toMatchObject({ code: "data.in_use" });
    const past = new Date(Date.now() - 60_000);
    fs.utimesSync(file, past, past);
    await (await openTestLog(dir)).close();
  });
});

describe("a disk that fails", () => {
  const isSegment = (file: string): boolean => file.includes("segments") && !file.endsWith(".tmp");

  it("threat 188: nothing is acknowledged once the disk is full, and the log says so for ever", async () => {
    const dir = temporaryDirectory();
    const io = createFaultyIo();
    const log = await openTestLog(dir, { fs: io });
    await log.append(entryNumber(0));
    io.faults = [{ matches: isSegment, write: () => "ENOSPC" }];
    const results = await Promise.allSettled(Array.from({ length: 5 }, (_, i) => log.append(entryNumber(i))));
    expect(results.map((result) => result.status === "rejected" && (result.reason as { code: string }).code)).toEqual(
      Array(5).fill("audit.blocked"),
    );
    expect(log).toMatchObject({ blocked: true, size: 1 });
    io.faults = [];
    await expect(log.append(entryNumber(1))).rejects.toMatchObject({ code: "audit.blocked" });
    await expect(log.checkpoint()).rejects.toMatchObject({ code: "audit.blocked" });
    await log.close();
    const again = await openTestLog(dir);
    expect(again.size).toBe(1);
    await again.close();
    expect(await verifyTestLog(dir)).toMatchObject({ ok: true, size: 1 });
  });

  it("threat 188: an intent whose outcome could not be written is handed over at recovery to be closed", async () => {
    const dir = temporaryDirectory();
    const io = createFaultyIo();
    const log = await openTestLog(dir, { fs: io });
    await appendMany(log, 10);
    await log.append(entryNumber(10));
    await log.append({ ...entryNumber(12), call: "c-closed" });
    await log.append({ ...entryNumber(13), call: "c-closed" });
    io.faults = [{ matches: isSegment, write: () => "ENOSPC" }];
    await expect(log.append(entryNumber(11))).rejects.toMatchObject({ code: "audit.blocked" });
    await log.close();
    const again = await openTestLog(dir);
    expect(again.openIntents()).toMatchObject([{ index: 10, entry: entryNumber(10) }]);
    await again.append({ ...entryNumber(11), outcome: "unknown" });
    expect(again.openIntents()).toEqual([]);
    await again.close();
  });

  it("remembers open intents that are older than the last checkpoint", async () => {
    const dir = temporaryDirectory();
    const log = await openTestLog(dir);
    await log.append({ ...entryNumber(0), call: "c-long" });
    await log.checkpoint();
    await appendMany(log, 100);
    await log.close();
    const again = await openTestLog(dir);
    expect(again.openIntents().map(({ index, entry }) => [index, entry.call])).toEqual([[0, "c-long"]]);
    await again.close();
    fs.rmSync(path.join(dir, "open-intents.json"));
    const third = await openTestLog(dir);
    expect(third.openIntents().map(({ index }) => index)).toEqual([0]);
    await third.close();
  });

  it("threat 189: a failed sync stops the log and is never tried again", async () => {
    const dir = temporaryDirectory();
    const io = createFaultyIo();
    const log = await openTestLog(dir, { fs: io });
    await log.append(entryNumber(0));
    io.faults = [{ matches: isSegment, write: () => "EIO" }];
    await expect(log.append(entryNumber(1))).rejects.toMatchObject({ code: "audit.blocked" });
    const { writes } = io;
    await expect(log.append(entryNumber(1))).rejects.toMatchObject({ code: "audit.blocked" });
    expect(io.writes).toBe(writes);
    await log.close();

    io.faults = [];
    const second = await openTestLog(temporaryDirectory(), { fs: io });
    await second.append(entryNumber(0));
    io.faults = [{ matches: (file) => file.includes("/tile/"), fsync: () => "EIO" }];
    await expect(second.checkpoint()).rejects.toMatchObject({ code: "EIO" });
    const { syncs } = io;
    await expect(second.append(entryNumber(1))).rejects.toMatchObject({ code: "audit.blocked" });
    await expect(second.checkpoint()).rejects.toMatchObject({ code: "audit.blocked" });
    expect(io.syncs).toBe(syncs);
    await second.close();
  });

  it("goes on after short writes until all bytes are there", async () => {
    const dir = temporaryDirectory();
    const io = createFaultyIo();
    const log = await openTestLog(dir, { fs: io });
    io.faults = [{ matches: () => true, write: (length) => Math.max(1, Math.floor(length / 3)) }];
    await appendMany(log, 300);
    await log.close();
    expect(await verifyTestLog(dir)).toMatchObject({ ok: true, size: 300 });
  });

  it("fails closed where the disk takes no bytes at all", async () => {
    const io = createFaultyIo();
    const log = await openTestLog(temporaryDirectory(), { fs: io });
    io.faults = [{ matches: isSegment, write: () => 0 }];
    await expect(log.append(entryNumber(0))).rejects.toMatchObject({ code: "audit.blocked" });
    await log.close();
  });

  it("lives through a failure to prepare the next segment, until it is needed", async () => {
    const io = createFaultyIo();
    const log = await openTestLog(temporaryDirectory(), { fs: io });
    io.faults = [{ matches: (file) => file.endsWith(".seg.tmp"), write: () => "ENOSPC" }];
    const appended = Array.from({ length: 600 }, (_, i) => i).map(async (i) => log.append(entryNumber(i)));
    const results = await Promise.allSettled(appended);
    expect(results[0]?.status).toBe("fulfilled");
    await expect(appendMany(log, 600)).rejects.toMatchObject({ code: "audit.blocked" });
    expect(log.size).toBeGreaterThan(100);
    await log.close();
  });

  it("threat 222: a slow disk makes the log slow and skips nothing", async () => {
    const dir = temporaryDirectory();
    const io = createFaultyIo();
    const write = io.write;
    const log = await openTestLog(dir, {
      fs: {
        ...io,
        writeSync: io.writeSync,
        write: (...args) =>
          new Promise((resolve, reject) => {
            setTimeout(() => void write(...args).then(resolve, reject), 20);
          }),
      },
    });
    await Promise.all(Array.from({ length: 200 }, (_, i) => log.append(entryNumber(i))));
    await Promise.all(Array.from({ length: 200 }, (_, i) => log.append(entryNumber(i))));
    await log.close();
    expect(await verifyTestLog(dir)).toMatchObject({ ok: true, size: 400 });
  });
});

describe("two copies", () => {
  const within = (dir: string) => (file: string) => file.startsWith(dir);

  it("threat 198: goes on with one, says that it is degraded, and stops when both are gone", async () => {
    const [dir, second] = [temporaryDirectory(), temporaryDirectory()];
    const io = createFaultyIo();
    const lost: string[] = [];
    const log = await openTestLog(dir, {
      secondSink: { dir: second },
      fs: io,
      onDegraded: (directory) => lost.push(directory),
    });
    await appendMany(log, 20);
    expect(log.status().degraded).toBe(false);
    io.faults = [{ matches: within(dir), write: () => "EIO" }];
    await appendMany(log, 20);
    expect(log.status()).toMatchObject({ degraded: true, blocked: false, size: 40 });
    expect(lost).toEqual([dir]);
    expect(await collect(log.read(0, 40))).toHaveLength(40);
    io.faults.push({ matches: within(second), write: () => "EIO" });
    await expect(log.append(entryNumber(0))).rejects.toMatchObject({ code: "audit.blocked" });
    expect(log.blocked).toBe(true);
    await log.close();
  });

  it("threat 198: gives a copy that was away what it missed, and both verify", async () => {
    const [dir, second] = [temporaryDirectory(), temporaryDirectory()];
    const io = createFaultyIo();
    const log = await openTestLog(dir, { secondSink: { dir: second }, fs: io });
    await appendMany(log, 300);
    io.faults = [{ matches: within(dir), write: () => "EIO" }];
    await appendMany(log, 700);
    await log.close();
    const again = await openTestLog(dir, { secondSink: { dir: second } });
    expect(again.status()).toMatchObject({ degraded: false, size: 1_000 });
    await appendMany(again, 100);
    await again.close();
    expect(await verifyTestLog(dir)).toMatchObject({ ok: true, size: 1_100, problems: [] });
    expect(await verifyTestLog(second)).toMatchObject({ ok: true, size: 1_100, problems: [] });
  });

  it("refuses to start when one copy was tampered with", async () => {
    const [dir, second] = [temporaryDirectory(), temporaryDirectory()];
    const log = await openTestLog(dir, { secondSink: { dir: second } });
    await appendMany(log, 100);
    await log.close();
    flipByte(path.join(second, "checkpoint"), 40);
    await expect(openTestLog(dir, { secondSink: { dir: second } })).rejects.toMatchObject({ code: "audit.broken" });
  });
});

async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}
