import { setImmediate } from "node:timers/promises";
import { HilumError } from "@hilum/contract/errors";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { RecordRow, RecordWrite } from "../../ports/records.ts";
import { databases, newId, type TestStore } from "../../test-support/databases.ts";
import {
  allChanges,
  batchesOf,
  deletionOf,
  newPatient,
  newRecord,
  recordTime,
  searchIds,
} from "../../test-support/records.ts";

const at = (second: number): string => new Date(Date.parse(recordTime) + second * 1000).toISOString();

describe.each(databases)("records in $name", ({ available, open }) => {
  describe.skipIf(!available)("where it is installed", () => {
    let test: TestStore;
    beforeAll(async () => {
      test = await open();
    });
    afterAll(() => test.close());
    const records = () => test.store.records;
    const textOf = (row: RecordRow | undefined): unknown => JSON.parse(row?.resource ?? "null");

    describe("writing and reading", () => {
      it("gives back what was written, with who wrote it and by which plugin", async () => {
        const via = { plugin: "org.example.lab", instance: "default" };
        const write = newRecord({ patients: ["p1"], via, fields: { valueString: "Grüße 𝄞\n\u0000" } });
        await records().write([write]);
        const { seq, ...row } = (await records().find(write.type, write.id)) ?? { seq: 0 };
        expect(row).toEqual({
          ...{ type: write.type, id: write.id, version: 1, at: recordTime, by: "user:ana", via },
          ...{ resource: write.resource, patients: ["p1"], hold: false },
        });
        expect(seq).toBeGreaterThan(0);
        expect(await records().find("Observation", "unknown")).toBeUndefined();
        expect(await records().find("Patient", write.id)).toBeUndefined();
      });

      it("keeps every version, also of what was deleted and came back", async () => {
        const first = newRecord({ patients: ["p1"], terms: ["a"] });
        await records().write([first]);
        await records().write([{ ...newRecord({ ...first, expected: 1, fields: { two: 2 } }), at: at(1) }]);
        await records().write([deletionOf(first, 2, at(2))]);
        const gone = await records().find(first.type, first.id);
        expect(gone).toMatchObject({ version: 3, at: at(2), patients: ["p1"] });
        expect(gone).not.toHaveProperty("resource");
        await records().write([newRecord({ ...first, expected: 3, at: at(3), resource: '{"back":true}' })]);
        expect((await records().find(first.type, first.id))?.resource).toBe('{"back":true}');
        expect((await records().find(first.type, first.id, 1))?.resource).toBe(first.resource);
        expect(textOf(await records().find(first.type, first.id, 2))).toMatchObject({ id: first.id });
        expect(await records().find(first.type, first.id, 5)).toBeUndefined();
        const { rows } = await records().history({ type: first.type, id: first.id, limit: 10 });
        expect(rows.map(({ version, resource }) => [version, resource !== undefined])).toEqual([
          [4, true],
          [3, false],
          [2, true],
          [1, true],
        ]);
      });

      it("threat 65: refuses a write over another version than was read, names which, and writes none of the others", async () => {
        const there = newRecord();
        await records().write([there]);
        const others = [newRecord(), newRecord()];
        const attempt = (write: RecordWrite) => records().write([others[0] ?? there, write, others[1] ?? there]);
        const conflict = { code: "record.conflict", problems: [{ pointer: "/1" }] };
        await expect(attempt(there)).rejects.toMatchObject(conflict);
        await expect(attempt(newRecord({ ...there, expected: 2 }))).rejects.toMatchObject(conflict);
        await expect(attempt(newRecord({ expected: 1 }))).rejects.toMatchObject(conflict);
        await expect(attempt(deletionOf(there, 2))).rejects.toMatchObject(conflict);
        for (const { type, id } of others) expect(await records().find(type, id)).toBeUndefined();
        expect((await records().find(there.type, there.id))?.version).toBe(1);
      });

      it("lets one of many win that create the same record or the same patient's first records at once", async () => {
        const one = newRecord();
        const races = await Promise.allSettled(Array.from({ length: 12 }, () => records().write([one])));
        expect(races.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
        for (const race of races)
          if (race.status === "rejected") expect(race.reason).toMatchObject({ code: "record.conflict" });
        const patient = newId();
        const firsts = Array.from({ length: 12 }, () => newRecord({ patients: [patient] }));
        await Promise.all(firsts.map((write) => records().write([write])));
        for (const { type, id, resource } of firsts)
          expect(await records().find(type, id)).toMatchObject({ resource, patients: [patient] });
      });

      it("writes nothing while a record fits the condition, whoever asks at once", async () => {
        const term = `identifier|http://x|${newId()}`;
        const unless = { type: "Observation", groups: [[term, "identifier||other"]] };
        const create = (change: Partial<RecordWrite> = {}) =>
          records().write([newRecord({ type: "Patient" }), newRecord({ terms: [term], unless, ...change })]);
        const races = await Promise.allSettled(Array.from({ length: 8 }, () => create()));
        expect(races.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
        for (const race of races)
          if (race.status === "rejected")
            expect(race.reason).toMatchObject({ code: "record.exists", problems: [{ pointer: "/1" }] });
        const [found = ""] = await searchIds(test.store, { groups: [[term]] });
        await expect(create({ unless: { ...unless, groups: [[term], ["status|final"]] } })).resolves.toBeUndefined();
        await expect(create({ unless: { ...unless, type: "Patient" } })).resolves.toBeUndefined();
        await expect(create({ unless: { ...unless, except: [found] } })).rejects.toMatchObject({
          code: "record.exists",
        });
        const all = await searchIds(test.store, { groups: [[term]] });
        await expect(create({ unless: { ...unless, except: all } })).resolves.toBeUndefined();
        const pair = [newRecord({ terms: ["pair"] }), newRecord({ terms: ["pair"] })];
        const twice = pair.map((write) => ({ ...write, unless: { type: "Observation", groups: [["pair"]] } }));
        await expect(records().write(twice)).rejects.toMatchObject({ code: "record.exists" });
        expect(await searchIds(test.store, { groups: [["pair"]] })).toEqual([]);
      });

      it("finds many at once, in the order that was asked for", async () => {
        const made = [newRecord(), newRecord({ type: "Patient" }), newRecord()];
        await records().write(made);
        const refs = [made[2], { type: "Patient", id: "none" }, made[1], made[0], made[2]].flatMap((ref) => ref ?? []);
        const found = await records().findMany(refs);
        expect(found.map(({ id }) => id)).toEqual([made[2]?.id, made[1]?.id, made[0]?.id]);
        expect(await records().findMany([])).toEqual([]);
      });

      it("takes part in a transaction, and leaves nothing of one that was undone", async () => {
        const patient = newId();
        const write = newRecord({ patients: [patient], terms: ["undone"] });
        const undone = test.store.transaction(async (repositories) => {
          await repositories.records.write([write]);
          expect(await repositories.records.find(write.type, write.id)).toMatchObject({ version: 1 });
          throw new HilumError("request.conflict");
        });
        await expect(undone).rejects.toMatchObject({ code: "request.conflict" });
        expect(await records().find(write.type, write.id)).toBeUndefined();
        expect(await searchIds(test.store, { groups: [["undone"]] })).toEqual([]);
        await records().write([write]);
        expect(await records().find(write.type, write.id)).toMatchObject({ patients: [patient] });
      });
    });

    describe("searching", () => {
      it("takes groups as AND of ORs, apart by type, and only what is current", async () => {
        const made = [
          newRecord({ terms: ["s:a", "s:b", "s:c"] }),
          newRecord({ terms: ["s:a", "s:d"] }),
          newRecord({ type: "Condition", terms: ["s:a"] }),
        ];
        const [one, two, other] = made.map(({ id }) => id);
        await records().write(made);
        const find = (...groups: string[][]) => searchIds(test.store, { groups, order: "id" });
        expect(await find(["s:a"])).toEqual([one, two]);
        expect(await find(["s:a"], ["s:b", "s:d"])).toEqual([one, two]);
        expect(await find(["s:d", "s:x"], ["s:a"])).toEqual([two]);
        expect(await find(["s:b"], ["s:d"])).toEqual([]);
        expect(await find()).toEqual(expect.arrayContaining([one, two]));
        expect(await find(["s:a"], [])).toEqual([]);
        expect(await searchIds(test.store, { type: "Condition", groups: [["s:a"]] })).toEqual([other]);
        await records().write([newRecord({ ...made[0], expected: 1, terms: ["s:b", "s:e"] })]);
        expect(await find(["s:a"])).toEqual([two]);
        expect(await find(["s:e"], ["s:b"])).toEqual([one]);
        await records().write([deletionOf(newRecord({ id: one ?? "" }), 2)]);
        expect(await find(["s:e"])).toEqual([]);
        await records().write([newRecord({ id: one ?? "", expected: 3, terms: ["s:e"] })]);
        expect(await find(["s:e"])).toEqual([one]);
      });

      it("threat 48, 49: adds the patient to whatever else is asked: no OR reaches beyond", async () => {
        const [mine, theirs] = [newId(), newId()];
        const made = [mine, theirs].map((patient) => newRecord({ patients: [patient], terms: ["code|x"] }));
        await records().write([...made, newPatient(mine), newPatient(theirs)]);
        const groups = [["code|x", `subject>Patient/${theirs}`, `\n${theirs}`, `\n${mine}`]];
        expect(await searchIds(test.store, { groups, patient: mine })).toEqual([made[0]?.id]);
        expect(await searchIds(test.store, { groups, patient: "none" })).toEqual([]);
        expect(await searchIds(test.store, { groups: [], patient: theirs })).toEqual([made[1]?.id]);
        const { rows } = await records().search({ groups: [], patient: mine, limit: 10 });
        expect(rows.map(({ type }) => type).toSorted()).toEqual(["Observation", "Patient"]);
      });

      it("threat 50: orders by time or id alone, and its cursor holds nothing else", async () => {
        const term = newId();
        const made = Array.from({ length: 23 }, (_, index) =>
          newRecord({ terms: [term, `secret-${index}`], at: at(Math.floor(index / 4)), patients: ["p-cursor"] }),
        );
        await records().write(made);
        const newest = made.toReversed().toSorted((a, b) => (a.at < b.at ? 1 : a.at > b.at ? -1 : 0));
        const ids = (writes: RecordWrite[]) => writes.map(({ id }) => id);
        const all = { groups: [[term]], limit: 5 };
        expect(await searchIds(test.store, all)).toEqual(ids(newest));
        expect(await searchIds(test.store, { ...all, order: "updated" })).toEqual(ids(newest).toReversed());
        expect(await searchIds(test.store, { ...all, order: "id" })).toEqual(ids(made));
        const between = { ...all, updatedFrom: at(1), updatedBefore: at(3) };
        expect((await searchIds(test.store, between)).toSorted()).toEqual(ids(made.slice(4, 12)));
        expect(await searchIds(test.store, { ...all, ids: ids(made.slice(3, 9)), order: "id" })).toEqual(
          ids(made.slice(3, 9)),
        );
        const { next = "" } = await records().search({ type: "Observation", ...all });
        expect(next).toMatch(/^2026-03-02T08:00:0\d\.000Z_\d+$/);
        await expect(records().search({ type: "Observation", ...all, after: "' OR 1=1" })).rejects.toMatchObject({
          code: "request.invalid",
        });
      });

      it("finds the same where groups are too large to be collected", async () => {
        const type = "Basic";
        const made = Array.from({ length: 5_200 }, (_, index) =>
          newRecord({
            type,
            terms: ["large", `mod7|${index % 7}`, index < 5_100 ? "mostly" : "rest"],
            at: at(index % 50),
          }),
        );
        for (const batch of batchesOf(made, 500)) await records().write(batch);
        const expected = made.filter((_, index) => index < 5_100 && index % 7 === 3).map(({ id }) => id);
        const find = (groups: string[][]) => searchIds(test.store, { type, groups, limit: 200 });
        const broad = await find([["large"], ["mostly"], ["mod7|3", "mod7|9"]]);
        expect(new Set(broad)).toEqual(new Set(expected));
        expect(broad).toHaveLength(expected.length);
        const everything = await find([["large"], ["mostly", "rest"]]);
        expect(new Set(everything)).toEqual(new Set(made.map(({ id }) => id)));
        expect(everything).toHaveLength(made.length);
      }, 120_000);

      it("agrees with a plain list, whatever is written and asked", async () => {
        const terms = ["a", "b", "c", "d"].map((name) => `${newId()}-${name}`);
        const ids = Array.from({ length: 6 }, newId);
        const known = new Map<string, { version: number; terms: string[] | undefined }>();
        const some = fc.subarray(terms);
        const step = fc.record({ id: fc.constantFrom(...ids), terms: fc.option(some, { nil: undefined }) });
        await fc.assert(
          fc.asyncProperty(
            fc.array(step, { maxLength: 8 }),
            fc.array(some, { maxLength: 3 }),
            async (steps, groups) => {
              for (const { id, terms: next } of steps) {
                const version = known.get(id)?.version ?? 0;
                if (version === 0 && next === undefined) continue;
                const write = newRecord({ type: "Flag", id, expected: version, terms: next ?? [] });
                await records().write([next === undefined ? deletionOf(write, version) : write]);
                known.set(id, { version: version + 1, terms: next });
              }
              const matching = [...known].filter(
                ([, { terms: has }]) =>
                  has !== undefined && groups.every((group) => group.some((term) => has.includes(term))),
              );
              const found = await searchIds(test.store, { type: "Flag", groups, limit: 2 });
              expect(found.toSorted()).toEqual(matching.map(([id]) => id).toSorted());
            },
          ),
          { numRuns: 25 },
        );
      });
    });

    describe("history and changes", () => {
      it("gives versions newest first, of a type or of all, page by page", async () => {
        const type = "Goal";
        const made = Array.from({ length: 7 }, (_, index) => newRecord({ type, at: at(index) }));
        for (const write of made) await records().write([write]);
        const pages: string[][] = [];
        let after: string | undefined;
        do {
          const page = await records().history({ type, limit: 3, ...(after === undefined ? {} : { after }) });
          pages.push(page.rows.map(({ id }) => id));
          after = page.next;
        } while (after !== undefined);
        expect(pages.map(({ length }) => length)).toEqual([3, 3, 1]);
        expect(pages.flat()).toEqual(made.map(({ id }) => id).toReversed());
        const since = await records().history({ type, since: at(5), limit: 10 });
        expect(since.rows.map(({ id }) => id)).toEqual([made[6]?.id, made[5]?.id]);
        const all = await records().history({ limit: 1 });
        expect(all.rows.map(({ id }) => id)).toEqual([made[6]?.id]);
        expect((await records().history({ type, id: "none", limit: 5 })).rows).toEqual([]);
      });

      it("gives each write once, in order, a deletion as well", async () => {
        const from = (await allChanges(test.store)).at(-1)?.seq ?? 0;
        const [one, two] = [newRecord({ id: `z-${newId()}` }), newRecord({ id: `a-${newId()}` })];
        await records().write([one, two]);
        await records().write([deletionOf(one, 1)]);
        const changes = await allChanges(test.store, from);
        expect(changes.map(({ id, version, resource }) => [id, version, resource])).toEqual([
          [one.id, 1, one.resource],
          [two.id, 1, two.resource],
          [one.id, 2, undefined],
        ]);
        expect(await records().changes(changes[0]?.seq ?? 0, 1)).toEqual(changes.slice(1, 2));
      });

      it("skips none while many write at once", async () => {
        const from = (await allChanges(test.store)).at(-1)?.seq ?? 0;
        const seen: RecordRow[] = [];
        let writing = true;
        const follow = (async () => {
          while (writing) {
            seen.push(...(await records().changes(seen.at(-1)?.seq ?? from, 20)));
            await setImmediate();
          }
          seen.push(...(await allChanges(test.store, seen.at(-1)?.seq ?? from)));
        })();
        const made = Array.from({ length: 120 }, (_, index) =>
          Array.from({ length: 1 + (index % 5) }, () => newRecord({ patients: [`p${index % 9}`] })),
        );
        await Promise.all(made.map((batch) => records().write(batch)));
        writing = false;
        await follow;
        expect(seen.map(({ id }) => id).toSorted()).toEqual(
          made
            .flat()
            .map(({ id }) => id)
            .toSorted(),
        );
        expect(seen.map(({ seq }) => seq)).toEqual(seen.map(({ seq }) => seq).toSorted((a, b) => a - b));
      }, 60_000);

      it("counts by type", async () => {
        const [one, two] = [newRecord({ type: "Slot" }), newRecord({ type: "Slot" })];
        await records().write([one, two]);
        await records().write([newRecord({ ...one, expected: 1 }), deletionOf(two, 1)]);
        const bytes = [one, two, one].reduce((sum, { resource = "" }) => sum + Buffer.byteLength(resource), 0);
        const counts = await records().counts();
        expect(counts.find(({ type }) => type === "Slot")).toEqual({ type: "Slot", records: 1, versions: 4, bytes });
      });
    });
  });
});
