import { Buffer } from "node:buffer";
import { afterEach, describe, expect, it } from "vitest";
import { definePlugin, ProviderError, type CallContext, type RecordResource, type RecordStore } from "../index.ts";
import { createTestHost, TestCallError, type TestHost, type TestHostOptions } from "./index.ts";

const ada: RecordResource = {
  resourceType: "Patient",
  id: "ada",
  identifier: [{ system: "http://clinic.example/mrn", value: "555-01" }],
  name: [{ family: "Lovelace", given: ["Ada"] }],
};
const observation = (category: string, id: string): RecordResource => ({
  resourceType: "Observation",
  id,
  status: "final",
  category: [{ coding: [{ system: "http://terminology.hl7.org/CodeSystem/observation-category", code: category }] }],
  code: { text: "Heart rate" },
});
async function listOf<T>(items: AsyncIterable<T> | readonly T[]): Promise<T[]> {
  const list: T[] = [];
  for await (const item of items) list.push(item);
  return list;
}
const manifest = {
  id: "com.example.records",
  name: "Records",
  capabilities: ["send_messages"],
  scopes: [
    "system/Patient.crs",
    "system/Patient.r",
    "system/Patient.cruds",
    "system/Observation.rs?category=laboratory",
    "system/Observation.cu?category=laboratory",
    "system/Binary.cr",
  ].map((scope) => ({ scope, reason: "For the test." })),
};

const hosts: TestHost[] = [];
afterEach(async () => {
  await Promise.all(hosts.splice(0).map((host) => host.close()));
});
async function open(plugin: Parameters<typeof createTestHost>[0], options: TestHostOptions): Promise<TestHost> {
  const host = await createTestHost(plugin, options);
  hosts.push(host);
  return host;
}

/** Runs `act` inside a call of the host, and gives back what it resolved to or was refused with. */
async function within<T>(
  options: TestHostOptions,
  act: (ctx: CallContext) => Promise<T>,
): Promise<{ host: TestHost; did: T | { code: string } }> {
  let did: T | { code: string } | undefined;
  const plugin = definePlugin({
    sendMessages: async () => ({}),
    async health(ctx) {
      did = await act(ctx).catch((error: unknown) => ({
        code: (error as { code: string }).code,
        ...(error as object),
      }));
      return { state: "healthy", rows: [] };
    },
  });
  const host = await open(plugin, { manifest, ...options });
  await host.health();
  return { host, did: did as T | { code: string } };
}

describe("what a plugin asks of the platform's records", () => {
  it("threat 48: is refused without a grant, also beside one for another type or another act", async () => {
    for (const grants of [[], ["system/Observation.rs?category=laboratory"]]) {
      const { did } = await within({ grants, records: [ada] }, ({ records }) => records.read("Patient", "ada"));
      expect(did).toMatchObject({ code: "policy.denied" });
    }
    const { did, host } = await within({ grants: ["system/Patient.r"], records: [ada] }, async ({ records }) => {
      const refused = async (act: Promise<unknown>): Promise<string> =>
        await act.then(
          () => "done",
          (error: { code: string }) => error.code,
        );
      return [
        await refused(records.read("Patient", "ada")),
        await refused(records.search("Patient", { identifier: "555-01" })),
        await refused(records.create(ada)),
        await refused(records.update(ada)),
        await refused(records.delete("Patient", "ada")),
      ];
    });
    expect(did).toEqual(["done", "policy.denied", "policy.denied", "policy.denied", "policy.denied"]);
    expect(host.records).toHaveLength(1);
  });

  it("is created, found, read, changed and deleted", async () => {
    const { did, host } = await within({ grants: ["system/Patient.cruds"] }, async ({ records }) => {
      const { id: _, ...fresh } = ada;
      const kept = await records.create(fresh);
      const found = await records.search("Patient", { identifier: "http://clinic.example/mrn|555-01" });
      const again = await records.create(fresh, { ifNoneExist: { identifier: "555-01" } });
      const changed = await records.update({ ...kept, active: true }, { ifMatch: "1" });
      const stale = await records.update(kept, { ifMatch: "1" }).catch((error: { code: string }) => error.code);
      const old = await records.read("Patient", kept.id ?? "", { version: "1" });
      await records.delete("Patient", kept.id ?? "");
      const gone = await records.read("Patient", kept.id ?? "").catch((error: { code: string }) => error.code);
      const all = await listOf(records.all("Patient", { name: "lovelace" }));
      return { found: found.resources.length, same: again.id === kept.id, changed, stale, old, gone, all };
    });
    expect(did).toMatchObject({
      ...{ found: 1, same: true, stale: "record.conflict", gone: "record.gone", all: [] },
      changed: { active: true, meta: { versionId: "2" } },
      old: { meta: { versionId: "1" } },
    });
    expect(host.records).toEqual([]);
  });

  it("threat 49: reaches the rows of its grant alone, and what lies outside is as if it were not there", async () => {
    const records = [observation("laboratory", "lab"), observation("vital-signs", "vital")];
    const grants = ["system/Observation.rs?category=laboratory", "system/Observation.cu?category=laboratory"];
    const { did, host } = await within({ grants, records }, async ({ records: asked }) => {
      const code = async (act: Promise<unknown>): Promise<string> =>
        await act.then(
          () => "done",
          (error: { code: string }) => error.code,
        );
      return {
        found: (await asked.search("Observation", {})).resources.map(({ id }) => id),
        widened: (await asked.search("Observation", { category: "laboratory,vital-signs" })).resources.map(
          ({ id }) => id,
        ),
        read: [await code(asked.read("Observation", "lab")), await code(asked.read("Observation", "vital"))],
        moved: await code(asked.update(observation("vital-signs", "lab") as never)),
        taken: await code(asked.update(observation("laboratory", "vital") as never)),
        made: await code(asked.create(observation("vital-signs", "new") as never)),
      };
    });
    expect(did).toEqual({
      ...{ found: ["lab"], widened: ["lab"], read: ["done", "record.not_found"] },
      ...{ moved: "policy.denied", taken: "record.not_found", made: "policy.denied" },
    });
    expect(host.records).toEqual(expect.arrayContaining([expect.objectContaining({ id: "vital" })]));
  });

  it("must be valid FHIR, and an error names place and mend and no value", async () => {
    const bad = { resourceType: "Patient", gender: "Lovelace", birthDate: "1815-99" } as unknown as RecordResource;
    const { did, host } = await within({ grants: ["system/Patient.crs"] }, ({ records }) => records.create(bad));
    expect(did).toMatchObject({
      code: "record.invalid",
      problems: expect.arrayContaining([expect.objectContaining({ pointer: "/resource/gender" })]) as unknown,
    });
    expect(JSON.stringify(did)).not.toContain("1815-99");
    expect(host.records).toEqual([]);
  });

  it("is searched by what the platform serves; what is not served is named", async () => {
    for (const [params, pointer] of [
      [{ nane: "ada" }, undefined],
      [{ _include: "Patient:general-practitioner" }, "/query/0/0"],
      [{ "general-practitioner.name": "x" }, "/query/0/0"],
      [{ _count: "1" }, "/query/0/0"],
    ] as const) {
      const { did } = await within({ grants: ["system/Patient.crs"] }, ({ records }) =>
        records.search("Patient", params),
      );
      expect(did).toMatchObject({
        code: "search.invalid",
        ...(pointer === undefined ? {} : { problems: [{ pointer }] }),
      });
    }
  });

  it("carries bytes of a Binary by chunks, bound to the call, and keeps none that no record names", async () => {
    const bytes = Buffer.alloc(1_300_000, "0123456789");
    const { did, host } = await within({ grants: ["system/Binary.cr"] }, async ({ records }) => {
      const content = { contentType: "application/pdf", bytes };
      const kept = await records.create({ resourceType: "Binary", contentType: "application/pdf" }, { content });
      const opened = await records.open("Binary", kept.id ?? "");
      const back = Buffer.concat(await listOf(opened.content?.read() ?? []));
      const bad = { resourceType: "Binary" } as RecordResource;
      const refused = await records.create(bad, { content }).catch((error: { code: string }) => error.code);
      return { same: back.equals(bytes), type: opened.content?.contentType, refused };
    });
    expect(did).toEqual({ same: true, type: "application/pdf", refused: "record.invalid" });
    expect(host.blobs).toBe(1);

    const denied = await within({ grants: ["system/Patient.crs"] }, ({ records }) =>
      records.create(ada, { content: { contentType: "text/plain", bytes } }),
    );
    expect(denied.did).toMatchObject({ code: "policy.denied" });
    expect(denied.host.blobs).toBe(0);
  });
});

const storeManifest = {
  id: "com.example.store",
  name: "Store",
  capabilities: ["store_records"],
  storage: { browser: true },
};

/** A store in memory, as small as it can be. */
function createStore(changes: Partial<RecordStore> = {}): Parameters<typeof createTestHost>[0] {
  const kept = new Map<string, { resource: RecordResource; bytes?: Uint8Array }>();
  const read: RecordStore["read"] = ({ type, id }) => {
    const found = kept.get(`${type}/${id}`);
    if (found === undefined) throw new ProviderError("record.not_found");
    const { resource, bytes } = found;
    return { resource, ...(bytes === undefined ? {} : { content: { contentType: "text/plain", bytes } }) };
  };
  const write: RecordStore["create"] = async (resource, _ctx, { content }) => {
    const bytes = content === undefined ? {} : { bytes: Buffer.concat(await listOf(content.read())) };
    kept.set(`${resource.resourceType}/${resource.id}`, { resource, ...bytes });
    return resource;
  };
  return definePlugin({
    records: {
      ...{ create: write, update: write, read },
      delete: ({ type, id }) => void kept.delete(`${type}/${id}`),
      search: ({ type }) => ({
        resources: [...kept.values()]
          .map(({ resource }) => resource)
          .filter(({ resourceType }) => resourceType === type),
      }),
      ...changes,
    },
  });
}

describe("a plugin that stores records", () => {
  it("gets records with id and version, and gives them back with their bytes", async () => {
    const host = await open(createStore(), { manifest: storeManifest });
    const { resource } = await host.store.create(ada);
    expect(resource).toMatchObject({ id: "ada", meta: { versionId: "1" } });
    expect((await host.store.search("Patient", {})).resources).toHaveLength(1);
    const bytes = Buffer.alloc(1_200_000, "x");
    await host.store.create(
      { resourceType: "Binary", id: "file", contentType: "text/plain" },
      { content: { contentType: "text/plain", bytes } },
    );
    const back = await host.store.read("Binary", "file");
    expect(Buffer.from(back.content?.bytes ?? []).equals(bytes)).toBe(true);
    await host.store.delete("Patient", "ada");
    await expect(host.store.read("Patient", "ada")).rejects.toMatchObject({ code: "record.not_found" });
    expect(host.violation).toBeUndefined();
  });

  it("is told of an answer that is another record, another version, or no record", async () => {
    const other = { ...ada, id: "other" };
    for (const [changes, pointer] of [
      [{ read: () => other }, "/resource/id"],
      [{ read: () => observation("laboratory", "ada") }, "/resource/resourceType"],
      [{ read: () => ({ ...ada, meta: { versionId: "9" } }) }, "/resource/meta/versionId"],
      [{ create: () => other }, "/resource/id"],
      [{ search: () => ({ resources: [observation("laboratory", "ada")] }) }, "/resources/0/resourceType"],
    ] as [Partial<RecordStore>, string][]) {
      const host = await open(createStore(changes), { manifest: storeManifest });
      const ask = { create: host.store.create(ada), search: host.store.search("Patient", {}) };
      const asked =
        "create" in changes
          ? ask.create
          : "search" in changes
            ? ask.search
            : host.store.read("Patient", "ada", { version: "1" });
      await Promise.allSettled(Object.values(ask));
      await expect(asked).rejects.toMatchObject({ code: "plugin.bad_reply", problems: [{ pointer }] });
    }
  });

  it("refuses in the platform's words, and needs no grant for what it is handed", async () => {
    const host = await open(
      createStore({
        update() {
          throw new ProviderError("record.conflict");
        },
      }),
      { manifest: storeManifest },
    );
    const failure = await host.store.update(ada).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(TestCallError);
    expect(failure).toMatchObject({ code: "record.conflict", data: { retry: "never" } });
  });

  it("is not taken without the methods that its capability promises", async () => {
    const plugin = definePlugin({ sendMessages: async () => ({}) });
    await expect(createTestHost(plugin, { manifest: storeManifest })).rejects.toMatchObject({
      code: "plugin.protocol",
    });
  });
});
