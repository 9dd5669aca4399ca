import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { fhirOf } from "../../../test-support/fhir.ts";
import { moveClock } from "../../../test-support/move-clock.ts";
import {
  phi,
  phiWords,
  putConsent,
  putDocument,
  putObservation,
  putPatient,
} from "../../../test-support/patient-records.ts";
import type { TestClient } from "../../../test-support/test-client.ts";
import { password, startTestServer, type TestServer } from "../../../test-support/test-server.ts";

const reason = "She lies unconscious in room four";

interface Entry {
  action: string;
  kind: string;
  call: string;
  outcome: string;
  purpose?: string;
  detail?: { event?: string; glass?: string; glassPurpose?: string };
}

describe("breaking the glass", () => {
  let server: TestServer;
  let ana: TestClient;
  let operator: TestClient;
  let auditor: TestClient;
  beforeAll(async () => {
    server = await startTestServer();
    ana = await server.as("administrator");
    operator = await server.as("operator");
    auditor = await server.as("auditor");
    for (const patient of ["p1", "p2"]) await putPatient(ana, patient);
    await putObservation(ana, "o1", "p1");
    await putObservation(ana, "o2", "p2");
    await putObservation(ana, "s1", "p1", { part2: true });
    await putDocument(ana, "d1", "p1");
  });
  afterAll(() => server.close());

  const open = async (who: TestClient, change: object = {}) =>
    await who.ok("openGlass", {
      body: {
        ...{ target: { patient: "p1" }, purpose: "TREAT", reason, minutes: 5 },
        fields: ["identity", "contact", "clinical", "documents"],
        ...change,
      } as never,
    });
  const read = (who: TestClient, glass: string, type = "Observation", id = "o1") =>
    who.call("readUnderGlass", { params: { glass, type, id } });
  const entries = async (): Promise<Entry[]> => {
    const { text } = await ana.call("exportAudit", { query: { format: "jsonl" } });
    return text
      .split("\n")
      .filter(Boolean)
      .map((line) => JSON.parse(line) as Entry);
  };
  /** What came of each act, as the log has it. */
  const outcomes = async (): Promise<Entry[]> => (await entries()).filter(({ kind }) => kind === "outcome");
  /** Acts of reading since then, each with the purpose that it was announced with and the one that it was concluded with. */
  const purposes = async (since: number): Promise<string[]> => {
    const all = await entries();
    return all
      .slice(since)
      .filter(({ action, kind }) => kind === "intent" && /^(read|search|list|patch|attach|create)[A-Z]/.test(action))
      .map(({ action, call, purpose }) => {
        const end = all.find((entry) => entry.kind === "outcome" && entry.call === call);
        return `${action} ${purpose} ${end?.purpose} ${end?.outcome}`;
      });
  };

  it("reveals what it was broken for, keeps nothing in a browser, and writes down what was read", async () => {
    const glass = await open(operator, { caseReference: "C-7" });
    expect(glass).toMatchObject({ state: "open", by: "user:operator", title: "Z••• Q•••", reads: 0, reason });
    const answer = await read(operator, glass.id);
    expect(answer.status).toBe(200);
    expect(answer.headers["cache-control"]).toBe("no-store");
    expect(answer.json()).toMatchObject({ resource: { valueString: phi.note }, revealed: glass.fields });
    const page = await operator.ok("getMaskedRecord", { params: { type: "Observation", id: "o1" } });
    expect(page.glass).toMatchObject({ id: glass.id, purpose: "TREAT" });
    await operator.ok("noteGlassUse", {
      params: { glass: glass.id },
      body: { what: "copied", type: "Observation", id: "o1" },
    });
    const { uses, reads } = await operator.ok("getGlass", { params: { glass: glass.id } });
    expect([reads, uses.map(({ what, type, id, version }) => [what, type, id, version])]).toEqual([
      1,
      [
        ["record", "Observation", "o1", 1],
        ["copied", "Observation", "o1", undefined],
      ],
    ]);
    await operator.ok("closeGlass", { params: { glass: glass.id } });
    expect((await read(operator, glass.id)).problem().code).toBe("glass.ended");
    expect((await operator.ok("getMaskedRecord", { params: { type: "Observation", id: "o1" } })).glass).toBeUndefined();
  });

  it("reveals the chosen fields, and leaves the others masked", async () => {
    const glass = await open(operator, { fields: ["identity"] });
    const patient = (await read(operator, glass.id, "Patient", "p1")).text;
    expect(patient).toContain(phi.family);
    expect(patient).not.toContain("zebedee@example.org");
    const observation = (await read(operator, glass.id)).text;
    expect(observation).not.toContain(phi.note);
    const file = { params: { glass: glass.id, type: "DocumentReference", id: "d1", place: "0" } };
    expect((await operator.call("readAttachmentUnderGlass", file)).problem().code).toBe("glass.not_covering");
    await operator.ok("closeGlass", { params: { glass: glass.id } });
  });

  it("streams the bytes of a document that belongs to the record", async () => {
    const glass = await open(operator);
    const params = { glass: glass.id, type: "DocumentReference", id: "d1", place: "0" };
    const answer = await operator.call("readAttachmentUnderGlass", { params });
    expect([answer.text, answer.headers["cache-control"], answer.headers["content-type"]]).toEqual([
      phi.file,
      "no-store",
      "text/plain",
    ]);
    const beyond = await operator.call("readAttachmentUnderGlass", { params: { ...params, place: "7" } });
    expect(beyond.problem().code).toBe("blob.not_found");
    await operator.ok("closeGlass", { params: { glass: glass.id } });
  });

  it("covers no other patient, and tells nobody whether there is such a record", async () => {
    const glass = await open(operator);
    expect((await read(operator, glass.id, "Observation", "o2")).problem().code).toBe("glass.not_covering");
    expect((await read(operator, glass.id, "Observation", "none")).problem().code).toBe("record.not_found");
    const one = await open(operator, { target: { record: { type: "Observation", id: "o2" } } });
    expect((await read(operator, one.id, "Observation", "o2")).status).toBe(200);
    expect((await read(operator, one.id, "Patient", "p2")).problem().code).toBe("glass.not_covering");
    for (const { id } of [glass, one]) await operator.ok("closeGlass", { params: { glass: id } });
  });

  it("threat 59: is for the person and the session that gave the password, for no token and nobody else", async () => {
    const glass = await open(operator);
    const elsewhere = await server.signIn("operator");
    expect((await read(elsewhere, glass.id)).problem().code).toBe("glass.ended");
    expect((await read(ana, glass.id)).problem().code).toBe("glass.not_found");
    expect((await ana.call("closeGlass", { params: { glass: glass.id } })).problem().code).toBe("glass.not_found");
    const token = await server.withToken("administrator");
    expect((await read(token, glass.id)).problem().code).toBe("request.forbidden");
    const body = { target: { patient: "p1" }, purpose: "TREAT", reason, minutes: 5, fields: ["identity"] } as const;
    expect((await token.call("openGlass", { body: body as never })).problem().code).toBe("request.forbidden");
    expect((await (await server.as("viewer")).call("openGlass", { body: body as never })).status).toBe(403);
    await operator.ok("closeGlass", { params: { glass: glass.id } });
  });

  it("asks for the password again, a reason of fifteen characters, and a purpose that is one", async () => {
    const body = { target: { patient: "p1" }, purpose: "TREAT", reason, minutes: 5, fields: ["identity"] };
    const call = (change: object) => operator.send("POST", "/api/v1/glasses", { body: { ...body, ...change } });
    const pointer = async (change: object) => (await call(change)).problem().problems?.[0]?.pointer;
    expect(await pointer({ reason: "too short" })).toBe("/reason");
    expect(await pointer({ minutes: 60 })).toBe("/minutes");
    expect(await pointer({ purpose: "HLEGAL" })).toBe("/purpose");
    expect((await call({ target: { patient: "nobody" } })).problem().code).toBe("record.not_found");
    using _later = moveClock(6 * 60_000);
    expect((await call({})).problem().code).toBe("request.step_up");
    await operator.ok("stepUp", { body: { password } });
    const opened = (await call({})).json() as { id: string };
    await operator.ok("closeGlass", { params: { glass: opened.id } });
  });

  it("ends by itself, can be kept open for an hour in all, and masks again", async () => {
    await operator.ok("stepUp", { body: { password } });
    const glass = await open(operator);
    const params = { glass: glass.id };
    expect((await operator.ok("extendGlass", { params, body: { minutes: 30 } })).minutes).toBe(35);
    expect((await operator.call("extendGlass", { params, body: { minutes: 30 } })).problem()).toMatchObject({
      code: "glass.too_long",
      detail: expect.stringContaining("25 more"),
    });
    // A session that is used stays open, step by step.
    using _soon = moveClock(12 * 60_000);
    expect((await read(operator, glass.id)).status).toBe(200);
    using _later = moveClock(12 * 60_000);
    expect((await read(operator, glass.id)).status).toBe(200);
    using _over = moveClock(12 * 60_000);
    expect((await read(operator, glass.id)).problem().code).toBe("glass.ended");
    expect((await operator.ok("getMaskedRecord", { params: { type: "Observation", id: "o1" } })).glass).toBeUndefined();
  });

  it("threat 69: asks consents at each read, and lets an emergency pass", async () => {
    await operator.ok("stepUp", { body: { password } });
    const glass = await open(operator);
    expect((await read(operator, glass.id, "Observation", "s1")).problem().code).toBe("consent.part2");
    const provision = {
      type: "permit",
      purpose: [{ system: "http://terminology.hl7.org/CodeSystem/v3-ActReason", code: "TREAT" }],
    };
    await putConsent(ana, "c1", "p1", provision, { part2: true });
    const answer = await read(operator, glass.id, "Observation", "s1");
    expect(answer.json()).toMatchObject({ notice: expect.stringContaining("42 CFR part 2") });
    await putConsent(ana, "c1", "p1", provision, { part2: true, status: "inactive" });
    expect((await read(operator, glass.id, "Observation", "s1")).problem().code).toBe("consent.part2");
    const emergency = await open(operator, { purpose: "ETREAT" });
    expect((await read(operator, emergency.id, "Observation", "s1")).status).toBe(200);
    await putConsent(ana, "c2", "p1", { type: "deny" });
    const again = await open(operator);
    expect((await read(operator, again.id)).problem().code).toBe("consent.denied");
    await putConsent(ana, "c2", "p1", { type: "deny" }, { status: "inactive" });
    await operator.ok("closeGlass", { params: { glass: again.id } });
  });

  it("opens the FHIR API for the person while a glass for every field covers the record, and no longer", async () => {
    await operator.ok("stepUp", { body: { password } });
    const fhir = () => operator.send("GET", "/fhir/R4/Observation/o1");
    expect((await fhir()).status).toBe(403);
    const partly = await open(operator, { fields: ["clinical"] });
    expect((await fhir()).status).toBe(403);
    await operator.ok("closeGlass", { params: { glass: partly.id } });
    const glass = await open(operator);
    expect((await fhir()).text).toContain(phi.note);
    expect((await operator.ok("getGlass", { params: { glass: glass.id } })).uses).toMatchObject([
      { what: "record", type: "Observation", id: "o1" },
    ]);
    expect((await operator.send("GET", "/fhir/R4/Observation/o2")).status).toBe(403);
    await operator.ok("closeGlass", { params: { glass: glass.id } });
    expect((await fhir()).status).toBe(403);
  });

  it("says in the log of every read through the FHIR API under which glass it was", async () => {
    await operator.ok("stepUp", { body: { password } });
    const glass = await open(operator);
    const other = await open(operator, { target: { record: { type: "Observation", id: "o2" } }, purpose: "ETREAT" });
    const bundle = (type: string) => ({
      ...{ resourceType: "Bundle", type },
      entry: [
        { request: { method: "GET", url: "Observation/o1" } },
        { request: { method: "GET", url: "Observation?_id=o1,o2" } },
      ],
    });
    const fhir = fhirOf(operator);
    await fhir.ok("GET", "/Observation/o1");
    await fhir.ok("GET", "/Observation/o1/_history");
    expect((await fhir.ids("/Observation?_id=o1,o2")).toSorted()).toEqual(["o1", "o2"]);
    for (const type of ["batch", "transaction"]) await fhir.ok("POST", "", bundle(type));
    for (const { id } of [glass, other]) await operator.ok("closeGlass", { params: { glass: id } });
    const reads = (await outcomes()).filter(
      ({ detail, purpose }) => purpose === "BTG" && detail?.glass?.includes(glass.id) === true,
    );
    const both = [other.id, glass.id].toSorted().join("+");
    const said = reads.map(({ action, detail }) => `${action} ${detail?.glass?.split("+").toSorted().join("+")}`);
    // A transaction concludes what it did in the order in which it was announced, turned.
    expect(said.slice(0, 3)).toEqual([
      `readRecord ${glass.id}`,
      `listRecordHistory ${glass.id}`,
      `searchRecords ${both}`,
    ]);
    expect(said.slice(3).toSorted()).toEqual(
      [`readRecord ${glass.id}`, `searchRecords ${both}`].flatMap((one) => [one, one]),
    );
    expect(reads.map(({ detail }) => detail?.glassPurpose?.split("+").toSorted())).toContainEqual(["ETREAT", "TREAT"]);
  });

  it("announces what it reads with the purpose of a broken glass, and a read that no glass covers with none", async () => {
    await operator.ok("stepUp", { body: { password } });
    const part = await open(operator, { fields: ["clinical", "documents"] });
    const fhir = fhirOf(operator);
    const document = { type: "DocumentReference", id: "d1" };
    let since = (await entries()).length;
    await read(operator, part.id);
    await read(operator, part.id, "Observation", "o2");
    await operator.call("readAttachmentUnderGlass", { params: { glass: part.id, ...document, place: "0" } });
    await operator.call("attachFromRecord", { params: { glass: part.id, ...document, place: "0" } });
    // For the FHIR API a glass for a part is none.
    await fhir.send("GET", "/Observation/o1");
    expect(await purposes(since)).toEqual([
      "readUnderGlass BTG BTG ok",
      "readUnderGlass HOPERAT HOPERAT glass.not_covering",
      "readAttachmentUnderGlass BTG BTG ok",
      "attachFromRecord BTG BTG ok",
      "readRecord HOPERAT HOPERAT record.masked",
    ]);
    await operator.ok("closeGlass", { params: { glass: part.id } });

    const glass = await open(operator);
    since = (await entries()).length;
    await fhir.ok("GET", "/Observation/o1");
    await fhir.send("GET", "/Observation/o2");
    await fhir.send("GET", "/Observation/none");
    await fhir.ok("GET", "/Observation?_id=o1,o2");
    await fhir.ok("GET", "/Observation/o1/_history");
    await fhir.ok("PATCH", "/Observation/o1", []);
    await fhir.ok("PATCH", "/Patient?_id=p1&name=quill", []);
    const headers = { "if-none-exist": "name=quill&_id=p1" };
    const known = { body: { resourceType: "Patient", active: true }, headers };
    expect((await fhir.send("POST", "/Patient", known)).text).toContain(phi.family);
    expect(await purposes(since)).toEqual([
      "readRecord BTG BTG ok",
      "readRecord HOPERAT HOPERAT record.masked",
      "readRecord HOPERAT HOPERAT record.masked",
      "searchRecords BTG BTG ok",
      "listRecordHistory BTG BTG ok",
      "patchRecord BTG BTG ok",
      "patchRecordWhere BTG BTG ok",
      // Found out by doing it.
      "createRecord HOPERAT BTG ok",
    ]);
    const steps = Buffer.from("[]").toString("base64");
    const entry = [
      { request: { method: "GET", url: "Observation/o1" } },
      {
        resource: { resourceType: "Binary", contentType: "application/json-patch+json", data: steps },
        request: { method: "PATCH", url: "Observation/o1" },
      },
    ];
    for (const type of ["batch", "transaction"]) {
      since = (await entries()).length;
      await fhir.ok("POST", "", { resourceType: "Bundle", type, entry });
      expect((await purposes(since)).toSorted()).toEqual(["patchRecord BTG BTG ok", "readRecord BTG BTG ok"]);
    }
    await operator.ok("closeGlass", { params: { glass: glass.id } });
    since = (await entries()).length;
    await fhir.send("GET", "/Observation/o1");
    await read(operator, glass.id);
    expect(await purposes(since)).toEqual([
      "readRecord HOPERAT HOPERAT record.masked",
      "readUnderGlass HOPERAT HOPERAT glass.ended",
    ]);
  });

  it("is reviewed by another person, who asks, and accepts the answer", async () => {
    await ana.ok("stepUp", { body: { password } });
    const glass = await open(ana);
    const params = { glass: glass.id };
    const review = (who: TestClient, body: object) => who.call("reviewGlass", { params, body: body as never });
    expect((await review(auditor, { verdict: "accept" })).problem().code).toBe("glass.wrong_state");
    await ana.ok("closeGlass", { params });
    expect((await review(ana, { verdict: "accept" })).problem().code).toBe("glass.own_review");
    expect((await review(auditor, { verdict: "ask" })).problem().problems?.[0]?.pointer).toBe("/reason");
    expect((await review(auditor, { verdict: "ask", reason: "Which case was it?" })).status).toBe(200);
    const mine = (await ana.ok("listGlasses", { query: { mine: true } })).items.find(({ id }) => id === glass.id);
    expect(mine).toMatchObject({ state: "asked", reviewedBy: "user:auditor" });
    expect(mine?.can.find(({ act }) => act === "answer")?.allowed).toBe(true);
    await ana.ok("answerGlassReview", { params, body: { reason: "Case C-7, at night, on call" } });
    const accepted = await auditor.ok("reviewGlass", { params, body: { verdict: "accept" } });
    expect(accepted.notes.map(({ what, words }) => [what, words])).toEqual([
      ["ask", "Which case was it?"],
      ["answer", "Case C-7, at night, on call"],
      ["accept", undefined],
    ]);
    expect((await review(auditor, { verdict: "escalate", reason: "Too late" })).problem().code).toBe(
      "glass.wrong_state",
    );
  });

  it("shows a list without reasons, and to an operator only their own", async () => {
    const all = await auditor.call("listGlasses", { query: { limit: 100 } });
    expect(all.text).not.toContain(reason);
    expect(phiWords.filter((word) => all.text.includes(word))).toEqual([]);
    const own = await operator.ok("listGlasses", { query: { limit: 100 } });
    expect(new Set(own.items.map(({ by }) => by))).toEqual(new Set(["user:operator"]));
    const foreign = (await auditor.ok("listGlasses", { query: { limit: 100 } })).items.find(
      ({ by }) => by === "user:ana",
    );
    expect((await operator.call("getGlass", { params: { glass: foreign?.id ?? "" } })).problem().code).toBe(
      "glass.not_found",
    );
  });

  it("threat 58: writes starts and stops as emergency overrides with the purpose of the glass, and no patient data", async () => {
    const { text } = await ana.call("exportAudit", { query: { format: "jsonl" } });
    const concluded = await outcomes();
    const of = (action: string) => concluded.filter((entry) => entry.action === action);
    expect(of("openGlass")[0]).toMatchObject({
      ...{ purpose: "TREAT", resource: "Patient", outcome: "ok" },
      detail: { event: "emergency_override_started" },
    });
    expect(of("closeGlass")[0]).toMatchObject({ detail: { event: "emergency_override_stopped" } });
    const reads = of("readUnderGlass").filter(({ outcome }) => outcome === "ok");
    expect(new Set(reads.map(({ purpose }) => purpose))).toEqual(new Set(["BTG"]));
    expect(reads.some(({ detail }) => detail?.glassPurpose === "ETREAT")).toBe(true);
    expect(phiWords.filter((word) => text.includes(word) || server.log.join("\n").includes(word))).toEqual([]);
    expect(text).not.toContain(reason);
  });
});
