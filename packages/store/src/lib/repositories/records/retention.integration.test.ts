import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { RecordWrite } from "../../ports/records.ts";
import { databases, newId, newMessage, type TestStore } from "../../test-support/databases.ts";
import { allChanges, deletionOf, newPatient, newRecord, recordTime, searchIds } from "../../test-support/records.ts";

const day = (number: number): string => new Date(Date.parse(recordTime) + number * 86_400_000).toISOString();

describe.each(databases)("holds, shredding and retention of records in $name", ({ available, open }) => {
  describe.skipIf(!available)("where it is installed", () => {
    let test: TestStore;
    beforeAll(async () => {
      test = await open();
    });
    afterAll(() => test.close());
    const records = () => test.store.records;
    const versionsOf = async ({ type, id }: { type: string; id: string }): Promise<number[]> =>
      (await records().history({ type, id, limit: 100 })).rows.map(({ version }) => version);
    const addBlob = async (): Promise<string> => {
      const id = newId();
      const content = (async function* () {
        yield Buffer.from("synthetic letter");
      })();
      await test.store.blobs.write(content, { id, contentType: "text/plain", by: "user:ana", bytesMax: 100 });
      return id;
    };
    const held = { on: true, reason: "Case 12", by: "user:ana" };

    describe("a legal hold", () => {
      it("keeps a record from being deleted, purged and shredded until it is lifted", async () => {
        const patient = newId();
        const write = newRecord({ patients: [patient] });
        await records().write([write]);
        await records().write([newRecord({ ...write, expected: 1, at: day(1) })]);
        expect(await records().setHold(write, held)).toBe(1);
        expect((await records().find(write.type, write.id))?.hold).toBe(true);
        const other = newRecord();
        await expect(records().write([other, deletionOf(write, 2)])).rejects.toMatchObject({
          code: "record.held",
          problems: [{ pointer: "/1" }],
        });
        expect(await records().find(other.type, other.id)).toBeUndefined();
        await expect(records().shred(patient, "user:ana")).rejects.toMatchObject({ code: "record.held" });
        expect(await records().purge(day(9), { dryRun: false, limit: 100 })).toBe(0);
        // Care goes on: an update only adds a version.
        await records().write([newRecord({ ...write, expected: 2, at: day(2) })]);
        expect(await versionsOf(write)).toEqual([3, 2, 1]);
        expect(await records().holds()).toEqual([
          {
            target: { type: write.type, id: write.id },
            reason: "Case 12",
            by: "user:ana",
            at: expect.any(String),
          },
        ]);
        await records().setHold(write, { ...held, on: false });
        expect(await records().holds()).toEqual([]);
        await records().write([deletionOf(write, 3, day(3))]);
        expect((await records().find(write.type, write.id))?.hold).toBe(false);
      });

      it("covers all that is about a patient, also what comes later", async () => {
        const patient = newId();
        const [before, after] = [newRecord({ patients: [patient] }), newRecord({ patients: [patient, "someone"] })];
        await records().write([before, newPatient(patient)]);
        expect(await records().setHold({ patient }, held)).toBe(2);
        await records().write([after]);
        for (const { type, id, patients } of [before, after, newPatient(patient)]) {
          expect((await records().find(type, id))?.hold).toBe(true);
          await expect(records().write([deletionOf({ ...before, type, id, patients }, 1)])).rejects.toMatchObject({
            code: "record.held",
          });
        }
        await expect(records().shred(patient, "user:ana")).rejects.toMatchObject({ code: "record.held" });
        await expect(records().shred("someone", "user:ana")).rejects.toMatchObject({ code: "record.held" });
        const reworded = { ...held, reason: "Case 13" };
        expect(await records().setHold({ patient }, reworded)).toBe(3);
        expect((await records().holds()).map(({ reason }) => reason)).toEqual(["Case 13"]);
        expect(await records().setHold({ patient }, { ...held, on: false })).toBe(3);
        expect((await records().find(after.type, after.id))?.hold).toBe(false);
      });

      it("is not set on a record that is not there", async () => {
        await expect(records().setHold({ type: "Observation", id: "none" }, held)).rejects.toMatchObject({
          code: "record.not_found",
        });
        expect(await records().holds()).toEqual([]);
      });
    });

    describe("shredding a patient", () => {
      it("threat 209: leaves a deletion of each record, and no version, term or attachment", async () => {
        const [patient, other] = [newId(), newId()];
        const [letter, shared, sent] = [await addBlob(), await addBlob(), await addBlob()];
        const mine = [
          newPatient(patient, { terms: ["name^shred"] }),
          newRecord({ patients: [patient], terms: ["code|shred"], blobs: [letter, shared, sent] }),
        ];
        const both = newRecord({ patients: [patient, other], terms: ["code|shred"] });
        const theirs = [
          newPatient(other, { terms: ["name^shred"], patients: [other, patient] }),
          newRecord({ patients: [other], terms: ["code|shred"], blobs: [shared] }),
          newRecord({ terms: ["code|shred"] }),
        ];
        await test.store.messages.accept(newMessage({ attachments: [sent] }));
        await records().write([...mine, both, ...theirs]);
        await records().write([newPatient(patient, { expected: 1, terms: ["name^shred"] })]);
        const from = (await allChanges(test.store)).at(-1)?.seq ?? 0;

        expect(await records().shred(patient, "user:eve")).toEqual({ records: 3, versions: 4, blobs: 1 });

        for (const { type, id } of [...mine, both]) {
          const row = await records().find(type, id);
          expect(row).toMatchObject({ by: "user:eve", patients: [], hold: false });
          expect(row).not.toHaveProperty("resource");
          expect(await versionsOf({ type, id })).toEqual([row?.version]);
          expect(await records().find(type, id, 1)).toBeUndefined();
        }
        for (const { type, id, resource } of theirs)
          expect(await records().find(type, id)).toMatchObject({ version: 1, resource });
        const found = await searchIds(test.store, { groups: [["code|shred"]] });
        expect(found.toSorted()).toEqual([theirs[1]?.id, theirs[2]?.id].toSorted());
        expect(await searchIds(test.store, { groups: [], patient })).toEqual([]);
        expect(await searchIds(test.store, { type: "Patient", groups: [["name^shred"]] })).toEqual([other]);
        expect(await test.store.blobs.find(letter)).toBeUndefined();
        for (const blob of [shared, sent]) expect(await test.store.blobs.find(blob)).toBeDefined();
        // Whoever follows the changes learns of it.
        const changes = await allChanges(test.store, from);
        expect(changes.map(({ id }) => id).toSorted()).toEqual([...mine, both].map(({ id }) => id).toSorted());
        expect(await records().shred(patient, "user:eve")).toEqual({ records: 0, versions: 0, blobs: 0 });
        expect(await records().shred("nobody", "user:eve")).toEqual({ records: 0, versions: 0, blobs: 0 });
      });

      it("takes the versions that once were about the patient from a record that no longer is", async () => {
        const [wrong, right] = [newId(), newId()];
        const write = newRecord({ patients: [wrong], terms: ["code|moved"] });
        await records().write([write]);
        const mended = newRecord({ ...write, expected: 1, patients: [right] });
        await records().write([mended]);
        expect(await records().shred(wrong, "user:ana")).toEqual({ records: 0, versions: 1, blobs: 0 });
        expect(await records().find(write.type, write.id)).toMatchObject({ version: 2, resource: mended.resource });
        expect(await versionsOf(write)).toEqual([2]);
        expect(await searchIds(test.store, { groups: [["code|moved"]] })).toEqual([write.id]);
      });

      it("lets the patient be registered anew, under a key of its own", async () => {
        const patient = newId();
        await records().write([newPatient(patient, { terms: ["name^anew"] })]);
        await records().shred(patient, "user:ana");
        await records().write([newPatient(patient, { expected: 2, terms: ["name^anew"] })]);
        expect((await records().find("Patient", patient))?.resource).toContain('"versionId":"3"');
        expect(await versionsOf({ type: "Patient", id: patient })).toEqual([3, 2]);
        expect(await searchIds(test.store, { type: "Patient", groups: [["name^anew"]] })).toEqual([patient]);
      });

      it("leaves nothing that cannot be opened while others write about the same patient", async () => {
        for (let round = 0; round < 6; round += 1) {
          const patient = newId();
          const made: RecordWrite[] = Array.from({ length: 40 }, () =>
            newRecord({ type: "Specimen", patients: [patient], terms: ["code|race"] }),
          );
          const work: Promise<unknown>[] = made.map((write) => records().write([write]));
          for (let count = 0; count < 4; count += 1) work.push(records().shred(patient, "user:ana"));
          await Promise.all(work);
          for (const { type, id, resource } of made) {
            const row = await records().find(type, id);
            if (row?.version === 1) expect(row).toMatchObject({ resource, patients: [patient] });
            else expect(row).toMatchObject({ version: 2, patients: [] });
          }
          await records().shred(patient, "user:ana");
          expect(await searchIds(test.store, { type: "Specimen", groups: [] })).toEqual([]);
        }
      });
    });

    describe("retention", () => {
      it("removes what was superseded or deleted long ago, and neither what is current nor the deletion", async () => {
        const type = "Media";
        const [kept, gone, once] = [newRecord({ type }), newRecord({ type }), newRecord({ type })];
        await records().write([kept, gone, once]);
        for (const number of [1, 2, 3])
          await records().write([newRecord({ ...kept, expected: number, at: day(number) })]);
        await records().write([deletionOf(gone, 1, day(2))]);
        const purge = (before: string, change: { dryRun?: boolean; limit?: number; type?: string } = {}) =>
          records().purge(before, { type, dryRun: false, limit: 100, ...change });
        expect(await purge(day(2), { dryRun: true })).toBe(1);
        expect(await purge(day(9), { dryRun: true, limit: 1 })).toBe(4);
        expect(await purge(day(9), { type: "Other" })).toBe(0);
        expect(await purge(day(2))).toBe(1);
        expect(await versionsOf(kept)).toEqual([4, 3, 2]);
        expect(await purge(day(9), { limit: 2 })).toBe(2);
        expect(await purge(day(9), { limit: 2 })).toBe(1);
        expect(await purge(day(9), { dryRun: true })).toBe(0);
        expect(await versionsOf(kept)).toEqual([4]);
        expect(await versionsOf(gone)).toEqual([2]);
        expect(await versionsOf(once)).toEqual([1]);
        await expect(records().write([newRecord({ ...gone, expected: 0 })])).rejects.toMatchObject({
          code: "record.conflict",
        });
      });

      it("keeps an attachment as long as a version names it, and then leaves it to the sweep", async () => {
        await test.store.blobs.sweep(day(9000));
        const blob = await addBlob();
        const write = newRecord({ type: "DocumentReference", blobs: [blob, blob] });
        await records().write([write]);
        await records().write([newRecord({ ...write, expected: 1, at: day(1), blobs: [] })]);
        await expect(test.store.blobs.remove(blob)).rejects.toMatchObject({ code: "request.conflict" });
        expect(await test.store.blobs.sweep(day(9000))).toBe(0);
        expect(await test.store.blobs.find(blob)).toBeDefined();
        await records().purge(day(9), { type: "DocumentReference", dryRun: false, limit: 10 });
        expect(await test.store.blobs.sweep(day(9000))).toBe(1);
        expect(await test.store.blobs.find(blob)).toBeUndefined();
        await expect(records().write([newRecord(), newRecord({ blobs: [blob] })])).rejects.toMatchObject({
          code: "blob.not_found",
          problems: [{ pointer: "/1" }],
        });
      });
    });
  });
});
