import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { fileURLToPath } from "node:url";
import { createTempDir, type TempDir } from "@hilum/testkit";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createFileKeyProvider } from "../../key-holders/file-key-provider.ts";
import { openStore } from "../../open-store.ts";
import type { Store } from "../../ports/store.ts";
import { newId } from "../../test-support/databases.ts";
import { acknowledgedUntilKilled } from "../../test-support/kill-child.ts";
import { allChanges, bundleOf, newPatient, newRecord, searchIds } from "../../test-support/records.ts";
import { canMountSmallDisk, mountSmallDisk, type SmallDisk } from "../../test-support/small-disk.ts";

let folder: TempDir;
beforeEach(() => {
  folder = createTempDir("records");
});
afterEach(() => folder.remove());

const openAt = (place: string, key = "hilum.key"): Promise<Store> =>
  openStore({
    url: `sqlite:${place}/hilum.db`,
    keyProvider: createFileKeyProvider(folder.join(key)),
    blobDir: `${place}/blobs`,
  });
const open = (key?: string) => openAt(folder.path, key);
const filesOf = (): Buffer =>
  Buffer.concat(
    ["hilum.db", "hilum.db-wal", "hilum.db-shm"]
      .map((name) => folder.join(name))
      .filter((path) => existsSync(path))
      .map((path) => readFileSync(path)),
  );
/** Changes the closed database as somebody would who has the disk. */
const tamper = <T>(work: (database: DatabaseSync) => T): T => {
  const database = new DatabaseSync(folder.join("hilum.db"));
  try {
    return work(database);
  } finally {
    database.close();
  }
};
const recordNumber = (type: string, id: string) =>
  `(SELECT record FROM records WHERE type = '${type}' AND id = '${id}')`;

describe("records on the disk", () => {
  it("threat 210: hold no word of a resource, a term, a patient's id or a hold in the clear", async () => {
    const store = await open();
    const plain = {
      text: "CanaryNarrative",
      name: "CanaryFamily",
      term: "identifier|http://canary.example|CANARY-4711",
      patient: "canary-patient",
      reason: "CanaryCase",
      later: "CanaryLater",
    };
    const write = newRecord({
      ...{ id: "o1", terms: [plain.term, "name^canaryfam"], patients: [plain.patient] },
      fields: { text: plain.text, name: [{ family: plain.name }] },
    });
    await store.records.write([write]);
    await store.records.setHold({ patient: plain.patient }, { on: true, reason: plain.reason, by: "user:ana" });
    await store.records.write([newRecord({ ...write, expected: 1, fields: { text: plain.later } })]);
    await searchIds(store, { groups: [[plain.term]], patient: plain.patient });
    const canaries = [...Object.values(plain), "canaryfam", "http://canary.example", "CANARY-4711"];
    const whileOpen = filesOf();
    await store.close();
    for (const bytes of [whileOpen, filesOf()]) {
      expect(bytes.includes("Observation")).toBe(true);
      for (const canary of canaries) expect(bytes.includes(canary), canary).toBe(false);
    }
  });

  it("threat 203: are sealed anew each time, so that equal resources look different", async () => {
    const store = await open();
    const [one, two] = [newRecord({ id: "same1", resource: "{}" }), newRecord({ id: "same2", resource: "{}" })];
    await store.records.write([one, two]);
    await store.records.write([newRecord({ ...one, expected: 1, resource: "{}" })]);
    await store.close();
    const bodies = tamper((database) => database.prepare("SELECT body FROM record_versions").all());
    const nonces = bodies.map(({ body }) =>
      Buffer.from(body as Uint8Array)
        .subarray(5, 17)
        .toString("hex"),
    );
    expect(new Set(nonces).size).toBe(3);
  });

  describe("that were tampered with", () => {
    const seed = async (): Promise<void> => {
      const store = await open();
      await store.records.write([
        newPatient("ana", { fields: { note: "of Ana" } }),
        newPatient("bo", { fields: { note: "of Bo" } }),
        newRecord({ id: "a1", patients: ["ana"] }),
        newRecord({ id: "a2", patients: ["ana"] }),
      ]);
      await store.records.write([newRecord({ id: "a1", patients: ["ana"], expected: 1 })]);
      await store.close();
    };
    const bodyOf = (type: string, id: string, version: number) =>
      `(SELECT body FROM record_versions WHERE record = ${recordNumber(type, id)} AND version = ${version})`;
    const ofRow = (type: string, id: string, version: number) =>
      `WHERE record = ${recordNumber(type, id)} AND version = ${version}`;

    it.each([
      ["another record of the same patient", `body = ${bodyOf("Observation", "a2", 1)}`],
      ["an earlier version of itself", `body = ${bodyOf("Observation", "a1", 1)}`],
      ["another patient's", `body = ${bodyOf("Patient", "bo", 1)}`],
      [
        "another patient's, with the key of that patient",
        `body = ${bodyOf("Patient", "bo", 1)}, key = (SELECT key FROM record_versions ${ofRow("Patient", "bo", 1)})`,
      ],
      ["another key", `key = (SELECT key FROM record_versions ${ofRow("Patient", "bo", 1)})`],
      ["a cut tag", "body = substr(body, 1, length(body) - 4)"],
      ["a changed byte", "body = CAST(substr(body, 1, 20) || x'00ff' || substr(body, 23) AS BLOB)"],
    ])("threat 200, 201: do not open with %s", async (_name, change) => {
      await seed();
      tamper((database) => database.exec(`UPDATE record_versions SET ${change} ${ofRow("Observation", "a1", 2)}`));
      const store = await open();
      await expect(store.records.find("Observation", "a1")).rejects.toMatchObject({ code: "envelope.invalid" });
      expect(await store.records.find("Observation", "a2")).toMatchObject({ version: 1 });
      await store.close();
    });

    it("threat 200: do not open with the key of another compartment put in place of theirs", async () => {
      await seed();
      tamper((database) =>
        database.exec(`UPDATE record_keys SET sealed_key = (SELECT k.sealed_key FROM record_keys k
          JOIN record_versions v ON v.key = k.key ${ofRow("Patient", "bo", 1)})`),
      );
      const store = await open();
      await expect(store.records.find("Patient", "ana")).rejects.toMatchObject({ code: "envelope.invalid" });
      await expect(store.records.write([newRecord({ patients: ["ana"] })])).rejects.toMatchObject({
        code: "envelope.invalid",
      });
      expect((await store.records.find("Patient", "bo"))?.resource).toContain("of Bo");
      await store.close();
    });

    it("threat 200: do not open in another deployment", async () => {
      await seed();
      tamper((database) => database.exec("UPDATE deployment SET id = 'another'"));
      await expect(open()).rejects.toMatchObject({ code: "key.wrong" });
    });

    it("are not opened with another key file", async () => {
      await seed();
      const other = await openAt(folder.join("other"), "other.key");
      await other.close();
      const before = filesOf();
      await expect(open("other.key")).rejects.toMatchObject({ code: "key.wrong" });
      expect(filesOf().equals(before)).toBe(true);
    });
  });

  it("threat 209: of a shredded patient leave neither key, body nor token in the file", async () => {
    const store = await open();
    const write = (patient: string) => [
      newPatient(patient, { terms: [`identifier||${patient}`] }),
      newRecord({ patients: [patient], terms: [`code|of ${patient}`] }),
    ];
    await store.records.write([...write("ana"), ...write("bo")]);
    await store.close();
    const secrets = tamper((database) => {
      const ofAna = `WHERE key IN (SELECT key FROM record_versions WHERE record = ${recordNumber("Patient", "ana")})`;
      const keys = database.prepare(`SELECT sealed_key AS bytes FROM record_keys ${ofAna}`).all();
      const bodies = database.prepare(`SELECT body AS bytes FROM record_versions ${ofAna}`).all();
      const tokens = database
        .prepare(`SELECT tokens FROM records WHERE record IN (SELECT record FROM record_versions ${ofAna})`)
        .all();
      return [
        ...[...keys, ...bodies].map(({ bytes }) => Buffer.from(bytes as Uint8Array)),
        ...tokens
          .flatMap(({ tokens: text }) => String(text).slice(1, -1).split(","))
          .map((token) => Buffer.from(token)),
      ];
    });
    expect(secrets.length).toBeGreaterThanOrEqual(7);
    for (const secret of secrets) expect(filesOf().includes(secret)).toBe(true);
    const again = await open();
    await again.records.shred("ana", "user:ana");
    await again.close();
    for (const secret of secrets) expect(filesOf().includes(secret)).toBe(false);
    const reopened = await open();
    expect((await reopened.records.find("Patient", "bo"))?.resource).toBeDefined();
    await reopened.close();
  });

  it("threat 211: have tokens that differ by type and by deployment, and that nobody can compute without the key", async () => {
    const term = "gender||female";
    const tokens = async (place: string, key: string): Promise<string[]> => {
      const store = await openAt(place, key);
      await store.records.write([
        newRecord({ type: "Patient", id: "one", terms: [term] }),
        newRecord({ type: "Practitioner", id: "two", terms: [term] }),
      ]);
      await store.close();
      const database = new DatabaseSync(`${place}/hilum.db`);
      const rows = database.prepare("SELECT tokens FROM records ORDER BY record").all();
      database.close();
      return rows.map(({ tokens: text }) => String(text).slice(1, -1));
    };
    const here = await tokens(folder.join("here"), "here.key");
    const there = await tokens(folder.join("there"), "there.key");
    expect(new Set([...here, ...there]).size).toBe(4);
    const plainHashes = [term, `Patient\n${term}`].map((text) =>
      String(createHash("sha256").update(text).digest().readBigInt64BE(0)),
    );
    for (const hash of plainHashes) expect([...here, ...there]).not.toContain(hash);
  });
});

describe("a process that is killed while it writes records", () => {
  const child = fileURLToPath(new URL("../../test-support/record-writing-child.ts", import.meta.url));

  it("threat 213: loses nothing that it acknowledged, and keeps no bundle, version or term by half", async () => {
    const acknowledged: string[] = [];
    for (const [round, count] of [
      ["a", 5],
      ["b", 60],
      ["c", 250],
    ] as const)
      acknowledged.push(...(await acknowledgedUntilKilled(child, { folder: folder.path, round, atLeast: count })));
    expect(acknowledged.length).toBeGreaterThan(300);
    const store = await open();
    const bundles = new Map<string, string[]>();
    for (const { id, version, resource, patients } of await allChanges(store)) {
      expect(resource).toContain(id);
      const name = patients[0] ?? "";
      bundles.set(name, [...(bundles.get(name) ?? []), `${id} ${version}`]);
    }
    for (const line of acknowledged) {
      const [name = "", version] = line.split(" ");
      expect(bundles.get(name), line).toContain(`${name} ${version}`);
    }
    for (const [name, versions] of bundles) {
      const ids = bundleOf(name).map(({ id }) => id);
      const newest = versions.length / ids.length;
      expect([1, 2], name).toContain(newest);
      expect(versions).toEqual(Array.from({ length: newest }, (_, at) => ids.map((id) => `${id} ${at + 1}`)).flat());
      const groups = [[`bundle|${name}`], [`version|${newest}`]];
      expect((await searchIds(store, { groups })).length).toBe(ids.length - 1);
      expect(await searchIds(store, { groups: [[`bundle|${name}`], [`version|${newest === 2 ? 1 : 2}`]] })).toEqual([]);
      expect((await store.records.search({ groups: [], patient: name, limit: 20 })).rows).toHaveLength(ids.length);
    }
    await store.close();
  }, 180_000);
});

describe.skipIf(!canMountSmallDisk())("records on a full disk", () => {
  let disk: SmallDisk;
  beforeEach(() => {
    const mounted = mountSmallDisk(folder.join("disk"));
    if (mounted === undefined) throw new Error("the small disk cannot be mounted");
    disk = mounted;
  });
  afterEach(() => disk.unmount());

  it("threat 215: are refused by code and kept whole, read all the while, and written again when there is space", async () => {
    const store = await openAt(disk.path);
    const kept = newRecord({ patients: ["p1"] });
    await store.records.write([kept]);
    disk.fill();
    const long = { fields: { text: "x".repeat(20_000) } };
    const bundles = Array.from({ length: 60 }, () =>
      Array.from({ length: 5 }, () => newRecord({ ...long, patients: [newId()], terms: ["full"] })),
    );
    const attempts = await Promise.allSettled(bundles.map((bundle) => store.records.write(bundle)));
    const codes = new Set(attempts.flatMap((attempt) => (attempt.status === "rejected" ? [attempt.reason.code] : [])));
    expect([...codes]).toEqual(["data.no_space"]);
    expect((await store.records.find(kept.type, kept.id))?.resource).toBe(kept.resource);
    const written = bundles.filter((_, index) => attempts[index]?.status === "fulfilled").flat();
    const expected = written.map(({ id }) => id).toSorted();
    expect((await searchIds(store, { groups: [["full"]] })).toSorted()).toEqual(expected);
    disk.free();
    await store.records.write([newRecord({ ...kept, expected: 1 })]);
    expect((await store.records.find(kept.type, kept.id))?.version).toBe(2);
    await store.close();
  });
});
