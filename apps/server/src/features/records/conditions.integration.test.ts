import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { engines } from "../../../test-support/engines.ts";
import { fhirOf, observation, patient, type FhirCaller } from "../../../test-support/fhir.ts";
import type { TestServer } from "../../../test-support/test-server.ts";

const mrn = "http://hospital.example/mrn";
const where = (value: string) => `/Patient?identifier=${mrn}|${value}`;
const person = (value: string, change: Record<string, unknown> = {}) =>
  patient({ identifier: [{ system: mrn, value }], ...change });

describe.each(engines)("updates and deletions by a condition on $name", ({ available, start }) => {
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
      for (const method of ["PUT", "DELETE"]) {
        const refused = await writer.send(method, where("a"), method === "PUT" ? { body: person("a") } : {});
        expect([method, refused.status, refused.code()]).toEqual([method, 403, "record.denied"]);
      }
      const partly = fhirOf(await server.withScopes(`system/Patient.cuds?identifier=${mrn}|mine`));
      expect((await partly.send("DELETE", where("a"))).status).toBe(204);
      expect(await lab.ids(where("a"))).toHaveLength(1);
      expect((await partly.send("PUT", where("a"), { body: person("a") })).status).toBe(403);
      expect((await partly.send("PUT", where("mine"), { body: person("mine") })).status).toBe(201);
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
        ],
      });
      expect((batch["entry"] as { response: { status: string } }[]).map(({ response }) => response.status)).toEqual([
        ...["200 OK", "412"],
        "204 No Content",
      ]);
    });
  });
});
