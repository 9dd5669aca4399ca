import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { addPlugin, databases, newId, type TestStore } from "../test-support/databases.ts";
import type { Advance, PrimaryWriteRow, ReconciliationRow, StoreFaultRow } from "../ports/record-stores.ts";
import type { InstanceKey } from "../ports/shapes.ts";

const at = "2026-03-02T08:00:00.000Z";
const by = "user:ana";
const refusal = { code: "record.invalid", cause: "other", fix: "Mend it.", reply: "HTTP 422" } as const;

describe.each(databases)("record stores in $name", ({ available, open }) => {
  describe.skipIf(!available)("where it is installed", () => {
    let test: TestStore;
    let key: InstanceKey;
    beforeAll(async () => {
      test = await open();
      key = await addPlugin(test.store, "org.example.record-store");
    });
    afterAll(() => test.close());

    const fault = (record: string, more: Partial<StoreFaultRow> = {}): Advance["faults"][number] => ({
      ...{ id: newId(), type: "Patient", record, version: 1, change: "create", at, attempts: 1, lastAttemptAt: at },
      ...refusal,
      ...more,
    });
    const advance = (change: Partial<Advance>): Promise<void> =>
      test.store.recordStores.advance(key, {
        ...{ from: 0, to: 10, taken: 0, withheld: 0, at, faults: [], mended: [] },
        ...change,
      });

    it("begins where it is told to, and forgets what was before with the role", async () => {
      await test.store.recordStores.setRole(key, "replica", { cursor: 0, at, by });
      await advance({ taken: 8, withheld: 1, faults: [fault("p1")] });
      expect(await test.store.recordStores.find(key)).toEqual({
        ...{ ...key, role: "replica", cursor: 10, setAt: at, setBy: by, taken: 8, takenAt: at, withheld: 1 },
      });
      await test.store.recordStores.setRole(key, "archive", { cursor: 7, at, by });
      expect(await test.store.recordStores.list()).toMatchObject([{ ...key, role: "archive", cursor: 7, taken: 0 }]);
      expect((await test.store.recordStores.faults(key, {})).items).toEqual([]);
      await test.store.recordStores.setRole(key, "replica", { cursor: 0, at, by });
    });

    it("moves the cursor with its faults or not at all, and for one of two alone", async () => {
      await advance({ faults: [fault("p1"), fault("p2")], taken: 1 });
      await expect(advance({ faults: [fault("p3")] })).rejects.toMatchObject({ code: "request.conflict" });
      const { items } = await test.store.recordStores.faults(key, {});
      expect(items.map(({ record }) => record).toSorted()).toEqual(["p1", "p2"]);
      expect(items[0]).toMatchObject({ ...key, ...refusal });
      expect((await test.store.recordStores.countFaults()).get(`${key.plugin}/${key.instance}`)).toBe(2);
    });

    it("keeps one fault of a record, the latest, until the record is taken", async () => {
      await advance({ from: 10, to: 20, faults: [fault("p1", { version: 2, attempts: 3 })] });
      const { items } = await test.store.recordStores.faults(key, {});
      expect(items.filter(({ record }) => record === "p1")).toMatchObject([{ version: 2, attempts: 3 }]);
      await advance({ from: 20, to: 30, mended: [{ type: "Patient", record: "p1" }] });
      const [left, ...others] = (await test.store.recordStores.faults(key, {})).items;
      expect(others).toEqual([]);
      expect(await test.store.recordStores.fault(key, left?.id ?? "")).toEqual(left);
      expect(await test.store.recordStores.removeFault(key, left?.id ?? "")).toBe(true);
      expect(await test.store.recordStores.removeFault(key, left?.id ?? "")).toBe(false);
    });

    it.each([
      ["replica", undefined],
      ["primary", { ...refusal, since: at }],
    ] as const)("holds what is passed on to a %s for an answer of it, unless it is primary", async (role, left) => {
      const own = await addPlugin(test.store, `org.example.${role}`);
      await test.store.recordStores.setRole(own, role, { cursor: 0, at, by });
      await test.store.recordStores.setRefusal(own, refusal, at);
      const passed = { from: 0, to: 10, taken: 1, withheld: 0, at, faults: [], mended: [] };
      await test.store.recordStores.advance(own, passed);
      expect((await test.store.recordStores.find(own))?.refusal).toEqual(left);
      await test.store.recordStores.remove(own);
    });

    it("keeps since when a store refuses, and what a comparison has found", async () => {
      await test.store.recordStores.setRefusal(key, { ...refusal, code: "provider.unreachable" }, at);
      await test.store.recordStores.setRefusal(key, refusal, "2026-03-02T09:00:00.000Z");
      const run: ReconciliationRow = {
        ...{ state: "running", startedAt: at, startedBy: by, mend: true, seq: 5 },
        ...{ checked: 5, missing: 1, older: 0, deleted: 0, foreign: 0, mended: 1 },
      };
      await test.store.recordStores.setReconciliation(key, run);
      expect(await test.store.recordStores.find(key)).toMatchObject({
        refusal: { ...refusal, since: at },
        reconciliation: run,
      });
      await test.store.recordStores.setRefusal(key, undefined, at);
      expect(await test.store.recordStores.find(key)).not.toHaveProperty("refusal");
    });

    it("keeps of which types a store is primary", async () => {
      const role = { cursor: 3, at, by };
      await test.store.recordStores.setRole(key, "primary", { ...role, primaryOf: ["Patient", "Consent"] });
      expect(await test.store.recordStores.find(key)).toMatchObject({
        ...{ role: "primary", primaryOf: ["Patient", "Consent"], cursor: 3 },
      });
      await test.store.recordStores.setRole(key, "primary", role);
      const all = await test.store.recordStores.find(key);
      expect(all?.role).toBe("primary");
      expect(all).not.toHaveProperty("primaryOf");
    });

    it("keeps a write on its way until it is ended, and lets no other of the same record begin", async () => {
      const write = (id: string): PrimaryWriteRow["writes"][number] => ({
        ...{ type: "Patient", id, expected: 2, at, by, resource: '{"resourceType":"Patient"}' },
        ...{ terms: ["name=una"], patients: ["una"], unless: { type: "Patient", groups: [["name=una"]] } },
      });
      const first = { ...key, id: newId(), at, writes: [write("p1"), write("p2")], handed: [1] };
      await test.store.primaryWrites.begin(first);
      expect(await test.store.primaryWrites.list(key)).toEqual([{ ...first, state: "begun" }]);
      const second = { ...first, id: newId(), writes: [write("p3"), write("p2")] };
      await expect(test.store.primaryWrites.begin(second)).rejects.toMatchObject({ code: "record.unsettled" });
      expect(await test.store.primaryWrites.pending()).toEqual([{ ...key, id: first.id, at }]);
      await test.store.primaryWrites.refuse(first.id);
      expect(await test.store.primaryWrites.list(key)).toMatchObject([{ id: first.id, state: "refused" }]);
      await test.store.primaryWrites.end(first.id);
      await test.store.primaryWrites.begin(second);
      // Whoever takes the role away leaves the writes that it waited with.
      await test.store.recordStores.setRole(key, "replica", { cursor: 0, at, by });
      expect(await test.store.primaryWrites.pending()).toEqual([]);
      const none = { ...second, plugin: "org.example.absent" };
      await expect(test.store.primaryWrites.begin(none)).rejects.toMatchObject({ code: "request.conflict" });
    });

    it("gives no role to what is not there, and goes with its instance", async () => {
      const absent = { plugin: "org.example.absent", instance: "default" };
      await expect(test.store.recordStores.setRole(absent, "replica", { cursor: 0, at, by })).rejects.toMatchObject({
        code: "instance.not_found",
      });
      await expect(test.store.recordStores.putFault({ ...absent, ...fault("p9") })).rejects.toMatchObject({
        code: "instance.not_found",
      });
      await test.store.recordStores.remove(key);
      expect(await test.store.recordStores.list()).toEqual([]);
    });
  });
});
