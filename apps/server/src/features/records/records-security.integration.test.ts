import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { document, fhirOf, observation, patient, type FhirCaller } from "../../../test-support/fhir.ts";
import type { TestClient } from "../../../test-support/test-client.ts";
import { startTestServer, type TestServer } from "../../../test-support/test-server.ts";

const labSystem = "http://terminology.hl7.org/CodeSystem/observation-category";
const imaging = { category: [{ coding: [{ system: labSystem, code: "imaging" }] }] };

describe("who reaches which record", () => {
  let server: TestServer;
  let writer: FhirCaller;
  let ana: TestClient;
  let person: string;
  let laboratory: string;
  let picture: string;
  const scoped = async (...scopes: string[]): Promise<FhirCaller> => fhirOf(await server.withScopes(...scopes));

  beforeAll(async () => {
    server = await startTestServer();
    ana = await server.as("administrator");
    writer = await scoped(
      ...["Patient", "Observation", "DocumentReference", "Binary", "Consent"].map((type) => `system/${type}.cruds`),
    );
    person = (await writer.ok("POST", "/Patient", patient())).id;
    laboratory = (await writer.ok("POST", "/Observation", observation(`Patient/${person}`))).id;
    picture = (await writer.ok("POST", "/Observation", observation(`Patient/${person}`, imaging))).id;
  });
  afterAll(() => server.close());

  it("threat 48: refuses a type and an act outside of the scopes, with an entry in the log and no row", async () => {
    const reader = await scoped("system/Patient.r");
    for (const [method, path, body] of [
      ["GET", `/Observation/${laboratory}`, undefined],
      ["GET", "/Patient?name=quill", undefined],
      ["GET", "/Patient/_history", undefined],
      ["POST", "/Patient", patient()],
      ["PUT", `/Patient/${person}`, patient({ id: person })],
      ["PATCH", `/Patient/${person}`, []],
      ["PATCH", "/Patient?identifier=http://hospital.example/mrn|4711", []],
      ["DELETE", `/Patient/${person}`, undefined],
    ] as const) {
      const answer = await reader.send(method, path, { body });
      expect([method, path, answer.status, answer.code()]).toEqual([method, path, 403, "record.denied"]);
      expect(answer.text).not.toContain("Quillfeather");
    }
    expect((await reader.send("GET", `/Patient/${person}`)).status).toBe(200);
    const { items } = await ana.ok("searchAudit", { query: { limit: 200 } });
    expect(items.some(({ decision, reason }) => decision === "deny" && reason === "scope.not_granted")).toBe(true);
  });

  it("gives a token without scopes nothing, whatever its role", async () => {
    const program = fhirOf(await server.withToken("administrator"));
    expect((await program.send("GET", `/Patient/${person}`)).code()).toBe("record.denied");
    expect((await program.send("POST", "/Patient", { body: patient() })).code()).toBe("record.denied");
  });

  it("threat 49: holds the filter of a scope against every row, whatever is searched for", async () => {
    const lab = await scoped("system/Observation.rs?category=laboratory");
    const mine = [laboratory];
    for (const query of [
      "",
      "?category=imaging,laboratory",
      "?category:not=laboratory",
      `?_id=${picture},${laboratory}`,
      `?patient=${person}`,
      "?status=final&_sort=date",
    ]) {
      const found = await lab.ids(`/Observation${query}`);
      expect([query, found.filter((id) => !mine.includes(id))]).toEqual([query, []]);
    }
    expect(await lab.ids(`/Observation?patient=${person}`)).toEqual(mine);
    expect(await lab.ok("GET", "/Observation?_summary=count")).toMatchObject({ total: 1 });
    expect(await lab.ok("GET", "/Observation?category=imaging&_total=accurate")).toMatchObject({ total: 0 });
  });

  it("threat 60: answers what a filter leaves out as if it were not there", async () => {
    const lab = await scoped("system/Observation.cruds?category=laboratory");
    const absent = await lab.send("GET", "/Observation/absent");
    for (const answer of [
      await lab.send("GET", `/Observation/${picture}`),
      await lab.send("GET", `/Observation/${picture}/_history/1`),
      await lab.send("GET", `/Observation/${picture}/_history`),
      await lab.send("DELETE", `/Observation/${picture}`),
      await lab.send("PUT", `/Observation/${picture}`, { body: observation(`Patient/${person}`, { id: picture }) }),
    ]) {
      expect([answer.status, answer.code()]).toEqual([404, "record.not_found"]);
      expect(withoutRequest(answer.json())).toEqual(withoutRequest(absent.json()));
    }
    expect((await writer.send("GET", `/Observation/${picture}`)).status).toBe(200);
  });

  it("lets nobody leave a filter by writing", async () => {
    const lab = await scoped("system/Observation.cru?category=laboratory", "system/Patient.r");
    const outside = await lab.send("POST", "/Observation", { body: observation(`Patient/${person}`, imaging) });
    expect([outside.status, outside.code()]).toEqual([403, "record.denied"]);
    const own = await lab.ok("POST", "/Observation", observation(`Patient/${person}`));
    const moved = await lab.send("PUT", `/Observation/${own.id}`, {
      body: observation(`Patient/${person}`, { ...imaging, id: own.id }),
    });
    expect(moved.code()).toBe("record.denied");
    const patched = await lab.send("PATCH", `/Observation/${own.id}`, {
      body: [{ op: "replace", path: "/category/0/coding/0/code", value: "imaging" }],
    });
    expect(patched.code()).toBe("record.denied");
  });

  it("leaves out of an include what the asker could not read, and of a bundle what it could not do", async () => {
    const lab = await scoped("system/Observation.rs");
    const found = await lab.ok("GET", `/Observation?_id=${laboratory}&_include=Observation:subject`);
    expect(JSON.stringify(found)).not.toContain("Quillfeather");
    const batch = await lab.ok("POST", "", {
      resourceType: "Bundle",
      type: "batch",
      entry: [
        { request: { method: "GET", url: `Patient/${person}` } },
        { request: { method: "GET", url: `Observation/${laboratory}` } },
        { request: { method: "GET", url: `Patient?name=quill` } },
      ],
    });
    const answers = batch["entry"] as { response: { status: string } }[];
    expect(answers.map(({ response }) => response.status)).toEqual(["403", "200 OK", "403"]);
    expect(JSON.stringify(batch)).not.toContain("Quillfeather");
  });

  it("does not let writing be reading: what is changed without the right to read answers with its address", async () => {
    const blind = await scoped("system/Patient.cus");
    const patched = await blind.send("PATCH", `/Patient/${person}`, {
      body: [{ op: "test", path: "/active", value: true }],
    });
    expect(patched.code()).toBe("record.denied");
    const headers = { "if-none-exist": "identifier=http://hospital.example/mrn|4711" };
    const found = await blind.send("POST", "/Patient", { body: patient(), headers });
    expect([found.status, found.text]).toEqual([200, ""]);
    const withoutSearch = await scoped("system/Patient.c");
    expect((await withoutSearch.send("POST", "/Patient", { body: patient(), headers })).code()).toBe("record.denied");
  });

  it("threat 59: a person reads no record here, however the request calls itself an emergency", async () => {
    const operator = fhirOf(await server.as("operator"));
    for (const headers of [{}, { "x-break-glass": "true" }, { "x-purpose-of-use": "ETREAT" }])
      for (const path of [`/Patient/${person}`, "/Patient/absent", `/Patient/${person}/_history`]) {
        const answer = await operator.send("GET", path, { headers });
        expect([path, answer.status, answer.code()]).toEqual([path, 403, "record.masked"]);
      }
    expect(await operator.ids("/Patient?_breakGlass=true").catch(String)).toContain("search.invalid");
    expect(await operator.ids("/Patient?name=quill")).toEqual([]);
    expect(await operator.ok("GET", "/Patient?name=quill&_summary=count")).toMatchObject({ total: 0 });
    expect((await operator.send("POST", "/Patient", { body: patient() })).status).toBe(201);
    for (const role of ["auditor", "viewer"] as const) {
      const looker = fhirOf(await server.as(role));
      expect((await looker.send("GET", `/Patient/${person}`)).code()).toBe("record.denied");
      expect((await looker.send("POST", "/Patient", { body: patient() })).code()).toBe("record.denied");
    }
  });

  it("threat 69: gives nobody what is labelled as substance use treatment while no consent says so", async () => {
    const label = { system: "http://terminology.hl7.org/CodeSystem/v3-ActCode", code: "42CFRPart2" };
    const note = document(`Patient/${person}`, { meta: { security: [label] } });
    const { id } = await writer.ok("POST", "/DocumentReference", note);
    expect((await writer.send("GET", `/DocumentReference/${id}`)).status).toBe(404);
    expect(await writer.ids(`/DocumentReference?_id=${id}`)).toEqual([]);
    expect(await writer.ok("GET", `/DocumentReference?_id=${id}&_summary=count`)).toMatchObject({ total: 0 });
    expect((await writer.send("GET", `/DocumentReference/${id}/_history`)).status).toBe(404);
  });

  it("threat 53: takes a page's link from nobody but whom it was made for", async () => {
    const reader = await scoped("system/Observation.s");
    const other = await scoped("system/Observation.s");
    const first = await reader.ok("GET", "/Observation?_count=1");
    const next = (first["link"] as { relation: string; url: string }[]).find(
      ({ relation }) => relation === "next",
    )?.url;
    const path = String(next).replace(`${server.origin}/fhir/R4`, "");
    expect((await reader.send("GET", path)).status).toBe(200);
    expect((await other.send("GET", path)).code()).toBe("search.invalid");
    const elsewhere = await writer.send("GET", path.replace("/Observation", "/Patient"));
    expect(elsewhere.code()).toBe("search.invalid");
    const altered = `${path.slice(0, -2)}${path.endsWith("AA") ? "BB" : "AA"}`;
    expect((await reader.send("GET", altered)).code()).toBe("search.invalid");
  });

  it("threat 51: stops a program that tries identifiers out, and shows it to the operator", async () => {
    const guesser = await scoped("system/Patient.s");
    let stopped: number | undefined;
    for (let at = 0; at < 260 && stopped === undefined; at++) {
      const answer = await guesser.send("GET", `/Patient?identifier=http://hospital.example/ssn|${100_000 + at}`);
      if (answer.status === 429) {
        expect(answer.code()).toBe("search.guessing");
        expect(Number(answer.headers["retry-after"])).toBeGreaterThan(0);
        stopped = at;
      }
    }
    expect(stopped).toBe(200);
    const { open } = await ana.ok("listRepairs");
    expect(open.some(({ id }) => id.startsWith("records:guessing:token:"))).toBe(true);
    expect((await writer.send("GET", `/Patient?identifier=4711`)).status).toBe(200);
  });

  it("answers whatever it is sent with a refusal in FHIR's words, never with a failure, and quotes nothing of it", async () => {
    const secret = "Zyxwvutsrq";
    const leaf = fc.oneof(fc.constant(secret), fc.jsonValue({ maxDepth: 3 }));
    const resource = fc.record(
      {
        resourceType: fc.oneof(fc.constant("Patient"), leaf),
        id: leaf,
        meta: leaf,
        name: leaf,
        identifier: leaf,
        contained: leaf,
        text: leaf,
        birthDate: leaf,
      },
      { requiredKeys: [] },
    );
    const entry = fc.record({
      fullUrl: leaf,
      resource,
      request: fc.record({
        method: fc.constantFrom("POST", "PUT", "GET", "PATCH"),
        url: fc.oneof(fc.constant("Patient/1"), fc.constant("Patient"), leaf),
      }),
    });
    const ways = fc.oneof(
      fc.tuple(fc.constant("POST"), fc.constant("/Patient"), resource),
      fc.tuple(fc.constant("PUT"), fc.constant("/Patient/fuzz"), resource),
      fc.tuple(
        fc.constant("PATCH"),
        fc.constant(`/Patient/${person}`),
        fc.array(
          fc.record({
            op: fc.constantFrom("add", "test", "move"),
            path: fc.constantFrom("/name", "/name/0", "/x"),
            value: leaf,
            from: leaf,
          }),
        ),
      ),
      fc.tuple(
        fc.constant("POST"),
        fc.constant(""),
        fc.record({
          resourceType: fc.constant("Bundle"),
          type: fc.constantFrom("batch", "transaction"),
          entry: fc.array(entry, { maxLength: 3 }),
        }),
      ),
    );
    await fc.assert(
      fc.asyncProperty(ways, async ([method, path, body]) => {
        const answer = await writer.send(method, path, { body });
        expect([path, answer.status < 500]).toEqual([path, true]);
        if (answer.status >= 400) expect(answer.text).not.toContain(secret);
      }),
      { seed: 7, numRuns: 300 },
    );
    expect(server.log.join("\n")).not.toContain(secret);
  });

  it("threat 76: refuses a token in the second in which it is revoked", async () => {
    const client = await server.withScopes("system/Patient.r");
    const program = fhirOf(client);
    expect((await program.send("GET", `/Patient/${person}`)).status).toBe(200);
    const { items } = await ana.ok("listApiTokens");
    await ana.ok("revokeApiToken", { params: { token: items[0]?.id ?? "" } });
    expect((await program.send("GET", `/Patient/${person}`)).status).toBe(401);
  });

  it("threat 55: makes no token with a wildcard, with another level, or with a filter that nothing can be held against", async () => {
    for (const scope of [
      "system/*.rs",
      "patient/Patient.rs",
      "user/Patient.rs",
      "net:tcp://a.example:25",
      "system/Patient.r?nmae=x",
      "system/Patient.rx",
    ]) {
      const answer = await ana.call("createApiToken", {
        body: { name: "Wide", role: "viewer", days: 1, scopes: ["system/Task.r", scope] },
      });
      expect([scope, answer.status, answer.problem().problems?.[0]?.pointer]).toEqual([scope, 422, "/scopes/1"]);
    }
  });
});

function withoutRequest(outcome: unknown): unknown {
  const { extension: _request, ...rest } = outcome as { extension?: unknown };
  return rest;
}
