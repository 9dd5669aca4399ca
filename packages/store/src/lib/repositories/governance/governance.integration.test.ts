import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { DisclosureRow, NewApproval, NewGlass } from "../../ports/governance.ts";
import { databases, newId, type TestStore } from "../../test-support/databases.ts";

const at = "2026-03-02T08:00:00.000Z";
const later = "2026-03-02T08:15:00.000Z";

describe.each(databases)("governance of records in $name", ({ available, open }) => {
  describe.skipIf(!available)("where it is installed", () => {
    let test: TestStore;
    beforeAll(async () => {
      test = await open();
    });
    afterAll(() => test.close());

    const glass = (change: Partial<NewGlass> = {}): NewGlass => ({
      ...{ id: newId(), user: newId(), session: newId(), by: "user:ana", purpose: "TREAT", fields: ["identity"] },
      ...{ minutes: 15, openedAt: at, until: later, target: { patient: "p1" }, reason: "Canary Person fell ill" },
      ...change,
    });

    describe("glasses", () => {
      it("gives back what was opened, and counts what is read", async () => {
        const one = glass({ fields: ["identity", "clinical"], caseReference: "C-7" });
        await test.store.glasses.open(one);
        expect(await test.store.glasses.find(one.id)).toEqual({ ...one, state: "open", extended: 0, reads: 0 });
        expect((await test.store.glasses.openOf(one.session)).map(({ id }) => id)).toEqual([one.id]);
        const read = { id: newId(), at, what: "record" as const, record: { type: "Patient", id: "p1", version: 2 } };
        const copied = { id: newId(), at: later, what: "copied" as const, record: { type: "Patient", id: "p1" } };
        await test.store.glasses.addUse(one.id, read);
        await test.store.glasses.addUse(one.id, copied);
        expect(await test.store.glasses.uses(one.id)).toEqual([read, copied]);
        expect((await test.store.glasses.find(one.id))?.reads).toBe(1);
        expect(await test.store.glasses.find("none")).toBeUndefined();
      });

      it("ends one that the same person opens again, and reveals nothing once it has ended", async () => {
        const first = glass();
        const again = glass({ user: first.user });
        const other = glass({ user: first.user, target: { record: { type: "Patient", id: "p1" } } });
        for (const one of [first, other, again]) await test.store.glasses.open(one);
        expect(await test.store.glasses.find(first.id)).toMatchObject({ state: "waiting", ended: "replaced" });
        expect(await test.store.glasses.find(other.id)).toMatchObject({ state: "open" });
        const use = { id: newId(), at, what: "record" as const, record: { type: "Patient", id: "p1" } };
        await expect(test.store.glasses.addUse(first.id, use)).rejects.toMatchObject({ code: "glass.ended" });
        await expect(test.store.glasses.extend(first.id, later, 5)).rejects.toMatchObject({ code: "glass.ended" });
        expect(await test.store.glasses.uses(first.id)).toEqual([]);
        expect(await test.store.glasses.end(first.id, "closed", later)).toBe(false);
        await test.store.glasses.extend(again.id, "2026-03-02T08:20:00.000Z", 5);
        expect(await test.store.glasses.find(again.id)).toMatchObject({ minutes: 20, extended: 1 });
        expect(await test.store.glasses.end(again.id, "closed", later)).toBe(true);
      });

      it("expires those whose time is over, at the time that they had", async () => {
        const over = glass({ until: "2026-03-02T08:05:00.000Z" });
        const open_ = glass();
        for (const one of [over, open_]) await test.store.glasses.open(one);
        expect(await test.store.glasses.expire("2026-03-02T08:05:00.000Z")).toContain(over.id);
        expect(await test.store.glasses.find(over.id)).toMatchObject({ ended: "expired", endedAt: over.until });
        expect(await test.store.glasses.find(open_.id)).toMatchObject({ state: "open" });
      });

      it("moves through its review once, with the words of both", async () => {
        const one = glass();
        await test.store.glasses.open(one);
        await test.store.glasses.end(one.id, "closed", later);
        const before = await test.store.glasses.waiting();
        const ask = { id: newId(), at: later, by: "user:rev", what: "ask" as const, words: "Which case was it?" };
        const answer = { id: newId(), at: later, by: "user:ana", what: "answer" as const, words: "Case C-7, at night" };
        const waiting = { from: ["waiting"], to: "asked", reviewed: true } as const;
        await test.store.glasses.note(one.id, ask, waiting);
        await expect(test.store.glasses.note(one.id, { ...ask, id: newId() }, waiting)).rejects.toMatchObject({
          code: "glass.wrong_state",
        });
        await test.store.glasses.note(one.id, answer, { from: ["asked"], to: "waiting", reviewed: false });
        const accept = { id: newId(), at: later, by: "user:rev", what: "accept" as const };
        await test.store.glasses.note(one.id, accept, { from: ["waiting"], to: "accepted", reviewed: true });
        expect(await test.store.glasses.notes(one.id)).toEqual([ask, answer, accept]);
        expect(await test.store.glasses.find(one.id)).toMatchObject({ state: "accepted", reviewedBy: "user:rev" });
        expect(await test.store.glasses.waiting()).toBe(before - 1);
      });

      it("lists by person and state, page by page, newest first", async () => {
        const user = newId();
        const made = [1, 2, 3].map((number) => glass({ user, target: { patient: `q${number}` } }));
        for (const one of made) await test.store.glasses.open(one);
        await test.store.glasses.end(made[1]?.id ?? "", "closed", later);
        const [first, second, third] = made.map(({ id }) => id);
        const page = await test.store.glasses.list({ user, limit: 2 });
        expect(page.items.map(({ id }) => id)).toEqual([third, second]);
        const rest = await test.store.glasses.list({ user, limit: 2, cursor: page.next ?? "" });
        expect(rest.items.map(({ id }) => id)).toEqual([first]);
        expect((await test.store.glasses.list({ user, state: "waiting" })).items.map(({ id }) => id)).toEqual([second]);
      });
    });

    describe("disclosures", () => {
      const row = (change: Partial<DisclosureRow> = {}): DisclosureRow => ({
        ...{ id: newId(), patient: "p9", source: `message:${newId()}`, at, kind: "message", purpose: "TREAT" },
        ...{ by: "system:dispatcher", part2: false, accountable: true, recipient: "Dr. Canary", what: "E-mail" },
        records: [{ type: "Communication", id: "m1" }],
        ...change,
      });

      it("lists those of a patient, newest first, within a time", async () => {
        const via = { plugin: "org.example.sms", instance: "default" };
        const old = row({ at: "2026-03-01T08:00:00.000Z" });
        const [one, two] = [row({ via, part2: true, consent: "c1" }), row({ accountable: false })];
        await test.store.disclosures.add([old, one, two, row({ patient: "other" })]);
        const list = async (filter: object = {}) => await test.store.disclosures.list({ patient: "p9", ...filter });
        expect((await list()).items).toEqual([two, one, old]);
        expect((await list({ from: at })).items).toEqual([two, one]);
        expect((await list({ before: at })).items).toEqual([old]);
        const page = await list({ limit: 1 });
        expect((await list({ limit: 5, cursor: page.next })).items).toEqual([one, old]);
        expect((await test.store.disclosures.list({ patient: "nobody" })).items).toEqual([]);
      });

      it("keeps one of each source and patient", async () => {
        const first = row({ patient: "p10" });
        await test.store.disclosures.add([first]);
        await test.store.disclosures.add([{ ...first, id: newId(), what: "another" }]);
        await test.store.disclosures.add([]);
        expect((await test.store.disclosures.list({ patient: "p10" })).items).toEqual([first]);
        const other = row({ patient: "p10" });
        await test.store.disclosures.add([other]);
        await test.store.disclosures.withdraw(first.source);
        expect((await test.store.disclosures.list({ patient: "p10" })).items).toEqual([other]);
      });
    });

    it("remembers which record an attachment was taken from, as long as it is there", async () => {
      const blob = newId();
      const bytes = async function* () {
        yield Buffer.from("canary");
      };
      await test.store.blobs.write(bytes(), { id: blob, contentType: "text/plain", by: "user:ana", bytesMax: 10 });
      await test.store.disclosures.noteSource(blob, { type: "DocumentReference", id: "d1" });
      expect(await test.store.disclosures.sourcesOf([blob, "uploaded"])).toEqual([
        { type: "DocumentReference", id: "d1" },
      ]);
      expect(await test.store.disclosures.sourcesOf([])).toEqual([]);
      await expect(test.store.disclosures.noteSource("none", { type: "Binary", id: "b" })).rejects.toMatchObject({
        code: "blob.not_found",
      });
    });

    describe("approvals", () => {
      const approval = (change: Partial<NewApproval> = {}): NewApproval => ({
        ...{ id: newId(), kind: "export", patient: "p1", requestedUser: "u1", requestedBy: "user:ana" },
        ...{ requestedAt: at, until: later, content: { recipient: "Canary Court" } },
        ...change,
      });

      it("lets one of two deciders win, and keeps why it was refused", async () => {
        const one = approval();
        await test.store.approvals.create(one);
        expect(await test.store.approvals.find("export", one.id)).toEqual({ ...one, state: "waiting" });
        expect(await test.store.approvals.find("shredding", one.id)).toBeUndefined();
        const decided = { decidedBy: "user:rev", decidedAt: at };
        const outcomes = await Promise.allSettled([
          test.store.approvals.move(one.id, "waiting", "approved", decided),
          test.store.approvals.move(one.id, "waiting", "refused", { ...decided, refusal: "Not for this court" }),
        ]);
        expect(outcomes.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
        const refused = approval({ kind: "shredding" });
        await test.store.approvals.create(refused);
        await test.store.approvals.move(refused.id, "waiting", "refused", { ...decided, refusal: "No" });
        expect(await test.store.approvals.find("shredding", refused.id)).toEqual({
          ...{ ...refused, ...decided, state: "refused", refusal: "No" },
        });
        await expect(test.store.approvals.move("none", "waiting", "done")).rejects.toMatchObject({
          code: "approval.wrong_state",
        });
      });

      it("expires what nobody decided or fetched, and nothing that is done", async () => {
        const [waits, approved, done] = [approval(), approval(), approval()];
        for (const one of [waits, approved, done]) await test.store.approvals.create(one);
        await test.store.approvals.move(approved.id, "waiting", "approved", { until: "2026-03-09T00:00:00.000Z" });
        await test.store.approvals.move(done.id, "waiting", "done", { doneAt: at, records: 3 });
        await test.store.approvals.expire(later);
        const states = async () => {
          const { items } = await test.store.approvals.list("export", { limit: 3 });
          return items.map(({ id, state }) => [id, state]);
        };
        expect(await states()).toEqual([
          [done.id, "done"],
          [approved.id, "approved"],
          [waits.id, "expired"],
        ]);
      });
    });

    it("keeps a rule of retention and the last purge of a type beside each other", async () => {
      await test.store.retention.set("Observation", 365, "user:ana", at);
      await test.store.retention.notePurge("Observation", { by: "system:retention", at: later, versions: 4 });
      await test.store.retention.set("Observation", undefined, "user:rev", later);
      await test.store.retention.notePurge("Binary", { by: "user:ana", at, versions: 0 });
      expect(await test.store.retention.list()).toEqual([
        { type: "Binary", purgedBy: "user:ana", purgedAt: at, purgedVersions: 0 },
        {
          ...{ type: "Observation", setBy: "user:rev", setAt: later },
          ...{ purgedBy: "system:retention", purgedAt: later, purgedVersions: 4 },
        },
      ]);
    });
  });
});
