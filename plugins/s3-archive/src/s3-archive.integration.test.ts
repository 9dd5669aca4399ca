import type { RecordResource } from "@hilum/sdk";
import { TestCallError, type TestHost } from "@hilum/sdk/testing";
import { requires } from "@hilum/testkit";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openWorld, type World } from "./test-support/world.ts";

let made = 0;
const document = (version = "1", more: object = {}): RecordResource & { id: string } => ({
  resourceType: "DocumentReference",
  id: `d${++made}`,
  meta: { versionId: version },
  status: "current",
  identifier: [{ system: "https://clinic.example/doc", value: `DOC-${made}` }],
  subject: { reference: `Patient/una${made}` },
  content: [{ attachment: { contentType: "application/pdf", url: `Binary/b${made}` } }],
  ...more,
});
const valueOf = (resource: RecordResource): string =>
  resource.resourceType === "DocumentReference" ? (resource.identifier?.[0]?.value ?? "") : "";

/** How the plugin tells a failure, in the members that decide what happens next. */
async function failure(promise: Promise<unknown>): Promise<Record<string, unknown>> {
  const error: unknown = await promise.then(
    () => "it succeeded",
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(TestCallError);
  const { code, data } = error as TestCallError;
  return { code, ...data };
}

describe.skipIf(!requires("moto").available)("an archive in a bucket", () => {
  let world: World;
  let host: TestHost;
  beforeAll(async () => {
    world = await openWorld();
    host = await world.open();
  }, 60_000);
  afterAll(async () => {
    await host?.close();
    await world?.close();
  });
  const names = async (prefix: string): Promise<string[]> => (await world.bucket().list(`hilum/${prefix}`)).keys;

  describe("keeping records", () => {
    it("keeps each version once, under names that tell ids and versions alone", async () => {
      const one = document();
      await host.store.create(one);
      await host.store.create(one);
      await host.store.update({ ...one, meta: { versionId: "2" }, status: "superseded" } as RecordResource);
      expect(await names(`DocumentReference/${one.id}/`)).toEqual([
        `hilum/DocumentReference/${one.id}/0000000001.json`,
        `hilum/DocumentReference/${one.id}/0000000002.json`,
      ]);
      expect((await host.store.read("DocumentReference", one.id)).resource).toMatchObject({ status: "superseded" });
      expect((await host.store.read("DocumentReference", one.id, { version: "1" })).resource).toEqual(one);
      const all = await names("");
      expect(all.join("\n")).not.toMatch(/DOC-|una/);
    });

    it("writes nothing over: another record under the same version is a conflict", async () => {
      const one = document();
      await host.store.create(one);
      const other = { ...one, description: "Another one" } as RecordResource;
      expect(await failure(host.store.create(other))).toMatchObject({ code: "record.conflict" });
      expect(await failure(host.store.create({ ...one, meta: { versionId: "3" } }))).toMatchObject({
        code: "record.conflict",
      });
      const next: RecordResource = { ...one, meta: { versionId: "2" } };
      expect(await failure(host.store.update(next, { ifMatch: "7" }))).toMatchObject({ code: "record.conflict" });
      await host.store.update(next, { ifMatch: "1" });
      expect(await failure(host.store.update(one))).toMatchObject({ code: "record.conflict" });
      expect((await host.store.read("DocumentReference", one.id)).resource).toEqual(next);
    });

    it("puts a file of many parts through without holding it, and gives it back byte for byte", async () => {
      const bytes = Buffer.alloc(20 * 1024 * 1024 + 17);
      for (let at = 0; at < bytes.length; at += 4)
        bytes.writeUInt32LE((at * 2_654_435_761) >>> 0, Math.min(at, bytes.length - 4));
      const binary: RecordResource = { resourceType: "Binary", id: "scan", contentType: "application/dicom" };
      await host.store.create(binary, { content: { contentType: "application/dicom", bytes } });
      const back = await host.store.read("Binary", "scan");
      expect(back.resource).toMatchObject({ id: "scan", contentType: "application/dicom" });
      expect(Buffer.from(back.content?.bytes ?? []).equals(bytes)).toBe(true);
    });

    it("takes a record away with its files, and remembers that it was there", async () => {
      const one = document();
      await host.store.create(one);
      await host.store.update({ ...one, meta: { versionId: "2" } });
      await host.store.delete("DocumentReference", one.id);
      await host.store.delete("DocumentReference", one.id);
      expect(await names(`DocumentReference/${one.id}/`)).toEqual([
        `hilum/DocumentReference/${one.id}/0000000003.deleted`,
      ]);
      expect(await failure(host.store.read("DocumentReference", one.id))).toMatchObject({ code: "record.gone" });
      expect(await failure(host.store.read("DocumentReference", "never"))).toMatchObject({ code: "record.not_found" });
      expect(await failure(host.store.delete("DocumentReference", "never"))).toMatchObject({
        code: "record.not_found",
      });
      expect(await failure(host.store.update(document("2")))).toMatchObject({ code: "record.not_found" });
    });

    it("creates nothing where one record matches the condition", async () => {
      const one = document();
      await host.store.create(one);
      const identifier = `https://clinic.example/doc|${valueOf(one)}`;
      const same = await host.store.create(document(), { ifNoneExist: { identifier } });
      expect(same.resource.id).toBe(one.id);
    });
  });

  describe("searching", () => {
    it("finds by identifier with and without its system, by patient and by ids, as the record is now", async () => {
      const one = document();
      await host.store.create(one);
      const ids = async (query: Record<string, string>) =>
        (await host.store.search("DocumentReference", query)).resources.map(({ id }) => id);
      const value = valueOf(one);
      expect(await ids({ identifier: `https://clinic.example/doc|${value}` })).toEqual([one.id]);
      expect(await ids({ identifier: value })).toEqual([one.id]);
      expect(await ids({ identifier: `|${value}` })).toEqual([]);
      expect(await ids({ patient: `una${made}` })).toEqual([one.id]);
      expect(await ids({ subject: `Patient/una${made}`, identifier: value })).toEqual([one.id]);
      expect(await ids({ _id: `${one.id},never` })).toEqual([one.id]);
      await host.store.update({ ...one, meta: { versionId: "2" }, identifier: [] } as unknown as RecordResource);
      expect(await ids({ identifier: value })).toEqual([]);
      expect(await failure(ids({ description: "x" }))).toMatchObject({ code: "search.invalid" });
    });

    it("turns the pages of a whole type by a cursor without anything of a patient", async () => {
      const prefix = { prefix: "paged/" };
      const paged = await world.open(prefix);
      try {
        const expected: string[] = [];
        for (let count = 0; count < 5; count++) {
          const one = document();
          expected.push(one.id);
          await paged.store.create(one);
        }
        const seen: (string | undefined)[] = [];
        let cursor: string | undefined;
        do {
          const page = await paged.store.search(
            "DocumentReference",
            {},
            { count: 2, ...(cursor === undefined ? {} : { cursor }) },
          );
          seen.push(...page.resources.map(({ id }) => id));
          cursor = page.next;
        } while (cursor !== undefined);
        expect(seen.toSorted()).toEqual(expected.toSorted());
      } finally {
        await paged.close();
      }
    });
  });

  describe("the setup", () => {
    it("signs in, and puts, reads, lists and deletes an object that it cannot write over", async () => {
      expect((await host.checkSetup("key")).rows).toMatchObject([{ id: "authentication", status: "passed" }]);
      expect((await host.checkSetup("try")).rows).toMatchObject([
        { id: "authentication", status: "passed" },
        { id: "lock", status: "passed" },
        { id: "round-trip", status: "passed" },
      ]);
      expect((await host.health()).state).toBe("healthy");
      expect(await names("_check/")).toEqual([]);
    });

    it("leads each mistake to the field where it is mended", async () => {
      const cases = [
        [{ accessKeyId: "AKIANOBODY" }, { field: "/accessKeyId", cause: "wrong_credential" }],
        [{ secretAccessKey: "another secret" }, { field: "/secretAccessKey", cause: "wrong_credential" }],
        [{ bucket: "no-such-bucket" }, { field: "/bucket", cause: "configuration" }],
        [{ ca: "" }, { field: "/ca", cause: "certificate" }],
      ] as const;
      for (const [change, told] of cases) {
        const other = await world.open(change);
        expect((await other.checkSetup("key")).rows, JSON.stringify(change)).toMatchObject([
          { id: "authentication", status: "failed", ...told },
        ]);
        expect((await other.health()).state).toBe("failing");
        await other.close();
      }
    });

    it("tells a key without the right to write, and a bucket without locks", async () => {
      const reader = await world.open(world.s3.readOnly);
      expect((await reader.checkSetup("try")).rows).toMatchObject([
        { status: "passed" },
        { status: "passed" },
        { id: "round-trip", status: "failed", field: "/accessKeyId", cause: "configuration" },
      ]);
      await reader.close();
      const unlocked = await world.open({ lock: "COMPLIANCE", lockDays: 30 });
      expect((await unlocked.checkSetup("protection")).rows).toMatchObject([
        { id: "lock", status: "failed", field: "/lock" },
        { id: "encryption" },
      ]);
      await unlocked.close();
    });

    it("reaches nothing that was not granted", async () => {
      const none = await world.open({}, { grants: [] });
      expect(await failure(none.store.read("Binary", "x"))).toMatchObject({ cause: "configuration", field: "/host" });
      await none.close();
    });
  });

  it("hides what is under lock when it is deleted, and says that its bytes stay", async () => {
    const locked = await world.open({ bucket: world.s3.lockedBucket, lock: "COMPLIANCE", lockDays: 30 });
    try {
      expect((await locked.checkSetup("protection")).rows).toMatchObject([
        { id: "lock", status: "passed", detail: "30 days, which nobody can lift." },
        { id: "encryption" },
      ]);
      const one = document();
      await locked.store.create(one);
      const bucket = world.bucket({ bucket: world.s3.lockedBucket });
      const { keys } = await bucket.list("hilum/DocumentReference/");
      expect(keys).toHaveLength(1);
      for (const attempt of [1, 2])
        expect(await failure(locked.store.delete("DocumentReference", one.id)), String(attempt)).toMatchObject({
          code: "provider.refused",
          retry: "never",
          fix: expect.stringContaining("compliance") as string,
        });
      expect(await failure(locked.store.read("DocumentReference", one.id))).toMatchObject({ code: "record.gone" });
      expect(await bucket.get(keys[0] ?? "")).toBeDefined();
    } finally {
      await locked.close();
    }
  });
});
