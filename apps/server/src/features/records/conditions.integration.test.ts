import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { engines } from "../../../test-support/engines.ts";
import { fhirOf, observation, patient, type FhirCaller } from "../../../test-support/fhir.ts";
import type { TestServer } from "../../../test-support/test-server.ts";

const mrn = "http://hospital.example/mrn";
const patchEntry = (value: string, fullUrl?: string) => ({
  ...(fullUrl === undefined ? {} : { fullUrl }),
  resource: {
    ...{ resourceType: "Binary", contentType: "application/json-patch+json" },
    data: Buffer.from(JSON.stringify(active)).toString("base64"),
  },
  request: { method: "PATCH", url: where(value).slice(1) },
});
const where = (value: string) => `/Patient?identifier=${mrn}|${value}`;
const person = (value: string, change: Record<string, unknown> = {}) =>
  patient({ identifier: [{ system: mrn, value }], ...change });

const active = [{ op: "add", path: "/active", value: true }];

describe.each(engines)("updates, patches and deletions by a condition on $name", ({ available, start }) => {
  describe.skipIf(!available)("of what is stored there", () => {
    let server: TestServer;
    let lab: FhirCaller;
    beforeAll(async () => {
      server = await start();
      lab = fhirOf(await server.withScopes("system/Patient.cruds", "system/Observation.cruds"));
    });
    afterAll(() => server?.close());

    it("create where nothing matches, replace the one that does, and write nothing where nothing changed", async () => {
      const made = await lab.send("PUT", where("a"), { body: person("a") });
      const { id } = made.json() as { id: string };
      expect([made.status, made.headers["location"]]).toEqual([
        201,
        `${server.origin}/fhir/R4/Patient/${id}/_history/1`,
      ]);
      const changed = await lab.send("PUT", where("a"), { body: person("a", { gender: "female" }) });
      expect([changed.status, changed.headers["etag"], (changed.json() as { id: string }).id]).toEqual([
        ...[200, 'W/"2"'],
        id,
      ]);
      const same = await lab.send("PUT", where("a"), { body: person("a", { id, gender: "female" }) });
      expect([same.status, same.headers["etag"]]).toEqual([200, 'W/"2"']);
      const stale = await lab.send("PUT", where("a"), { body: person("a"), headers: { "if-match": 'W/"1"' } });
      expect([stale.status, stale.code()]).toEqual([412, "record.conflict"]);
    });

    it("take the id of the resource where nothing matches, and refuse one that is taken or is another's", async () => {
      expect((await lab.send("PUT", where("b"), { body: person("b", { id: "own-id" }) })).status).toBe(201);
      expect(await lab.ids(where("b"))).toEqual(["own-id"]);
      const other = await lab.send("PUT", where("b"), { body: person("b", { id: "other-id" }) });
      expect([other.status, other.code()]).toEqual([422, "record.invalid"]);
      const taken = await lab.send("PUT", where("none"), { body: person("none", { id: "own-id" }) });
      expect([taken.status, taken.code()]).toEqual([412, "record.conflict"]);
      await lab.ok("DELETE", "/Patient/own-id");
      expect((await lab.send("PUT", where("b"), { body: person("b", { id: "own-id" }) })).status).toBe(201);
    });

    it("do nothing where several match, or where the condition names none", async () => {
      for (const _ of [1, 2]) await lab.ok("POST", "/Patient", person("twice"));
      for (const method of ["PUT", "DELETE"]) {
        const options = method === "PUT" ? { body: person("twice") } : {};
        const several = await lab.send(method, where("twice"), options);
        expect([method, several.status, several.code()]).toEqual([method, 412, "record.conflict"]);
        for (const path of ["/Patient", "/Patient?", "/Patient?_count=1", "/Patient?nmae=x"]) {
          const broad = await lab.send(method, path, options);
          expect([method, path, broad.status, broad.code()]).toEqual([method, path, 400, "search.invalid"]);
        }
      }
      expect(await lab.ids(where("twice"))).toHaveLength(2);
    });

    it("delete the one that matches, and are content where none does", async () => {
      const { id } = await lab.ok("POST", "/Patient", person("gone"));
      expect((await lab.send("DELETE", where("gone"))).status).toBe(204);
      expect((await lab.send("GET", `/Patient/${id}`)).status).toBe(410);
      expect((await lab.send("DELETE", where("gone"))).status).toBe(204);
    });

    it("patch the one that matches as it was found, and nothing where none does, several do, or the patch is none", async () => {
      const headers = { "content-type": "application/json-patch+json" };
      const { id } = await lab.ok("POST", "/Patient", person("p"));
      const patched = await lab.send("PATCH", where("p"), { body: active, headers });
      expect([patched.status, patched.headers["etag"], patched.json()]).toMatchObject([
        200,
        'W/"2"',
        { id, active: true },
      ]);
      const stale = await lab.send("PATCH", where("p"), { body: active, headers: { ...headers, "if-match": 'W/"1"' } });
      expect([stale.status, stale.code()]).toEqual([412, "record.conflict"]);
      for (const [path, body, status, code] of [
        [where("never"), active, 404, "record.not_found"],
        [where("twice"), active, 412, "record.conflict"],
        ["/Patient", active, 400, "search.invalid"],
        ["/Patient?_count=1", active, 400, "search.invalid"],
        ["/Patient?nmae=x", active, 400, "search.invalid"],
        [where("p"), [{ op: "test", path: "/active", value: false }], 422, "record.patch_failed"],
        [where("p"), [{ op: "replace", path: "/birthDate", value: "yesterday" }], 422, "record.invalid"],
        [where("p"), [{ op: "replace", path: "/id", value: "other" }], 422, "record.invalid"],
        [where("p"), { resourceType: "Parameters" }, 422, "record.patch_failed"],
      ] as const) {
        const refused = await lab.send("PATCH", path, { body, headers });
        expect([path, refused.status, refused.code()]).toEqual([path, status, code]);
      }
      expect(await lab.ok("GET", `/Patient/${id}`)).toMatchObject({ meta: { versionId: "2" } });
      await lab.ok("DELETE", `/Patient/${id}`);
      expect((await lab.send("PATCH", where("p"), { body: active, headers })).status).toBe(404);
    });

    it("patch one record many times at once, each time the version that the condition fitted", async () => {
      const { id } = await lab.ok("POST", "/Patient", person("count"));
      const answers = await Promise.all(
        Array.from({ length: 8 }, (_, at) =>
          lab.send("PATCH", where("count"), { body: [{ op: "add", path: "/name/0/given/-", value: `Given${at}` }] }),
        ),
      );
      const done = answers.filter(({ status }) => status === 200).length;
      expect(answers.every(({ status }) => status === 200 || status === 412)).toBe(true);
      const now = await lab.ok("GET", `/Patient/${id}`);
      expect(now.meta.versionId).toBe(String(1 + done));
      expect((now["name"] as { given: string[] }[])[0]?.given).toHaveLength(1 + done);
    });

    it("make one record of many that arrive at once", async () => {
      const answers = await Promise.all(
        Array.from({ length: 8 }, (_, at) =>
          lab.send("PUT", where("race"), { body: person("race", { birthDate: `19${60 + at}` }) }),
        ),
      );
      expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
      expect(answers.every(({ status }) => status === 200 || status === 201 || status === 412)).toBe(true);
      expect(await lab.ids(where("race"))).toHaveLength(1);
    });

    it("are open to nobody who may not search, and stay within the rows of a scope", async () => {
      const writer = fhirOf(await server.withScopes("system/Patient.cud"));
      for (const [method, options] of [
        ["PUT", { body: person("a") }],
        ["PATCH", { body: active }],
        ["DELETE", {}],
      ] as const) {
        const refused = await writer.send(method, where("a"), options);
        expect([method, refused.status, refused.code()]).toEqual([method, 403, "record.denied"]);
      }
      const partly = fhirOf(await server.withScopes(`system/Patient.cuds?identifier=${mrn}|mine`));
      expect((await partly.send("DELETE", where("a"))).status).toBe(204);
      expect(await lab.ids(where("a"))).toHaveLength(1);
      expect((await partly.send("PUT", where("a"), { body: person("a") })).status).toBe(403);
      expect((await partly.send("PUT", where("mine"), { body: person("mine") })).status).toBe(201);
      // It may be found, and changed, and not be read: then it is as if it were not there.
      const rows = `identifier=${mrn}|mine`;
      for (const scope of [
        `system/Patient.s system/Patient.ru?${rows}`,
        `system/Patient.us system/Patient.r?${rows}`,
      ]) {
        const some = fhirOf(await server.withScopes(...scope.split(" ")));
        const unseen = await some.send("PATCH", where("a"), { body: active });
        expect([unseen.status, unseen.code()]).toEqual([404, "record.not_found"]);
        expect(unseen.text.replace(/"valueString":"[^"]*"/, "")).toBe(
          (await some.send("PATCH", where("never"), { body: active })).text.replace(/"valueString":"[^"]*"/, ""),
        );
        expect((await some.send("PATCH", where("mine"), { body: active })).status).toBe(200);
      }
      const within = fhirOf(await server.withScopes("system/Patient.rs", `system/Patient.u?${rows}`));
      const leaving = await within.send("PATCH", where("mine"), {
        body: [{ op: "replace", path: "/identifier/0/value", value: "not-mine" }],
      });
      expect([leaving.status, leaving.code()]).toEqual([403, "record.denied"]);
    });

    it("leave their entries in the audit log under their own names, and a denial where they are refused", async () => {
      const ana = await server.as("administrator");
      const own = async () =>
        (await ana.ok("searchAudit", { query: { action: "patchRecordWhere", limit: 200 } })).items;
      const before = (await own()).length;
      const { id } = await lab.ok("POST", "/Patient", person("audited"));
      await lab.ok("PATCH", where("audited"), active);
      const urn = "urn:uuid:00000000-0000-4000-8000-000000000009";
      // Each by a token of its own: denials of one are folded.
      const reader = async () => fhirOf(await server.withScopes("system/Patient.rs"));
      const bundle = (type: string) => ({ resourceType: "Bundle", type, entry: [patchEntry("audited", urn)] });
      expect((await (await reader()).send("PATCH", where("audited"), { body: active })).code()).toBe("record.denied");
      expect((await (await reader()).send("POST", "", { body: bundle("batch") })).text).toContain("record.denied");
      expect((await (await reader()).send("POST", "", { body: bundle("transaction") })).code()).toBe("record.denied");
      const all = await own();
      const entries = all.slice(0, all.length - before);
      expect(entries.map(({ kind, decision, outcome }) => [kind, decision ?? outcome])).toEqual([
        ["note", "deny"],
        ["note", "deny"],
        ["note", "deny"],
        ["outcome", "ok"],
        ["intent", "allow"],
      ]);
      expect(entries.every(({ resource }) => resource === "Patient")).toBe(true);
      expect(JSON.stringify(entries)).not.toContain(id);
      expect(await lab.ok("GET", `/Patient/${id}`)).toMatchObject({ meta: { versionId: "2" } });
    });

    it("threat 51: cost a guess where they find nothing and make nothing, also in a transaction", async () => {
      const guesser = fhirOf(await server.withScopes("system/Patient.rus", "system/Observation.c"));
      const entry = Array.from({ length: 199 }, (_, at) => ({
        resource: observation(`Patient?identifier=${mrn}|guess-${at}`),
        request: { method: "POST", url: "Observation" },
      }));
      const many = await guesser.send("POST", "", { body: { resourceType: "Bundle", type: "transaction", entry } });
      expect(many.status).toBe(422);
      for (const [value, status] of [
        ["guess-0", 404],
        ["guess-199", 404],
        ["guess-200", 429],
      ] as const)
        expect([value, (await guesser.send("PATCH", where(value), { body: active })).status]).toEqual([value, status]);
    });

    it("stand in batches and transactions, all or nothing, and what they find can be referred to", async () => {
      await lab.ok("POST", "/Patient", person("t-old"));
      const urn = "urn:uuid:00000000-0000-4000-8000-000000000007";
      const entries = (last: object) => ({
        ...{ resourceType: "Bundle", type: "transaction" },
        entry: [
          {
            fullUrl: urn,
            resource: person("t", { active: true }),
            request: { method: "PUT", url: where("t").slice(1) },
          },
          { resource: observation(urn), request: { method: "POST", url: "Observation" } },
          { request: { method: "DELETE", url: where("t-old").slice(1) } },
          { request: { method: "DELETE", url: where("t-never").slice(1) } },
          last,
        ],
      });
      const broken = await lab.send("POST", "", {
        body: entries({ request: { method: "DELETE", url: where("twice").slice(1) } }),
      });
      expect([broken.status, broken.text.includes("/entry/4/request/url") || broken.text.includes("Entry 4")]).toEqual([
        412,
        true,
      ]);
      expect(await lab.ids(where("t"))).toEqual([]);
      const answer = await lab.ok("POST", "", entries({ request: { method: "GET", url: where("t").slice(1) } }));
      const responses = (answer["entry"] as { response: { status: string } }[]).map(({ response }) => response.status);
      expect(responses).toEqual(["201 Created", "201 Created", "204 No Content", "204 No Content", "200 OK"]);
      const [id] = await lab.ids(where("t"));
      expect(await lab.ids(`/Observation?subject=Patient/${id}`)).toHaveLength(1);
      expect(await lab.ids(where("t-old"))).toEqual([]);
      for (const [value, status] of [
        ["t-never", 404],
        ["twice", 412],
      ] as const) {
        const whole = await lab.send("POST", "", { body: entries(patchEntry(value)) });
        expect([
          value,
          whole.status,
          whole.text.includes("/entry/4/request/url") || whole.text.includes("Entry 4"),
        ]).toEqual([value, status, true]);
      }
      expect(await lab.ok("GET", `/Patient/${id}`)).toMatchObject({ meta: { versionId: "1" } });
      const patches = { resourceType: "Bundle", type: "transaction", entry: [patchEntry("t", urn)] };
      const referring = { resource: observation(urn), request: { method: "POST", url: "Observation" } };
      await lab.ok("POST", "", { ...patches, entry: [{ ...patchEntry("t", urn) }, referring] });
      expect(await lab.ids(`/Observation?subject=Patient/${id}`)).toHaveLength(2);
      const clash = await lab.send("POST", "", {
        body: {
          ...{ resourceType: "Bundle", type: "transaction" },
          entry: [
            { resource: person("t"), request: { method: "PUT", url: where("t").slice(1) } },
            { request: { method: "DELETE", url: `Patient/${id}` } },
          ],
        },
      });
      expect([clash.status, clash.code()]).toEqual([400, "bundle.invalid"]);
      const batch = await lab.ok("POST", "", {
        ...{ resourceType: "Bundle", type: "batch" },
        entry: [
          { resource: person("t", { active: false }), request: { method: "PUT", url: where("t").slice(1) } },
          { request: { method: "DELETE", url: where("twice").slice(1) } },
          { request: { method: "DELETE", url: where("t-never").slice(1) } },
          patchEntry("t"),
          patchEntry("twice"),
          patchEntry("t-never"),
        ],
      });
      expect((batch["entry"] as { response: { status: string } }[]).map(({ response }) => response.status)).toEqual([
        ...["200 OK", "412"],
        ...["204 No Content", "200 OK"],
        ...["412", "404"],
      ]);
    });
  });
});
