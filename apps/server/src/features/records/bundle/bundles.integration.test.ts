import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  fhirOf,
  issuesOf,
  observation,
  patient,
  type FhirCaller,
  type FhirJson,
} from "../../../../test-support/fhir.ts";
import { startTestServer, type TestServer } from "../../../../test-support/test-server.ts";

type Entry = { resource?: FhirJson; response: { status: string; location?: string; outcome?: { issue: unknown[] } } };

const bundle = (type: "batch" | "transaction", ...entry: object[]): object => ({ resourceType: "Bundle", type, entry });
const post = (resource: Record<string, unknown>, more: object = {}, request: object = {}) => ({
  ...more,
  resource,
  request: { method: "POST", url: resource["resourceType"], ...request },
});
const answersOf = (answer: Record<string, unknown>): Entry[] => answer["entry"] as Entry[];
const urn = (digit: number): string => `urn:uuid:00000000-0000-4000-8000-00000000000${digit}`;

describe("bundles", () => {
  let server: TestServer;
  let lab: FhirCaller;

  beforeAll(async () => {
    server = await startTestServer();
    const types = ["Patient", "Observation", "Practitioner", "Binary", "DocumentReference"];
    lab = fhirOf(await server.withScopes(...types.map((type) => `system/${type}.cruds`)));
  });
  afterAll(() => server.close());

  it("carry out a transaction whose entries refer to each other, and to records by a condition", async () => {
    const npi = "http://hl7.org/fhir/sid/us-npi";
    await lab.ok("POST", "/Practitioner", {
      resourceType: "Practitioner",
      identifier: [{ system: npi, value: "9999" }],
    });
    const file = { resourceType: "Binary", contentType: "text/plain", data: Buffer.from("note").toString("base64") };
    const answer = await lab.ok(
      "POST",
      "",
      bundle(
        "transaction",
        post(observation(urn(1), { performer: [{ reference: `Practitioner?identifier=${npi}|9999` }] })),
        post(
          {
            resourceType: "DocumentReference",
            status: "current",
            subject: { reference: urn(1) },
            content: [{ attachment: { contentType: "text/plain", url: urn(2) } }],
            text: {
              status: "generated",
              div: `<div xmlns="http://www.w3.org/1999/xhtml"><a href="${urn(1)}">whose</a></div>`,
            },
          },
          { fullUrl: urn(3) },
        ),
        post(patient({ identifier: [{ system: "urn:ietf:rfc:3986", value: urn(1) }] }), { fullUrl: urn(1) }),
        post(file, { fullUrl: urn(2) }),
        { request: { method: "GET", url: "Practitioner?identifier=9999" } },
      ),
      { prefer: "return=representation" },
    );
    const [seen, letter, person, binary, found] = answersOf(answer);
    const name = `Patient/${person?.resource?.id}`;
    expect(answersOf(answer).map(({ response }) => response.status)).toEqual([
      ...["201 Created", "201 Created", "201 Created", "201 Created"],
      "200 OK",
    ]);
    expect(seen?.resource).toMatchObject({
      subject: { reference: name },
      performer: [{ reference: expect.stringMatching(/^Practitioner\//) }],
    });
    expect(letter?.resource).toMatchObject({ content: [{ attachment: { url: `Binary/${binary?.resource?.id}` } }] });
    expect(JSON.stringify(letter?.resource?.["text"])).toContain(`href=\\"${name}\\"`);
    // An identifier is text, whatever it looks like.
    expect(person?.resource).toMatchObject({ identifier: [{ value: urn(1) }] });
    expect(await lab.ok("GET", `/Binary/${binary?.resource?.id}`)).toMatchObject({
      securityContext: { reference: `DocumentReference/${letter?.resource?.id}` },
    });
    expect(found?.resource).toMatchObject({ resourceType: "Bundle", total: 1 });
  });

  it("do all of a transaction or nothing, and name everything that is wrong", async () => {
    const marked = (value: string) => patient({ identifier: [{ system: "http://hospital.example/mrn", value }] });
    const refused = await lab.send("POST", "", {
      body: bundle(
        "transaction",
        post(marked("half-1"), { fullUrl: urn(1) }),
        post({ ...marked("half-2"), birthDate: "never" }),
        post(observation(urn(1), { status: "nonsense" })),
      ),
    });
    expect([refused.status, refused.code()]).toEqual([422, "record.invalid"]);
    const pointers = (refused.json() as { issue: { extension: { valueString: string }[] }[] }).issue.map(
      ({ extension }) => extension[0]?.valueString,
    );
    expect(pointers).toEqual(["/entry/1/resource/birthDate", "/entry/2/resource/status"]);
    const lost = await lab.send("POST", "", {
      body: bundle("transaction", post(marked("half-1")), post(observation("Patient/absent"))),
    });
    expect(issuesOf(lost)).toMatchObject([{ text: "There is no such Patient here." }]);
    const unmatched = await lab.send("POST", "", {
      body: bundle("transaction", post(marked("half-1")), post(observation("Patient?identifier=nobody"))),
    });
    expect(unmatched.code()).toBe("record.invalid");
    expect(await lab.ids("/Patient?identifier=half-1,half-2")).toEqual([]);
  });

  it("create once under ifNoneExist, and use what is there", async () => {
    const body = patient({ identifier: [{ system: "http://hospital.example/mrn", value: "known-1" }] });
    const send = () =>
      lab.ok(
        "POST",
        "",
        bundle(
          "transaction",
          post(body, { fullUrl: urn(1) }, { ifNoneExist: "identifier=http://hospital.example/mrn|known-1" }),
          post(observation(urn(1))),
        ),
      );
    const [first, second] = [answersOf(await send()), answersOf(await send())];
    expect([first[0]?.response.status, second[0]?.response.status]).toEqual(["201 Created", "200 OK"]);
    const [id] = await lab.ids("/Patient?identifier=known-1");
    expect(await lab.ids(`/Observation?patient=${id}`)).toHaveLength(2);
  });

  it("take deletions, changes and patches together, under the versions that are named", async () => {
    const [gone, kept, old] = [
      await lab.ok("POST", "/Patient", patient()),
      await lab.ok("POST", "/Patient", patient()),
      await lab.ok("POST", "/Patient", patient()),
    ];
    const patch = Buffer.from(JSON.stringify([{ op: "add", path: "/gender", value: "other" }])).toString("base64");
    const acts = (version: number) =>
      bundle(
        "transaction",
        {
          request: { method: "PUT", url: `Patient/${kept.id}`, ifMatch: `W/"${version}"` },
          resource: { ...patient({ active: true }), id: kept.id },
        },
        { request: { method: "DELETE", url: `Patient/${gone.id}` } },
        {
          request: { method: "PATCH", url: `Patient/${old.id}` },
          resource: { resourceType: "Binary", contentType: "application/json-patch+json", data: patch },
        },
      );
    const stale = await lab.send("POST", "", { body: acts(7) });
    expect([stale.status, stale.code()]).toEqual([412, "record.conflict"]);
    expect((await lab.send("GET", `/Patient/${gone.id}`)).status).toBe(200);
    await lab.ok("POST", "", acts(1));
    expect((await lab.send("GET", `/Patient/${gone.id}`)).status).toBe(410);
    expect(await lab.ok("GET", `/Patient/${old.id}`)).toMatchObject({ gender: "other" });
  });

  it("carry out each entry of a batch by itself", async () => {
    const answer = await lab.ok(
      "POST",
      "",
      bundle(
        "batch",
        post(patient()),
        post({ ...patient(), birthDate: "never" }),
        { request: { method: "GET", url: "Patient/absent" } },
        { request: { method: "GET", url: "Patient?nmae=x" } },
      ),
    );
    expect(answersOf(answer).map(({ response }) => response.status)).toEqual(["201 Created", "422", "404", "400"]);
    expect(answersOf(answer)[1]?.response.outcome?.issue).toMatchObject([{ expression: ["Patient.birthDate"] }]);
  });

  it("leave an entry in the audit log for each record that they touch", async () => {
    const ana = await server.as("administrator");
    const answer = await lab.send("POST", "", {
      body: bundle(
        "transaction",
        post(patient(), { fullUrl: urn(1) }),
        post(observation(urn(1))),
        post(observation(urn(1))),
      ),
    });
    const { items } = await ana.ok("searchAudit", { query: { limit: 200 } });
    const mine = items.filter(({ request }) => request === answer.headers["x-request-id"]);
    const outcomes = mine.filter(({ kind }) => kind === "outcome");
    expect(outcomes.map(({ action }) => action).toSorted()).toEqual([
      ...["createRecord", "createRecord", "createRecord"],
      "sendBundle",
    ]);
    expect(new Set(outcomes.flatMap(({ ref }) => ref ?? [])).size).toBe(3);
  });

  it("refuse what is no bundle that can be carried out, before anything is done", async () => {
    for (const [body, pointer] of [
      [{ resourceType: "Patient" }, "/resourceType"],
      [{ resourceType: "Bundle", type: "document" }, "/type"],
      [bundle("batch", { request: { method: "LINK", url: "Patient" } }), "/entry/0/request/method"],
      [
        bundle("batch", { request: { method: "GET", url: "https://elsewhere.example/Patient/1" } }),
        "/entry/0/request/url",
      ],
      [bundle("batch", { request: { method: "PATCH", url: "Patient" }, resource: patient() }), "/entry/0/request/url"],
      [bundle("batch", { request: { method: "POST", url: "Patient" } }), "/entry/0/resource"],
      [
        bundle("transaction", post(patient(), { fullUrl: urn(1) }), post(patient(), { fullUrl: urn(1) })),
        "/entry/1/fullUrl",
      ],
      [{ resourceType: "Bundle", type: "batch", entry: Array.from({ length: 501 }, () => ({})) }, "/entry"],
    ] as const) {
      const answer = await lab.send("POST", "", { body });
      expect([pointer, answer.status, answer.code()]).toEqual([pointer, 400, "bundle.invalid"]);
      expect(answer.text).toContain(`"${pointer}"`);
    }
  });
});
