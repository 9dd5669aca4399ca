import { HilumError, type WireResource } from "@hilum/contract";
import type { Grant } from "@hilum/policy";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { HostServices } from "../supervisor/host-code.ts";
import type { InstanceSpec } from "../supervisor/instance-spec.ts";
import { refOf } from "../test-support/records-in-memory.ts";
import { noSandbox, operator, startHostUnderTest, type HostUnderTest } from "../test-support/host-under-test.ts";

const patientRef = refOf("Patient", "p1");
const key = { plugin: "hilum.records", instance: "default" };
const patient: WireResource = {
  ...{ resourceType: "Patient", id: "p1", meta: { versionId: "1" } },
  identifier: [{ system: "http://clinic.example/mrn", value: "555-01" }],
};
const observation = (id: string, code: string): WireResource => ({
  ...{ resourceType: "Observation", id, status: "final", code: { text: "Heart rate" } },
  category: [{ coding: [{ code }] }],
});

type Answer = (params: Record<string, unknown>, services: HostServices) => Promise<unknown>;

/** Host code: everything but the wire is as for any plugin. */
function spec(answers: Record<string, Answer>): InstanceSpec {
  const rows = async () => ({ rows: [] });
  const store = ["create", "read", "update", "delete", "search"].map((name) => `records.${name}`);
  return {
    ...key,
    runner: {
      kind: "host",
      create: (services) => ({
        methods: new Map<string, (params: Record<string, unknown>) => Promise<unknown>>([
          ...["config.validate", "setup.check", "smoke.run"].map((name) => [name, rows] as const),
          ["health.check", async () => ({ state: "healthy", rows: [] })],
          ["shutdown", async () => null],
          ...store.map((name) => [name, rows] as const),
          ...Object.entries(answers).map(
            ([name, answer]) => [name, (params: Record<string, unknown>) => answer(params, services)] as const,
          ),
        ]),
      }),
    },
    ...{ capabilities: ["store_records"], settings: {}, grants: [], testMode: true },
  };
}

describe("records between the host and a plugin", () => {
  let under: HostUnderTest;
  const call = <Method extends "records.read" | "records.search">(method: Method, params: Record<string, unknown>) =>
    under.host.call(operator, { ...key, method, params, deadlineMs: 2000, resource: "Patient", ref: patientRef });
  const read = () => call("records.read", { type: "Patient", id: "p1" });
  const outcomes = async (action: string) =>
    (await under.entries()).filter((entry) => entry.action === action && entry.kind === "outcome");

  /** Asks the platform from inside a call, and tells what came of it. */
  async function ask(method: string, params: object): Promise<unknown> {
    let did: unknown;
    await under.host.start(
      spec({
        async "records.search"({ meta }, services) {
          const { call: within } = meta as { call: string };
          did = await services.ask(method, { call: within, ...params }).catch((error: { code: string }) => error.code);
          return { resources: [] };
        },
      }),
    );
    await call("records.search", { type: "Patient", query: [], count: 1 });
    return did;
  }
  const grant = (scope: string, decision: Grant["decision"] = "granted") =>
    under.grants.push({ ...key, scope, resolved: scope, decision });

  beforeEach(async () => {
    under = await startHostUnderTest({ sandbox: noSandbox });
  });
  afterEach(() => under.close());

  it("calls a store through the pipeline, with its answer judged against what was asked", async () => {
    let answer: unknown = { resource: patient, more: 1 };
    await under.host.start(spec({ "records.read": async () => answer }));
    await expect(read()).resolves.toEqual({ resource: patient });
    for (answer of [
      { resource: { ...patient, id: "p2" } },
      { resource: observation("p1", "laboratory") },
      { resource: patient, content: { id: "nobody-wrote-this", size: 1, contentType: "text/plain" } },
      {},
    ])
      await expect(read()).rejects.toMatchObject({ code: "plugin.bad_reply" });
    expect((await outcomes("records.read")).map(({ outcome, resource, ref }) => [outcome, resource, ref])).toEqual([
      ["ok", "Patient", patientRef],
      ...Array.from({ length: 4 }, () => ["plugin.bad_reply", "Patient", patientRef]),
    ]);
  });

  it("hears a store's own refusals", async () => {
    await under.host.start(spec({ "records.read": () => Promise.reject(new HilumError("record.gone")) }));
    await expect(read()).rejects.toMatchObject({ code: "record.gone" });
  });

  it("takes the bytes that a store writes for a record, and drops what its answer does not name", async () => {
    const chunk = (text: string) => Buffer.from(text).toString("base64");
    await under.host.start(
      spec({
        async "records.read"({ meta }, { ask: write }) {
          const { call: within } = meta as { call: string };
          await write("blobs.write", { call: within, base64: chunk("left over"), last: true });
          const { id } = (await write("blobs.write", { call: within, base64: chunk("first "), last: false })) as {
            id: string;
          };
          const { size } = (await write("blobs.write", { call: within, id, base64: chunk("second"), last: true })) as {
            size: number;
          };
          return { resource: patient, content: { id, size, contentType: "text/plain" } };
        },
      }),
    );
    const { content } = await read();
    expect(under.blobs.get(content?.id ?? "")?.toString()).toBe("first second");
    expect(under.blobs.size).toBe(1);
    // Its beginning and its end leave entries, as every crossing that takes effect does.
    expect(await outcomes("blobs.write")).toMatchObject([{ outcome: "ok" }, { outcome: "ok" }, { outcome: "ok" }]);
  });

  it("threat 48, 53: lets no plugin write bytes that it was not asked for, nor read those of another call", async () => {
    expect(await ask("blobs.write", { base64: "QUJD", last: true })).toBe("policy.denied");
    expect(await ask("blobs.read", { id: "written-1", offset: 0, length: 1 })).toBe("blob.not_found");
    grant("system/Binary.c");
    expect(await ask("blobs.write", { base64: "QUJD", last: true })).toMatchObject({ size: 3 });
    expect(await ask("blobs.write", { base64: "QUJD", last: true, call: "another" })).toBe("blob.not_found");
    expect(under.blobs.size).toBe(0);
  });

  it("threat 48: refuses without a grant, with zero rows and a note", async () => {
    under.records.kept.set("Patient/p1", { resource: patient });
    expect(await ask("records.read", { type: "Patient", id: "p1" })).toBe("policy.denied");
    expect(under.records.askers).toEqual([]);
    const notes = (await under.entries()).filter(({ decision }) => decision === "deny");
    expect(notes).toMatchObject([{ action: "records.read", reason: "scope.not_granted", resource: "Patient" }]);
    expect(JSON.stringify(notes)).not.toContain('p1"');
  });

  it("hands the grant's filters to the records as rows, and names no record but by its keyed hash", async () => {
    under.records.kept
      .set("Observation/o1", { resource: observation("o1", "laboratory") })
      .set("Observation/o2", { resource: observation("o2", "vital-signs") });
    grant("system/Observation.rs?category=laboratory");
    const search = { type: "Observation", query: [["category", "laboratory,vital-signs"]], count: 10 };
    expect(await ask("records.search", search)).toEqual({ resources: [observation("o1", "laboratory")] });
    expect(await ask("records.read", { type: "Observation", id: "o1" })).toEqual({
      resource: observation("o1", "laboratory"),
    });
    expect(await ask("records.read", { type: "Observation", id: "o2" })).toBe("record.not_found");
    expect(under.records.askers).toMatchObject([
      { key, rows: [{ all: [["category", "laboratory"]], none: [] }] },
      ...Array.from({ length: 2 }, () => ({ rows: [{ all: [["category", "laboratory"]] }] })),
    ]);
    const entries = (await under.entries()).filter(({ actor }) => actor === "plugin:hilum.records/default");
    expect(entries.filter(({ action }) => action === "records.read").map(({ ref }) => ref)).toEqual([
      ...["o1", "o1", "o2", "o2"].map((id) => refOf("Observation", id)),
    ]);
    expect(entries.find(({ action, kind }) => action === "records.search" && kind === "outcome")?.count).toBe(1);
  });

  it("needs the right to search besides where a record may be there already", async () => {
    grant("system/Patient.c");
    const create = { resource: patient, ifNoneExist: [["identifier", "555-01"]] };
    expect(await ask("records.create", create)).toBe("policy.denied");
    expect(await ask("records.create", { resource: patient })).toMatchObject({ resource: { resourceType: "Patient" } });
    const [created] = await outcomes("records.create");
    expect(created).toMatchObject({ outcome: "ok", ref: refOf("Patient", "r1") });
    grant("system/Patient.cs");
    expect(await ask("records.create", create)).toMatchObject({ resource: { resourceType: "Patient" } });
  });

  it("lends the bytes of a record that was read to the call in which it was, and to no other", async () => {
    const content = { id: "file", size: 3, contentType: "text/plain" };
    under.blobs.set("file", Buffer.from("abc"));
    under.records.kept.set("Binary/b1", { resource: { resourceType: "Binary", id: "b1" }, content });
    grant("system/Binary.r");
    let did: unknown[] = [];
    await under.host.start(
      spec({
        async "records.search"({ meta }, services) {
          const { call: within } = meta as { call: string };
          const readBytes = () =>
            services
              .ask("blobs.read", { call: within, id: "file", offset: 0, length: 3 })
              .catch((error: { code: string }) => error.code);
          const before = await readBytes();
          const outside = await services.ask("records.read", { type: "Binary", id: "b1" });
          const still = await readBytes();
          const inside = await services.ask("records.read", { type: "Binary", id: "b1", call: within });
          did = [before, outside, still, inside, await readBytes()];
          return { resources: [] };
        },
      }),
    );
    await call("records.search", { type: "Patient", query: [], count: 1 });
    expect(did).toEqual([
      "blob.not_found",
      { resource: { resourceType: "Binary", id: "b1" } },
      "blob.not_found",
      { resource: { resourceType: "Binary", id: "b1" }, content },
      { base64: "YWJj", size: 3 },
    ]);
  });

  it("threat 57: refuses the next request once the grant is gone", async () => {
    under.records.kept.set("Patient/p1", { resource: patient });
    grant("system/Patient.r");
    const did: unknown[] = [];
    await under.host.start(
      spec({
        async "records.search"(_params, services) {
          const once = () =>
            services.ask("records.read", { type: "Patient", id: "p1" }).then(
              () => "read",
              (error: { code: string }) => error.code,
            );
          did.push(await once());
          grant("system/Patient.r", "denied");
          did.push(await once());
          return { resources: [] };
        },
      }),
    );
    await call("records.search", { type: "Patient", query: [], count: 1 });
    expect(did).toEqual(["read", "policy.denied"]);
  });
});
