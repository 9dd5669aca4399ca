import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  document,
  entriesOf,
  fhirOf,
  issuesOf,
  observation,
  patient,
  type FhirCaller,
} from "../../../test-support/fhir.ts";
import { startTestServer, type TestServer } from "../../../test-support/test-server.ts";

const everything = [
  "Patient",
  "Observation",
  "DocumentReference",
  "Binary",
  "Practitioner",
  "Organization",
  "Provenance",
];

describe("records over the FHIR API", () => {
  let server: TestServer;
  let lab: FhirCaller;

  beforeAll(async () => {
    server = await startTestServer();
    lab = fhirOf(await server.withScopes(...everything.map((type) => `system/${type}.cruds`)));
  });
  afterAll(() => server.close());

  it("stores, reads, replaces and deletes a record, each version kept", async () => {
    const made = await lab.send("POST", "/Patient", { body: patient() });
    expect(made.status).toBe(201);
    const { id, meta } = made.json() as { id: string; meta: { versionId: string } };
    expect(meta.versionId).toBe("1");
    expect(made.headers["etag"]).toBe('W/"1"');
    expect(made.headers["location"]).toBe(`${server.origin}/fhir/R4/Patient/${id}/_history/1`);

    const changed = await lab.send("PUT", `/Patient/${id}`, {
      body: { ...patient({ gender: "female" }), id },
      headers: { "if-match": 'W/"1"' },
    });
    expect(changed.status).toBe(200);
    expect((await lab.ok("GET", `/Patient/${id}`)).meta.versionId).toBe("2");
    expect(await lab.ok("GET", `/Patient/${id}/_history/1`)).not.toHaveProperty("gender");

    const stale = await lab.send("PUT", `/Patient/${id}`, {
      body: { ...patient(), id },
      headers: { "if-match": 'W/"1"' },
    });
    expect([stale.status, stale.code()]).toEqual([412, "record.conflict"]);

    expect((await lab.send("DELETE", `/Patient/${id}`)).status).toBe(204);
    expect((await lab.send("GET", `/Patient/${id}`)).status).toBe(410);
    const versions = await lab.ok("GET", `/Patient/${id}/_history`);
    expect((versions["entry"] as { request: { method: string } }[]).map(({ request }) => request.method)).toEqual([
      "DELETE",
      "PUT",
      "POST",
    ]);
    const back = await lab.send("PUT", `/Patient/${id}`, { body: { ...patient(), id } });
    expect(back.status).toBe(201);
  });

  it("takes the id that a client gives, and writes nothing where nothing changed", async () => {
    const body = { resourceType: "Organization", id: "ward-7", name: "Ward 7" };
    expect((await lab.send("PUT", "/Organization/ward-7", { body })).status).toBe(201);
    const again = await lab.send("PUT", "/Organization/ward-7", { body });
    expect([again.status, again.headers["etag"]]).toEqual([200, 'W/"1"']);
  });

  it("creates once under If-None-Exist, also when many ask at the same time", async () => {
    const body = patient({ identifier: [{ system: "http://hospital.example/mrn", value: "once-1" }] });
    const headers = { "if-none-exist": "identifier=http://hospital.example/mrn|once-1" };
    const answers = await Promise.all(Array.from({ length: 8 }, () => lab.send("POST", "/Patient", { body, headers })));
    expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 200, 200, 200, 200, 200, 200, 201]);
    expect(await lab.ids("/Patient?identifier=http://hospital.example/mrn|once-1")).toHaveLength(1);
  });

  it("changes a record by JSON Patch, and refuses one that does not apply, or another kind", async () => {
    const { id } = await lab.ok("POST", "/Patient", patient());
    const headers = { "content-type": "application/json-patch+json" };
    const steps = [
      { op: "test", path: "/birthDate", value: "1970-03-02" },
      { op: "replace", path: "/birthDate", value: "1971-03-02" },
    ];
    const patched = await lab.send("PATCH", `/Patient/${id}`, { body: steps, headers });
    expect(patched.json()).toMatchObject({ birthDate: "1971-03-02", meta: { versionId: "2" } });
    const refused = await lab.send("PATCH", `/Patient/${id}`, { body: steps, headers });
    expect([refused.status, refused.code()]).toEqual([422, "record.patch_failed"]);
    expect(refused.text).not.toContain("1971");
    const invalid = await lab.send("PATCH", `/Patient/${id}`, {
      body: [{ op: "replace", path: "/birthDate", value: "yesterday" }],
      headers,
    });
    expect(issuesOf(invalid)).toMatchObject([{ expression: ["Patient.birthDate"] }]);
    const fhirPath = await lab.send("PATCH", `/Patient/${id}`, { body: { resourceType: "Parameters" } });
    expect(fhirPath.text).toContain("FHIRPath Patch");
    expect((await lab.send("POST", "/Patient", { body: patient(), headers })).status).toBe(415);
  });

  it("says of a record that is not valid what, where and the mend, and stores nothing of it", async () => {
    const answer = await lab.send("POST", "/Patient", {
      body: patient({
        birthDate: "02.03.1970",
        identifier: [{ system: "http://hospital.example/mrn", value: "bad-1" }],
      }),
    });
    expect(answer.status).toBe(422);
    expect(answer.headers["content-type"]).toContain("application/fhir+json");
    const [issue] = (answer.json() as { issue: Record<string, unknown>[] }).issue;
    expect(issue).toMatchObject({ severity: "error", expression: ["Patient.birthDate"] });
    expect(issue?.["diagnostics"]).toEqual(expect.any(String));
    expect(answer.text).not.toContain("02.03.1970");
    expect(await lab.ids("/Patient?identifier=bad-1")).toEqual([]);
  });

  it("refuses references that lead nowhere, and to another patient's records", async () => {
    const [one, two] = [await lab.ok("POST", "/Patient", patient()), await lab.ok("POST", "/Patient", patient())];
    const nowhere = await lab.send("POST", "/Observation", { body: observation("Patient/absent") });
    expect(issuesOf(nowhere)).toMatchObject([{ expression: ["Observation.subject.reference"] }]);
    const theirs = await lab.ok("POST", "/Observation", observation(`Patient/${two.id}`));
    const mixed = observation(`Patient/${one.id}`, { derivedFrom: [{ reference: `Observation/${theirs.id}` }] });
    const refused = await lab.send("POST", "/Observation", { body: mixed });
    expect(issuesOf(refused)).toMatchObject([{ text: "This Observation is about another patient than the resource." }]);
    // What is not carried cannot be looked up, and an encounter is a fact all the same.
    const visit = observation(`Patient/${one.id}`, { encounter: { reference: "Encounter/1" } });
    expect((await lab.send("POST", "/Observation", { body: visit })).status).toBe(201);
  });

  it("searches by the usual parameters, pages by links that tell nothing, and includes", async () => {
    const { id } = await lab.ok("POST", "/Patient", patient({ name: [{ family: "Brightwater" }] }));
    const made: string[] = [];
    for (let day = 1; day <= 7; day++)
      made.push(
        (
          await lab.ok(
            "POST",
            "/Observation",
            observation(`Patient/${id}`, { effectiveDateTime: `2026-05-0${day}T10:00:00Z` }),
          )
        ).id,
      );
    expect(await lab.ids("/Patient?name=bright")).toEqual([id]);
    expect(await lab.ids(`/Observation?patient=${id}&date=ge2026-05-06`)).toEqual(made.slice(5).toReversed());
    expect(await lab.ids(`/Observation?patient=${id}&_sort=date`)).toEqual(made);

    const first = await lab.ok("GET", `/Observation?patient=${id}&_count=3&_total=accurate`);
    expect(first["total"]).toBe(7);
    const seen = entriesOf(first).map((one) => one.id);
    let next = linkOf(first, "next");
    while (next !== undefined) {
      expect(next).not.toContain(id);
      const page = await lab.ok("GET", next.slice(next.indexOf("/fhir/R4") + 8));
      seen.push(...entriesOf(page).map((one) => one.id));
      next = linkOf(page, "next");
    }
    expect(seen).toEqual(made.toReversed());

    const included = await lab.ok("GET", `/Observation?_id=${made[0]}&_include=Observation:subject`);
    expect(entriesOf(included).map(({ resourceType }) => resourceType)).toEqual(["Observation", "Patient"]);
    const back = await lab.ok("GET", `/Patient?_id=${id}&_revinclude=Observation:patient`);
    expect(entriesOf(back)).toHaveLength(8);
    expect(await lab.ok("GET", `/Observation?patient=${id}&_summary=count`)).toMatchObject({ total: 7 });
    const form = await lab.send("POST", "/Observation/_search", {
      body: `patient=${id}&_count=2`,
      headers: { "content-type": "application/x-www-form-urlencoded" },
    });
    expect(entriesOf(form.json() as Record<string, unknown>)).toHaveLength(2);
    const wrong = await lab.send("GET", "/Patient?nmae=bright");
    expect([wrong.status, wrong.code()]).toEqual([400, "search.invalid"]);
    expect(wrong.text).toContain("name");
  });

  it("keeps the bytes of a Binary apart from it, and gives them raw or inside the resource", async () => {
    const bytes = Buffer.from("%PDF-1.7 canary");
    const made = await lab.send("POST", "/Binary", { body: bytes, headers: { "content-type": "application/pdf" } });
    expect(made.status).toBe(201);
    const { id } = made.json() as { id: string };
    const raw = await lab.send("GET", `/Binary/${id}`, { headers: { accept: "application/pdf" } });
    expect([raw.bytes.toString(), raw.headers["content-type"]]).toEqual([bytes.toString(), "application/pdf"]);
    expect(raw.headers["content-disposition"]).toBe("attachment");
    expect(await lab.ok("GET", `/Binary/${id}`)).toMatchObject({ data: bytes.toString("base64") });
    const place = await lab.send("PUT", `/Binary/${id}`, {
      body: { resourceType: "Binary", id, contentType: "text/plain", _data: { extension: [] } },
    });
    expect(issuesOf(place)).toMatchObject([{ expression: ["Binary._data"] }]);
  });

  it("gives a file to the record that names it first, and shows it to nobody who may not see that record", async () => {
    const { id } = await lab.ok("POST", "/Patient", patient());
    const file = await lab.send("POST", "/Binary", {
      body: Buffer.from("letter"),
      headers: { "content-type": "text/plain" },
    });
    const binary = (file.json() as { id: string }).id;
    const content = [{ attachment: { contentType: "text/plain", url: `Binary/${binary}` } }];
    const letter = await lab.ok("POST", "/DocumentReference", document(`Patient/${id}`, { content }));
    expect(await lab.ok("GET", `/Binary/${binary}`)).toMatchObject({
      securityContext: { reference: `DocumentReference/${letter.id}` },
    });
    const filesOnly = fhirOf(await server.withScopes("system/Binary.rs"));
    expect((await filesOnly.send("GET", `/Binary/${binary}`)).status).toBe(404);
    const both = fhirOf(await server.withScopes("system/Binary.rs", "system/DocumentReference.r"));
    expect((await both.send("GET", `/Binary/${binary}`)).status).toBe(200);
    const thief = fhirOf(await server.withScopes("system/DocumentReference.c", "system/Patient.r"));
    const loose = await lab.send("POST", "/Binary", {
      body: Buffer.from("loose"),
      headers: { "content-type": "text/plain" },
    });
    const stolen = [{ attachment: { url: `Binary/${(loose.json() as { id: string }).id}` } }];
    const refused = await thief.send("POST", "/DocumentReference", {
      body: document(`Patient/${id}`, { content: stolen }),
    });
    expect(refused.status).toBe(422);
  });

  it("answers in FHIR's words: types, formats, conditions, addresses", async () => {
    const statement = await lab.ok("GET", "/metadata");
    expect(statement).toMatchObject({ resourceType: "CapabilityStatement", fhirVersion: "4.0.1" });
    const { id } = await lab.ok("POST", "/Organization", { resourceType: "Organization", name: "Ward" });
    const unchanged = await lab.send("GET", `/Organization/${id}`, { headers: { "if-none-match": 'W/"1"' } });
    expect(unchanged.status).toBe(304);
    expect((await lab.send("GET", `/Organization/${id}`, { headers: { accept: "application/fhir+xml" } })).status).toBe(
      406,
    );
    const unknown = await lab.send("GET", "/Patiant/1");
    expect([unknown.status, unknown.code()]).toEqual([404, "record.not_carried"]);
    expect(issuesOf(unknown)[0]?.text).toContain("Did you mean Patient?");
    const elsewhere = await lab.send("GET", "/Organization/1/no/such/place");
    expect([elsewhere.status, elsewhere.code()]).toEqual([404, "request.not_found"]);
    expect((await lab.send("DELETE", "/Organization")).status).toBe(400);
    expect((await lab.send("PATCH", "/Organization", { body: [] })).status).toBe(400);
    const minimal = await lab.send("POST", "/Organization", {
      body: { resourceType: "Organization", name: "Ward" },
      headers: { prefer: "return=minimal" },
    });
    expect([minimal.status, minimal.text]).toEqual([201, ""]);
  });
});

function linkOf(bundle: Record<string, unknown>, relation: string): string | undefined {
  return ((bundle["link"] ?? []) as { relation: string; url: string }[]).find((link) => link.relation === relation)
    ?.url;
}
