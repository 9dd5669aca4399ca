import type { AuditRow } from "@hilum/contract/api";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { databases, newId, newMessage, type TestStore } from "../test-support/databases.ts";

const plugin = "org.example.smtp";
const at = "2026-03-02T08:00:00.000Z";
const later = "2026-03-02T09:00:00.000Z";

describe.each(databases)("what a plugin had in $name", ({ available, open }) => {
  describe.skipIf(!available)("where it is installed", () => {
    let test: TestStore;
    beforeAll(async () => {
      test = await open();
    });
    afterAll(() => test.close());

    /** An attempt that failed, so that another provider may have the next. */
    async function hand(id: string, to: string): Promise<void> {
      const { messages } = test.store;
      const claimed = await messages.claim("boot-1", 100, 60_000);
      if (!claimed.some((one) => one.id === id)) throw new Error(`${id} is not due`);
      const attempt = await messages.startAttempt(id, "boot-1", { plugin: to, instance: "default" });
      await messages.finishAttempt(id, attempt, { state: "retrying", nextAttemptAt: new Date(0).toISOString() });
    }

    it("is every message that was handed to it, once, whoever else had it too", async () => {
      const ids: string[] = [];
      for (const to of [[plugin, plugin], ["org.example.other"], [plugin, "org.example.other"]]) {
        const { id } = await test.store.messages.accept(newMessage({ body: `{"for":${ids.length}}` }));
        for (const one of to) await hand(id, one);
        await test.store.messages.cancel(id, { actor: "user:ana" });
        ids.push(id);
      }
      const handed = await test.store.reach.messages(plugin, { limit: 10 });
      expect(handed.map(({ id, body, attachments }) => [id, body, attachments])).toEqual([
        [ids[0], '{"for":0}', 0],
        [ids[2], '{"for":2}', 0],
      ]);
      const [first] = await test.store.reach.messages(plugin, { limit: 1 });
      expect(first?.id).toBe(ids[0]);
      const behind = await test.store.reach.messages(plugin, { limit: 10, after: ids[0] ?? "" });
      expect(behind.map(({ id }) => id)).toEqual([ids[2]]);
      expect(await test.store.reach.messages("org.example.none", { limit: 10 })).toEqual([]);
    });

    it("is every patient of whom something went out through it, once", async () => {
      const row = (patient: string, source: string, via: string) => ({
        ...{ id: newId(), patient, source, at, kind: "message" as const, purpose: "TREAT" as const, by: "user:ana" },
        ...{ via: { plugin: via, instance: "default" }, part2: false, accountable: false, recipient: "x", what: "y" },
        records: [],
      });
      await test.store.disclosures.add([
        row("p1", "message:1/1", plugin),
        row("p1", "message:2/1", plugin),
        row("p2", "message:2/1", plugin),
        row("p3", "message:3/1", "org.example.other"),
      ]);
      expect(await test.store.reach.patients(plugin)).toBe(2);
      expect(await test.store.reach.patients("org.example.none")).toBe(0);
    });

    it("is every record that it read, wrote or was handed, by its class", async () => {
      let index = 0;
      const entry = (change: Partial<AuditRow>): AuditRow => ({
        ...{ index: index++, at, kind: "outcome" as const, call: newId(), actor: "system:x" },
        ...{ action: "records.read", plugin, instance: "default", resource: "Patient", ref: "r1", outcome: "ok" },
        ...change,
      });
      await test.store.audit.insert([
        entry({ kind: "intent" }),
        entry({}),
        entry({ at: later }),
        entry({ ref: "r2", action: "records.update" }),
        entry({ resource: "Observation", ref: "r3" }),
        entry({ resource: "Communication", ref: "r4", action: "messages.send" }),
        entry({ plugin: "org.example.other", ref: "r5" }),
      ]);
      expect(await test.store.reach.records(plugin)).toEqual([
        { resource: "Observation", count: 1, first: at, last: at },
        { resource: "Patient", count: 2, first: at, last: later },
      ]);
    });
  });
});
