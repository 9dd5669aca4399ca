import type { AuditRow, SmokeRun } from "@hilum/contract/api";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { addPlugin, databases, newId, newMessage, type TestStore } from "../test-support/databases.ts";
import { callBuckets } from "./call-totals.ts";

const at = "2026-03-02T08:00:00.000Z";

describe.each(databases)("operations in $name", ({ available, open }) => {
  describe.skipIf(!available)("where it is installed", () => {
    let test: TestStore;
    beforeAll(async () => {
      test = await open();
    });
    afterAll(() => test.close());

    it("keeps smoke runs with their evidence, and closes those that a crash left running", async () => {
      const key = await addPlugin(test.store);
      const run = {
        ...key,
        id: newId(),
        trigger: "person" as const,
        by: "user:ana",
        startedAt: at,
        status: "running" as const,
        results: [],
      };
      await test.store.smoke.start(run);
      const results: SmokeRun["results"] = [
        {
          id: "connect",
          title: "Connects",
          status: "failed",
          test: "connect",
          live: false,
          reply: "535 no",
          fix: "Correct the password",
        },
      ];
      await test.store.smoke.finish(run.id, { status: "failed", results, finishedAt: at });
      expect(await test.store.smoke.last(key)).toEqual({ ...run, status: "failed", results, finishedAt: at });
      await expect(
        test.store.smoke.finish(run.id, { status: "passed", results, finishedAt: at }),
      ).rejects.toMatchObject({ code: "request.conflict" });
      await test.store.smoke.start({ ...run, id: newId() });
      expect(await test.store.smoke.closeInterrupted(at)).toBe(1);
      expect((await test.store.smoke.list(key)).items.map(({ status }) => status)).toEqual(["failed", "failed"]);
    });

    it("keeps the newest health and the worst of each day", async () => {
      const key = await addPlugin(test.store);
      const checks = [{ id: "login", title: "Signs in", status: "passed" as const }];
      await test.store.health.record({ ...key, state: "failing", checkedAt: "2026-03-02T08:00:00.000Z", checks });
      await test.store.health.record({ ...key, state: "healthy", checkedAt: "2026-03-02T09:00:00.000Z", checks });
      await test.store.health.recordRun(key, { day: "2026-03-02", state: "healthy", failed: true });
      expect(await test.store.health.snapshot(key)).toEqual({
        ...key,
        state: "healthy",
        checkedAt: "2026-03-02T09:00:00.000Z",
        checks,
      });
      expect(await test.store.health.days(key, "2026-02-01")).toEqual([
        { day: "2026-03-02", state: "failing", runs: 1, failed: 1 },
      ]);
      expect(await test.store.instances.find(key)).toMatchObject({ health: "healthy" });
    });

    it("adds up calls over minutes and processes, the slowest instance first", async () => {
      const histogram = (bucket: number, count: number): number[] =>
        callBuckets.map((_, index) => (index === bucket ? count : 0));
      const minute = {
        plugin: "org.example.fast",
        instance: "default",
        minute: at,
        source: "boot-1",
        calls: 10,
        failed: 1,
        cause: "timeout" as const,
        histogram: histogram(5, 10),
      };
      await test.store.health.recordCalls([
        minute,
        { ...minute, source: "boot-2", calls: 90, failed: 0, histogram: histogram(20, 90) },
        { ...minute, plugin: "org.example.slow", histogram: histogram(40, 10) },
      ]);
      await test.store.health.recordCalls([{ ...minute, calls: 10, failed: 2 }]);
      expect(await test.store.health.calls("2026-03-02T07:59:00.000Z")).toEqual([
        {
          plugin: "org.example.slow",
          instance: "default",
          calls: 10,
          failed: 1,
          cause: "timeout",
          p50Ms: callBuckets[40],
          p95Ms: callBuckets[40],
        },
        {
          plugin: "org.example.fast",
          instance: "default",
          calls: 100,
          failed: 2,
          cause: "timeout",
          p50Ms: callBuckets[20],
          p95Ms: callBuckets[20],
        },
      ]);
      expect(await test.store.health.sweep("2026-03-03T00:00:00.000Z")).toBe(3);
    });

    it("keeps the newest lines of a log, sealed, and how many were dropped", async () => {
      const key = await addPlugin(test.store);
      const lines = ["one", "two", "three"].map((text, index) => ({
        at,
        level: index === 1 ? ("error" as const) : ("info" as const),
        source: "plugin" as const,
        text,
      }));
      const appended = await test.store.logs.append(key, lines, 7);
      expect(appended.map(({ text }) => text)).toEqual(["one", "two", "three"]);
      expect(await test.store.logs.list(key)).toEqual({ items: appended, dropped: 7 });
      expect((await test.store.logs.list(key, { limit: 1 })).items.map(({ text }) => text)).toEqual(["three"]);
      expect((await test.store.logs.list(key, { after: appended[0]?.id ?? 0 })).items.map(({ text }) => text)).toEqual([
        "two",
        "three",
      ]);
      expect((await test.store.logs.list(key, { level: "warn" })).items.map(({ text }) => text)).toEqual(["two"]);
      await expect(test.store.logs.append({ ...key, instance: "none" }, lines)).rejects.toMatchObject({
        code: "instance.not_found",
      });
    });

    const entry = (index: number, change: Partial<AuditRow> = {}): AuditRow => ({
      index,
      at: new Date(Date.parse(at) + index * 1000).toISOString(),
      kind: "intent",
      call: `call-${index}`,
      actor: "user:ana",
      action: "sendMessage",
      decision: "allow",
      ...change,
    });

    it("indexes audit entries once each and searches them newest first", async () => {
      expect(await test.store.audit.lastIndexed()).toBe(-1);
      await test.store.audit.insert(
        [0, 1, 2, 3].map((index) =>
          entry(
            index,
            index % 2 === 0 ? {} : { actor: "user:eve", plugin: "org.example.p", instance: "default", outcome: "ok" },
          ),
        ),
      );
      await test.store.audit.insert([entry(3), entry(4)]);
      expect(await test.store.audit.lastIndexed()).toBe(4);
      const first = await test.store.audit.search({ limit: 2 });
      expect(first.items.map(({ index }) => index)).toEqual([4, 3]);
      expect(
        (await test.store.audit.search({ limit: 5, cursor: first.next ?? "" })).items.map(({ index }) => index),
      ).toEqual([2, 1, 0]);
      expect(
        (await test.store.audit.search({ actor: "user:eve", plugin: "org.example.p" })).items.map(({ index }) => index),
      ).toEqual([3, 1]);
      expect(
        (await test.store.audit.search({ from: entry(2).at, to: entry(3).at })).items.map(({ index }) => index),
      ).toEqual([3, 2]);
      expect(await test.store.audit.find(1)).toEqual(
        entry(1, { actor: "user:eve", plugin: "org.example.p", instance: "default", outcome: "ok" }),
      );
      await test.store.audit.wipe();
      expect(await test.store.audit.lastIndexed()).toBe(-1);
    });

    it("keeps verifications", async () => {
      const verification = {
        id: newId(),
        state: "running" as const,
        startedAt: at,
        by: "user:ana",
        done: 0,
        total: 10,
        problems: [],
      };
      await test.store.verifications.save(verification);
      await test.store.verifications.save({ ...verification, state: "done", done: 10, ok: true });
      expect(await test.store.verifications.last()).toEqual({ ...verification, state: "done", done: 10, ok: true });
    });

    it("gives a lease to one holder, and a higher fence to the next", async () => {
      const taken = await Promise.all(
        ["a", "b", "c"].map((holder) => test.store.leases.acquire("jobs", holder, 10_000)),
      );
      const held = taken.filter((lease) => lease !== undefined);
      expect(held).toHaveLength(1);
      const holder = held[0]?.holder ?? "";
      expect(await test.store.leases.renew("jobs", "other", 10_000)).toBeUndefined();
      expect(await test.store.leases.renew("jobs", holder, 10_000)).toMatchObject({ holder, fence: 1 });
      await test.clock.advance(11_000);
      expect(await test.store.leases.renew("jobs", holder, 10_000)).toBeUndefined();
      expect(await test.store.leases.acquire("jobs", "next", 10_000)).toMatchObject({ holder: "next", fence: 2 });
      await test.store.leases.release("jobs", "next");
      expect(await test.store.leases.acquire("jobs", holder, 10_000)).toMatchObject({ fence: 3 });
    });

    it("keeps the platform's settings by revision and its facts", async () => {
      const defaults = {
        organisation: "Clinic",
        environment: "production" as const,
        localRegistration: true,
        privateRanges: [],
      };
      expect(await test.store.platform.settings(defaults)).toEqual({ settings: defaults, revision: 0 });
      const settings = { ...defaults, privateRanges: [{ cidr: "10.1.0.0/16", reason: "mail server" }] };
      await test.store.platform.saveSettings(settings, 0, { at, by: "user:ana" });
      await expect(test.store.platform.saveSettings(settings, 0, { at, by: "user:ana" })).rejects.toMatchObject({
        code: "request.conflict",
      });
      expect(await test.store.platform.settings(defaults)).toEqual({
        settings,
        revision: 1,
        savedAt: at,
        savedBy: "user:ana",
      });
      await test.store.platform.setFact("setup-code", "h1");
      await test.store.platform.setFact("setup-code", "h2");
      expect(await test.store.platform.fact("setup-code")).toBe("h2");
      await test.store.platform.setFact("setup-code", null);
      expect(await test.store.platform.fact("setup-code")).toBeUndefined();
      expect(test.store.platform.deployment).toMatch(/^[0-9a-f-]{36}$/);
    });

    const content = async function* (bytes: number): AsyncGenerator<Uint8Array> {
      for (let left = bytes; left > 0; left -= 50_000) yield Buffer.alloc(Math.min(left, 50_000), left % 251);
    };
    const collect = async (stream: AsyncIterable<Uint8Array>): Promise<Buffer> => Buffer.concat(await chunksOf(stream));

    it.each([0, 1, 65_536, 65_537, 300_000])("stores an attachment of %i bytes and gives it back", async (bytes) => {
      const id = newId();
      const row = await test.store.blobs.write(content(bytes), {
        id,
        contentType: "application/pdf",
        by: "user:ana",
        bytesMax: 1_000_000,
      });
      expect(row).toMatchObject({ id, size: bytes, contentType: "application/pdf" });
      const read = await test.store.blobs.read(id);
      expect(read.row).toEqual(row);
      expect(await collect(read.content)).toEqual(await collect(content(bytes)));
    });

    it("refuses an attachment that is too large and leaves nothing", async () => {
      const id = newId();
      await expect(
        test.store.blobs.write(content(200_000), { id, contentType: "text/plain", by: "user:ana", bytesMax: 100_000 }),
      ).rejects.toMatchObject({ code: "blob.too_large" });
      expect(await test.store.blobs.find(id)).toBeUndefined();
      await expect(test.store.blobs.read(id)).rejects.toMatchObject({ code: "blob.not_found" });
    });

    it("keeps an attachment as long as a message names it, and sweeps the others", async () => {
      const kept = newId();
      const loose = newId();
      for (const id of [kept, loose])
        await test.store.blobs.write(content(10), { id, contentType: "text/plain", by: "user:ana", bytesMax: 100 });
      const { id } = await test.store.messages.accept(newMessage({ attachments: [kept] }));
      expect((await test.store.messages.detail(id))?.attachments).toEqual([kept]);
      await expect(test.store.blobs.remove(kept)).rejects.toMatchObject({ code: "request.conflict" });
      expect(await test.store.blobs.sweep("2026-01-01T00:00:00.000Z")).toBe(0);
      await test.store.blobs.sweep("2099-01-01T00:00:00.000Z");
      expect(await test.store.blobs.find(loose)).toBeUndefined();
      expect(await collect((await test.store.blobs.read(kept)).content)).toHaveLength(10);
    });

    it("tells how it is", async () => {
      const status = await test.store.status();
      expect(status).toMatchObject({ available: true, waiting: 0, migration: 2, keyId: 1, keyProvider: "file" });
    });
  });
});

async function chunksOf(stream: AsyncIterable<Uint8Array>): Promise<Uint8Array[]> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return chunks;
}
