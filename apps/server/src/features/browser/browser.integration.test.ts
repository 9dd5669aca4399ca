import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  phi,
  phiWords,
  put,
  putConsent,
  putDocument,
  putObservation,
  putPatient,
} from "../../../test-support/patient-records.ts";
import type { RawAnswer, TestClient } from "../../../test-support/test-client.ts";
import { startTestServer, type TestServer } from "../../../test-support/test-server.ts";

/** What of the planted patient data an answer holds. */
const leaks = ({ text }: Pick<RawAnswer, "text">): string[] => phiWords.filter((word) => text.includes(word));

describe("the Storage Browser", () => {
  let server: TestServer;
  let ana: TestClient;
  beforeAll(async () => {
    server = await startTestServer();
    ana = await server.as("administrator");
    await putPatient(ana, "p1");
    await putPatient(ana, "p2", { name: [{ family: "Other" }], identifier: [{ value: "MRN-OTHER-1234" }] });
    await putObservation(ana, "o1", "p1", { at: "2026-02-01" });
    await putObservation(ana, "o2", "p1", { at: "2026-01-01" });
    await putDocument(ana, "d1", "p1");
    await put(ana, { resourceType: "Organization", id: "org", name: "Clinic of Tests" });
  });
  afterAll(() => server.close());

  it("counts by type for everybody, and says who may see rows", async () => {
    const viewer = await server.as("viewer");
    const { stores, browse } = await viewer.ok("listRecordStores");
    expect(stores).toMatchObject([{ id: "embedded", role: "primary" }]);
    expect(stores[0]?.types.find(({ type }) => type === "Observation")).toMatchObject({
      records: 2,
      label: "Measurements",
    });
    expect(browse).toMatchObject({ allowed: false, why: expect.stringContaining("administrator") });
    expect((await viewer.call("browseRecords", { body: { type: "Patient" } })).problem().code).toBe(
      "request.forbidden",
    );
  });

  it("finds by name and number, and shows neither", async () => {
    for (const search of [{ name: "quill" }, { identifier: phi.mrn }]) {
      const answer = await ana.call("browseRecords", { body: { type: "Patient", ...search } });
      const { items } = answer.json() as { items: { id: string; title: string; lines: object[] }[] };
      expect(items.map(({ id, title }) => [id, title])).toEqual([["p1", "Z••• Q•••"]]);
      expect(items[0]?.lines).toContainEqual({ label: "Born", value: "1971" });
      expect(items[0]?.lines).toContainEqual({ label: "Identifier", value: "••••0815" });
      expect(leaks(answer)).toEqual([]);
    }
    const none = await ana.ok("browseRecords", { body: { type: "Patient", name: "nobody" } });
    expect(none.items).toEqual([]);
  });

  it("pages through a type, of one patient, within a time, and refuses a key that the type does not have", async () => {
    const first = await ana.ok("browseRecords", { body: { type: "Observation", patient: "p1", limit: 1 } });
    expect(first.items).toHaveLength(1);
    const second = await ana.ok("browseRecords", {
      body: { type: "Observation", patient: "p1", limit: 1, cursor: first.next ?? "" },
    });
    expect([...first.items, ...second.items].map(({ id }) => id).toSorted()).toEqual(["o1", "o2"]);
    expect((await ana.ok("browseRecords", { body: { type: "Observation", patient: "p2" } })).items).toEqual([]);
    const before = { type: "Observation", before: "2020-01-01T00:00:00.000Z" };
    expect((await ana.ok("browseRecords", { body: before })).items).toEqual([]);
    const refused = await ana.call("browseRecords", { body: { type: "Observation", name: "someone" } });
    expect(refused.problem()).toMatchObject({ code: "search.invalid" });
    expect(leaks(refused)).toEqual([]);
  });

  it("threat 50: offers nothing that a mask hides for sorting, ranges or counting", async () => {
    for (const key of ["birthdate", "sort", "_sort", "phonetic", "address", "gender"])
      expect(
        (await ana.send("POST", "/api/v1/records/browse", { body: { type: "Patient", [key]: "1971" } })).status,
        key,
      ).toBe(422);
  });

  it("shows a record, its versions with what changed, and who wrote them, masked", async () => {
    await putObservation(ana, "v1", "p1");
    await putObservation(ana, "v1", "p1", { at: "2026-02-02" });
    const answer = await ana.call("getMaskedRecord", { params: { type: "Observation", id: "v1" } });
    expect(answer.json()).toMatchObject({
      record: { version: 2, written: { by: "user:ana" }, patients: ["p1"], hold: false },
      newest: 2,
      fields: ["identity", "clinical"],
    });
    const { items } = await ana.ok("listRecordVersions", { params: { type: "Observation", id: "v1" } });
    expect(items.map(({ version, change, elements, current }) => [version, change, elements, current])).toEqual([
      [2, "changed", ["effectiveDateTime"], true],
      [1, "created", expect.arrayContaining(["code", "subject", "valueString"]), false],
    ]);
    const older = await ana.call("getMaskedRecord", {
      params: { type: "Observation", id: "v1" },
      query: { version: 1 },
    });
    expect([...leaks(answer), ...leaks(older)]).toEqual([]);
    expect((await ana.call("getMaskedRecord", { params: { type: "Observation", id: "none" } })).problem().code).toBe(
      "record.not_found",
    );
  });

  it("tells of a document what its bytes are, and gives them to nobody", async () => {
    const page = await ana.ok("getMaskedRecord", { params: { type: "DocumentReference", id: "d1" } });
    expect(page.attachments).toMatchObject([{ index: 0, pointer: "/content/0/attachment", view: "text" }]);
    const file = await ana.call("getMaskedRecord", { params: { type: "Binary", id: "d1-file" } });
    expect(file.status).toBe(200);
    expect(leaks(file)).toEqual([]);
    expect(file.text).not.toContain(Buffer.from(phi.file).toString("base64").slice(0, 20));
  });

  it("restores an older version as a new one, also after a delete, and not over somebody else's", async () => {
    const params = { type: "Observation", id: "r1" };
    await putObservation(ana, "r1", "p1", { at: "2026-01-05" });
    await putObservation(ana, "r1", "p1", { at: "2026-01-06" });
    const body = { version: 1, expected: 2, reason: "The change was meant for another record" };
    expect(await ana.ok("restoreRecordVersion", { params, body })).toMatchObject({ version: 3 });
    expect((await ana.call("restoreRecordVersion", { params, body })).problem().code).toBe("record.conflict");
    expect((await ana.send("DELETE", "/fhir/R4/Observation/r1")).status).toBeLessThan(300);
    expect((await ana.ok("getMaskedRecord", { params })).record).toMatchObject({ deleted: true, version: 4 });
    expect(
      (await ana.call("restoreRecordVersion", { params, body: { ...body, version: 4, expected: 4 } })).problem().code,
    ).toBe("record.gone");
    expect(await ana.ok("restoreRecordVersion", { params, body: { ...body, expected: 4 } })).toMatchObject({
      version: 5,
    });
    const { items } = await ana.ok("listRecordVersions", { params });
    expect(items.map(({ change }) => change)).toEqual(["restored", "deleted", "restored", "changed", "created"]);
  });

  it("shows a patient's banner, consents and a timeline by the day on which things happened", async () => {
    await putPatient(ana, "p3");
    await putObservation(ana, "t1", "p3", { at: "2026-03-01" });
    await putObservation(ana, "t2", "p3", { at: "2025-03-01" });
    await putDocument(ana, "t3", "p3");
    await putConsent(ana, "c3", "p3", { type: "deny", period: { end: "2020-01-01" } });
    const answer = await ana.call("getPatientOverview", { params: { patient: "p3" }, query: { limit: 2 } });
    expect(leaks(answer)).toEqual([]);
    const first = await ana.ok("getPatientOverview", { params: { patient: "p3" }, query: { limit: 2 } });
    expect(first.patient).toMatchObject({ title: "Z••• Q•••", icon: "patient" });
    expect(first.consents).toMatchObject([{ id: "c3", decision: "deny", inForce: false }]);
    expect(first.complete).toBe(true);
    const rest = await ana.ok("getPatientOverview", {
      params: { patient: "p3" },
      query: { limit: 50, cursor: first.next ?? "" },
    });
    const entries = [...first.entries, ...rest.entries];
    expect(entries.find(({ id }) => id === "t1")).toMatchObject({ when: "2026", at: "2026-01-01T00:00:00.000Z" });
    const order = entries.map(({ id }) => id);
    expect(order.indexOf("t1")).toBeLessThan(order.indexOf("t3"));
    expect(order.indexOf("t3")).toBeLessThan(order.indexOf("t2"));
    expect(new Set(order).size).toBe(order.length);
    expect(first.next).not.toContain("2026");
    const typed = await ana.ok("getPatientOverview", { params: { patient: "p3" }, query: { type: "Observation" } });
    expect(typed.entries.map(({ id }) => id)).toEqual(["t1", "t2"]);
    const bea = await server.as("operator");
    expect(
      (await bea.call("getPatientOverview", { params: { patient: "p3" }, query: { cursor: first.next ?? "" } })).status,
    ).toBe(400);
    expect((await ana.call("getPatientOverview", { params: { patient: "nobody" } })).problem().code).toBe(
      "record.not_found",
    );
  });

  it("says of a record under 42 CFR part 2 that it is one, and nothing of what it says", async () => {
    await putObservation(ana, "s1", "p1", { part2: true });
    const { record } = await ana.ok("getMaskedRecord", { params: { type: "Observation", id: "s1" } });
    expect(record).toMatchObject({ lines: [], labels: ["part2"] });
  });

  it("threat 51: stops who tries names and numbers out, and shows them under Repairs", async () => {
    const operator = await server.as("operator");
    const look = (identifier: string) => operator.call("browseRecords", { body: { type: "Patient", identifier } });
    let refused: RawAnswer | undefined;
    for (let number = 0; number < 70 && refused === undefined; number++) {
      const answer = await look(`MRN-GUESS-${1000 + number}`);
      if (answer.status !== 200) refused = answer;
    }
    expect(refused?.problem()).toMatchObject({ code: "search.guessing" });
    expect(Number(refused?.headers["retry-after"])).toBeGreaterThan(0);
    // What is no guess goes on, and so does everybody else.
    expect((await operator.call("browseRecords", { body: { type: "Patient", patient: "p1" } })).status).toBe(200);
    expect((await ana.call("browseRecords", { body: { type: "Patient", identifier: phi.mrn } })).status).toBe(200);
    const { open } = await ana.ok("listRepairs");
    expect(open).toContainEqual(expect.objectContaining({ id: "guessing:user:operator" }));
  });

  it("writes each look into the audit log with the record's hash and without what was looked for", async () => {
    const { text } = await ana.call("exportAudit", { query: { format: "jsonl" } });
    expect(text).toContain('"action":"browseRecords"');
    expect(text).toContain('"resource":"Observation"');
    expect(leaks({ text })).toEqual([]);
    expect(leaks({ text: server.log.join("\n") })).toEqual([]);
  });
});
