import type { RecordResource } from "@hilum/sdk";
import { TestCallError } from "@hilum/sdk/testing";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { openServer, type TestServer } from "./test-support/server.ts";
import { versionOf } from "./version-tag.ts";

let world: TestServer;
beforeAll(async () => {
  world = await openServer();
});
afterAll(() => world?.close());
beforeEach(() => {
  world.signInWith(undefined);
  world.server.behave(undefined);
});

let made = 0;
const patient = (version = "1", more: object = {}): RecordResource & { id: string } => ({
  resourceType: "Patient",
  id: `p${++made}`,
  meta: { versionId: version },
  identifier: [{ system: "https://clinic.example/mrn", value: `MRN-${made}` }],
  name: [{ family: "Example", given: ["Una"] }],
  ...more,
});

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

describe("keeping records", () => {
  it("keeps a record under its own id, and gives it back under Hilum's version", async () => {
    const one = patient("1", { meta: { versionId: "1", tag: [{ system: "https://clinic.example", code: "vip" }] } });
    await world.host.store.create(one);
    const there = await world.server.read("Patient", one.id);
    expect(there).toMatchObject({ id: one.id, name: [{ family: "Example" }] });
    expect(versionOf(there as RecordResource)).toBe("1");
    const { resource } = await world.host.store.read("Patient", one.id);
    expect(resource.meta).toMatchObject({ versionId: "1", tag: [{ system: "https://clinic.example", code: "vip" }] });
    expect(resource.meta?.tag).toHaveLength(1);
  });

  it("takes the same version twice without writing it twice", async () => {
    const one = patient();
    await world.host.store.create(one);
    const before = world.server.requests().filter(({ method }) => method === "PUT").length;
    await world.host.store.create(one);
    expect(world.server.requests().filter(({ method }) => method === "PUT")).toHaveLength(before);
  });

  it("replaces a record with its next version, and lets no earlier one overtake it", async () => {
    const one = patient();
    await world.host.store.create(one);
    const next = { ...one, meta: { versionId: "2" }, active: false } as RecordResource;
    await world.host.store.update(next, { ifMatch: "1" });
    expect((await world.host.store.read("Patient", one.id)).resource).toMatchObject({
      meta: { versionId: "2" },
      active: false,
    });
    expect(await failure(world.host.store.update(one))).toMatchObject({ code: "record.conflict" });
    expect(await failure(world.host.store.create(one))).toMatchObject({ code: "record.conflict" });
    const third = { ...one, meta: { versionId: "3" } } as RecordResource;
    expect(await failure(world.host.store.update(third, { ifMatch: "1" }))).toMatchObject({ code: "record.conflict" });
    await world.host.store.update(next);
  });

  it("gives back an earlier version by Hilum's number of it", async () => {
    const one = patient();
    await world.host.store.create(one);
    await world.host.store.update({ ...one, meta: { versionId: "2" }, active: true } as RecordResource);
    const { resource } = await world.host.store.read("Patient", one.id, { version: "1" });
    expect(resource).not.toHaveProperty("active");
    expect(await failure(world.host.store.read("Patient", one.id, { version: "9" }))).toMatchObject({
      code: "record.not_found",
    });
  });

  it("tells what is not there, and deletes what is", async () => {
    expect(await failure(world.host.store.read("Patient", "nobody"))).toMatchObject({ code: "record.not_found" });
    expect(await failure(world.host.store.update(patient("2")))).toMatchObject({ code: "record.not_found" });
    const one = patient();
    await world.host.store.create(one);
    await world.host.store.delete("Patient", one.id);
    expect(await world.server.read("Patient", one.id)).toBeUndefined();
    expect(await failure(world.host.store.delete("Patient", one.id))).toMatchObject({ code: "record.not_found" });
  });

  it("creates nothing where one record matches the condition", async () => {
    const one = patient();
    await world.host.store.create(one);
    const identifier = `https://clinic.example/mrn|${one.resourceType === "Patient" ? one.identifier?.[0]?.value : ""}`;
    const same = await world.host.store.create(patient(), { ifNoneExist: { identifier } });
    expect(same.resource.id).toBe(one.id);
  });

  it("puts a file into its Binary and takes it out again, byte for byte", async () => {
    const bytes = Uint8Array.from({ length: 200_000 }, (_, index) => (index * 31) % 256);
    const content = { contentType: "application/pdf", bytes };
    const binary: RecordResource = { resourceType: "Binary", id: "f1", contentType: "application/pdf" };
    await world.host.store.create(binary, { content });
    const back = await world.host.store.read("Binary", "f1");
    expect(back.content?.contentType).toBe("application/pdf");
    expect(Buffer.from(back.content?.bytes ?? []).equals(Buffer.from(bytes))).toBe(true);
    const large = { contentType: "application/pdf", bytes: new Uint8Array(600_000) };
    expect(await failure(world.host.store.create({ ...binary, id: "f2" }, { content: large }))).toMatchObject({
      code: "record.too_large",
      fix: expect.stringContaining("archive") as string,
    });
    expect(await world.server.read("Binary", "f2")).toBeUndefined();
  });
});

describe("searching", () => {
  it("finds by identifier and by ids, without a word of it in an address", async () => {
    const [one, two] = [patient(), patient()];
    await world.host.store.create(one);
    await world.host.store.create(two);
    const value = one.resourceType === "Patient" ? (one.identifier?.[0]?.value ?? "") : "";
    const found = await world.host.store.search("Patient", { identifier: `https://clinic.example/mrn|${value}` });
    expect(found).toMatchObject({ total: 1, resources: [{ id: one.id, meta: { versionId: "1" } }] });
    const both = await world.host.store.search("Patient", { _id: `${one.id},${two.id}` });
    expect(both.resources.map(({ id }) => id).toSorted()).toEqual([one.id, two.id].toSorted());
    expect(
      world.server
        .requests()
        .map(({ url }) => url)
        .join("\n"),
    ).not.toContain(value);
  });

  it("turns pages by a cursor that tells nothing", async () => {
    const family = `Paged${made}`;
    for (let count = 0; count < 5; count++) await world.host.store.create(patient("1", { name: [{ family }] }));
    const ids: (string | undefined)[] = [];
    let cursor: string | undefined;
    do {
      const page = await world.host.store.search(
        "Patient",
        { family },
        { count: 2, ...(cursor === undefined ? {} : { cursor }) },
      );
      ids.push(...page.resources.map(({ id }) => id));
      cursor = page.next;
      expect(cursor ?? "").not.toContain(family);
    } while (cursor !== undefined);
    expect(new Set(ids).size).toBe(5);
    expect(await failure(world.host.store.search("Patient", { family }, { cursor: "unknown" }))).toMatchObject({
      code: "search.invalid",
    });
  });
});

describe("a server that refuses", () => {
  it("tells a record that it takes for wrong by place and code, without a word of the record", async () => {
    world.server.behave((_request, response) => {
      response.writeHead(422, { "content-type": "application/fhir+json" }).end(
        JSON.stringify({
          resourceType: "OperationOutcome",
          issue: [
            {
              severity: "error",
              code: "invariant",
              details: { coding: [{ code: "us-core-6" }], text: "Una Example has no name" },
              diagnostics: "The patient Una Example, born 1970-01-01, has no name",
              expression: ["Patient.name"],
            },
          ],
        }),
      );
    });
    const told = await failure(world.host.store.read("Patient", "p"));
    expect(told).toMatchObject({
      code: "record.invalid",
      reply: "HTTP 422; error invariant us-core-6 at Patient.name",
    });
    expect(JSON.stringify(told)).not.toMatch(/Una|1970/);
  });

  it("asks once more when a token does not hold any more, and then tells where it is mended", async () => {
    world.signInWith("worthless");
    expect(await failure(world.host.store.read("Patient", "p"))).toMatchObject({
      code: "provider.bad_credentials",
      cause: "wrong_credential",
      field: "/clientSecret",
    });
    expect(world.server.requests().slice(-2)).toMatchObject([{ status: 401 }, { status: 401 }]);
  });

  it("tells each answer that a server in trouble gives by what to do about it", async () => {
    const cases = [
      [403, { code: "provider.bad_credentials", cause: "configuration", field: "/scope" }],
      [405, { code: "provider.refused", cause: "configuration" }],
      [410, { code: "record.gone" }],
      [413, { code: "record.too_large" }],
      [429, { code: "provider.quota", retry: "later", retryAfterMs: 7000 }],
      [500, { code: "provider.temporary", retry: "later" }],
      [503, { code: "provider.temporary", retry: "later" }],
    ] as const;
    for (const [status, told] of cases) {
      world.server.behave((_request, response) => response.writeHead(status, { "retry-after": "7" }).end());
      expect(await failure(world.host.store.read("Patient", "p")), String(status)).toMatchObject(told);
    }
  });

  it("takes a page for people for no answer, and does not go where a redirect leads", async () => {
    world.server.behave((_request, response) =>
      response.writeHead(200, { "content-type": "text/html" }).end("<html>Welcome</html>"),
    );
    expect(await failure(world.host.store.read("Patient", "p"))).toMatchObject({
      code: "provider.bad_answer",
      field: "/basePath",
    });
    world.server.behave((_request, response) =>
      response.writeHead(302, { location: "http://169.254.169.254/latest/meta-data/" }).end(),
    );
    expect(await failure(world.host.store.read("Patient", "p"))).toMatchObject({
      code: "provider.redirected",
      field: "/basePath",
    });
  });

  it("tells a line that broke", async () => {
    world.server.behave((request) => void request.socket.destroy());
    expect(await failure(world.host.store.read("Patient", "p"))).toMatchObject({
      code: "provider.unreachable",
      cause: "network",
      field: "/host",
    });
  });
});

describe("the setup", () => {
  const statuses = async (rows: Promise<{ rows: { id: string; status: string }[] }>) =>
    Object.fromEntries((await rows).rows.map(({ id, status }) => [id, status]));

  it("asks the server what it can do, counts, and keeps, finds and deletes a made-up organization", async () => {
    expect(await statuses(world.host.checkSetup("sign-in"))).toEqual({
      capability: "passed",
      authentication: "passed",
    });
    expect(await statuses(world.host.checkSetup("try"))).toMatchObject({ "round-trip": "passed" });
    expect(await statuses(world.host.smoke("round-trip"))).toMatchObject({ "round-trip": "passed" });
    expect((await world.host.health()).state).toBe("healthy");
    expect(await world.server.count("Organization")).toBe(0);
  });

  it("stops at a server that gives ids of its own, and at one of another version", async () => {
    world.server.takesOwnIds = false;
    expect((await world.host.checkSetup("sign-in")).rows).toMatchObject([
      {
        id: "capability",
        status: "failed",
        cause: "configuration",
        detail: expect.stringContaining("Organization") as string,
      },
      { id: "authentication", status: "skipped" },
    ]);
    world.server.takesOwnIds = true;
    world.server.behave((_request, response) =>
      response
        .writeHead(200, { "content-type": "application/fhir+json" })
        .end(JSON.stringify({ resourceType: "CapabilityStatement", fhirVersion: "5.0.0" })),
    );
    expect((await world.host.checkSetup("sign-in")).rows).toMatchObject([
      { status: "failed", field: "/basePath", detail: "The server speaks FHIR 5.0.0." },
      { status: "skipped" },
    ]);
    expect((await world.host.health()).state).toBe("failing");
  });

  it("tells scopes that do not suffice", async () => {
    const small = await openServer({ scope: "system/Patient.rs" });
    try {
      expect((await small.host.checkSetup("sign-in")).rows).toMatchObject([
        { status: "passed" },
        { id: "authentication", status: "failed", field: "/scope", cause: "configuration" },
      ]);
    } finally {
      await small.close();
    }
  });
});
