import { inflateRawSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { moveClock } from "../../../test-support/move-clock.ts";
import { phi, phiWords, putConsent, putObservation, putPatient } from "../../../test-support/patient-records.ts";
import type { RawAnswer, TestClient } from "../../../test-support/test-client.ts";
import { password, startTestServer, type TestServer } from "../../../test-support/test-server.ts";

const reason = "The court of Tests asks for it";

/** Names and texts of an archive, by its local headers. */
function readZip({ bytes }: RawAnswer): Map<string, string> {
  const files = new Map<string, string>();
  let at = 0;
  while (bytes.readUInt32LE(at) === 0x04034b50) {
    const [method, size, nameSize] = [
      bytes.readUInt16LE(at + 8),
      bytes.readUInt32LE(at + 18),
      bytes.readUInt16LE(at + 26),
    ];
    const start = at + 30 + nameSize + bytes.readUInt16LE(at + 28);
    const content = bytes.subarray(start, start + size);
    const name = bytes.subarray(at + 30, at + 30 + nameSize).toString("utf8");
    files.set(name, (method === 0 ? content : inflateRawSync(content)).toString("utf8"));
    at = start + size;
  }
  return files;
}

describe("custody of records", () => {
  let server: TestServer;
  let ana: TestClient;
  let operator: TestClient;
  let auditor: TestClient;
  beforeAll(async () => {
    server = await startTestServer();
    ana = await server.as("administrator");
    operator = await server.as("operator");
    auditor = await server.as("auditor");
  });
  afterAll(() => server.close());

  describe("a legal hold", () => {
    const target = { patient: "h1" };
    const code = async (method: string, path: string) => (await ana.send(method, path)).code();

    it("keeps everything about a patient from being deleted and shredded, until an administrator lifts it", async () => {
      await putPatient(ana, "h1");
      await putObservation(ana, "ho1", "h1");
      expect(await auditor.ok("setHold", { body: { target, reason } })).toEqual({ records: 2 });
      expect(await code("DELETE", "/fhir/R4/Observation/ho1")).toBe("record.held");
      expect((await ana.call("requestShredding", { params: target, body: { reason } })).problem().code).toBe(
        "record.held",
      );
      const page = await ana.ok("getMaskedRecord", { params: { type: "Observation", id: "ho1" } });
      expect([page.record.hold, page.retention.says]).toEqual([
        true,
        "It is under a legal hold: no version of it goes.",
      ]);
      expect(page.can.find(({ act }) => act === "shred")).toMatchObject({
        allowed: false,
        why: "It is under a legal hold.",
      });
      const held = await auditor.call("listHolds");
      expect(held.json()).toMatchObject({ items: [{ target, title: "Z••• Q•••", reason, by: "user:auditor" }] });
      expect(phiWords.filter((word) => held.text.includes(word))).toEqual([]);
      expect((await operator.call("liftHold", { body: { target, reason } })).problem().code).toBe("request.forbidden");
      await ana.ok("liftHold", { body: { target, reason: "The case is closed" } });
      expect((await ana.send("DELETE", "/fhir/R4/Observation/ho1")).status).toBeLessThan(300);
    });

    it("can be on one record, and refuses one that is not there", async () => {
      await putObservation(ana, "ho2", "h1");
      const one = { record: { type: "Observation", id: "ho2" } };
      expect(await ana.ok("setHold", { body: { target: one, reason } })).toEqual({ records: 1 });
      await ana.ok("liftHold", { body: { target: one, reason } });
      for (const absent of [{ patient: "none" }, { record: { type: "Observation", id: "none" } }])
        expect((await ana.call("setHold", { body: { target: absent, reason } })).problem().code).toBe(
          "record.not_found",
        );
    });
  });

  describe("retention", () => {
    it("counts before it removes, leaves the current version, and says what it removed", async () => {
      await putPatient(ana, "r1");
      for (const day of ["01", "02", "03"]) await putObservation(ana, "ro1", "r1", { at: `2026-01-${day}` });
      const params = { type: "Observation" };
      expect((await ana.call("purgeRecords", { params, body: { reason } })).problem().code).toBe("request.conflict");
      await ana.ok("setRetention", { params, body: { keepDays: 30, reason } });
      expect((await ana.ok("previewPurge", { params, body: { keepDays: 30 } })).versions).toBe(0);
      using _later = moveClock(31 * 86_400_000);
      const later = await server.signIn("ana");
      const before = (await later.ok("previewPurge", { params, body: { keepDays: 30 } })).versions;
      expect(before).toBeGreaterThanOrEqual(2);
      expect((await later.ok("purgeRecords", { params, body: { reason } })).versions).toBe(before);
      const { items } = await later.ok("listRecordVersions", { params: { type: "Observation", id: "ro1" } });
      expect(items.map(({ version }) => version)).toEqual([3]);
      const rule = (await later.ok("getRetention")).items.find(({ type }) => type === "Observation");
      expect(rule).toMatchObject({ keepDays: 30, setBy: "user:ana", purged: { by: "user:ana", versions: before } });
      expect((await later.call("setRetention", { params: { type: "Nothing" }, body: { reason } })).problem().code).toBe(
        "record.not_carried",
      );
      await later.ok("setRetention", { params, body: { reason } });
    });
  });

  describe("an export", () => {
    const ask = async (who: TestClient, change: object = {}) =>
      await who.ok("requestExport", {
        body: { patient: "e1", recipient: "Court of Tests", purpose: "PATRQT", reason, ...change } as never,
      });
    beforeAll(async () => {
      await putPatient(ana, "e1");
      await putObservation(ana, "eo1", "e1");
      await putObservation(ana, "eo2", "e1", { part2: true });
    });

    it("is approved by another person, downloaded once by who asked for it, and accounted for", async () => {
      const asked = await ask(operator);
      const params = { export: asked.id };
      expect(asked).toMatchObject({ state: "waiting", title: "Z••• Q•••", requestedBy: "user:operator" });
      expect((await operator.call("approveExport", { params })).problem().code).toBe("request.forbidden");
      expect((await operator.call("downloadExport", { params })).problem().code).toBe("approval.wrong_state");
      const approved = await auditor.ok("approveExport", { params });
      expect(approved).toMatchObject({ state: "approved", decidedBy: "user:auditor" });
      expect((await auditor.call("approveExport", { params })).problem().code).toBe("approval.wrong_state");
      expect((await ana.call("downloadExport", { params })).problem().code).toBe("request.forbidden");
      const answer = await operator.call("downloadExport", { params });
      const files = readZip(answer);
      expect([answer.status, answer.headers["cache-control"]]).toEqual([200, "no-store"]);
      expect([...files.keys()]).toEqual(["NOTICE.txt", "Observation.ndjson", "Patient.ndjson"]);
      expect(files.get("Observation.ndjson")?.trim().split("\n")).toHaveLength(2);
      expect(files.get("Patient.ndjson")).toContain(phi.family);
      expect((await operator.call("downloadExport", { params })).problem().code).toBe("approval.wrong_state");
      const { items } = await auditor.ok("listDisclosures", { params: { patient: "e1" } });
      expect(items[0]).toMatchObject({
        ...{ kind: "export", recipient: "Court of Tests", purpose: "PATRQT", by: "user:operator", accountable: false },
        what: "Copy of 3 records: Observation, Patient",
      });
    });

    it("threat 68: is no way around masks, consents and a second person", async () => {
      const own = await ask(ana);
      expect((await ana.call("approveExport", { params: { export: own.id } })).problem().code).toBe(
        "approval.another_person",
      );
      expect(own.can.find(({ act }) => act === "approve")).toMatchObject({ allowed: false });
      const research = await ask(operator, { purpose: "HRESCH" });
      await auditor.ok("approveExport", { params: { export: research.id } });
      expect((await operator.call("downloadExport", { params: { export: research.id } })).problem().code).toMatch(
        /^consent\./,
      );
      const treatment = await ask(operator, { purpose: "TREAT", types: ["Observation"] });
      await auditor.ok("approveExport", { params: { export: treatment.id } });
      const files = readZip(await operator.call("downloadExport", { params: { export: treatment.id } }));
      expect(files.get("Observation.ndjson")?.trim().split("\n")).toHaveLength(1);
      const { items } = await auditor.ok("listExports");
      expect(items.find(({ id }) => id === treatment.id)).toMatchObject({
        state: "downloaded",
        records: 1,
        withheld: 1,
      });
    });

    it("gives nothing under 42 CFR part 2 to proceedings, whatever is consented to", async () => {
      await putConsent(ana, "ec1", "e1", { type: "permit" }, { part2: true });
      const legal = await ask(operator, { purpose: "HLEGAL", types: ["Observation"] });
      await auditor.ok("approveExport", { params: { export: legal.id } });
      const files = readZip(await operator.call("downloadExport", { params: { export: legal.id } }));
      expect([...files.keys()]).toEqual(["Observation.ndjson"]);
      expect(files.get("Observation.ndjson")).not.toContain("eo2");
    });

    it("can be refused, taken back, and expires", async () => {
      const [one, two, three] = [await ask(operator), await ask(operator), await ask(operator)];
      await auditor.ok("refuseExport", { params: { export: one.id }, body: { reason: "Not for this court" } });
      await operator.ok("refuseExport", { params: { export: two.id }, body: { reason: "Asked by mistake" } });
      expect((await auditor.call("approveExport", { params: { export: two.id } })).problem().code).toBe(
        "approval.wrong_state",
      );
      using _later = moveClock(8 * 86_400_000);
      const later = await server.signIn("auditor");
      const { items } = await later.ok("listExports");
      expect(items.find(({ id }) => id === one.id)).toMatchObject({ state: "refused", refusal: "Not for this court" });
      expect(items.find(({ id }) => id === three.id)).toMatchObject({ state: "expired" });
    });
  });

  describe("shredding", () => {
    it("takes two persons and the patient's id typed, and leaves nothing that anybody can read", async () => {
      await ana.ok("stepUp", { body: { password } });
      await auditor.ok("stepUp", { body: { password } });
      await putPatient(ana, "x1");
      await putObservation(ana, "xo1", "x1");
      const asked = await ana.ok("requestShredding", { params: { patient: "x1" }, body: { reason } });
      const params = { shredding: asked.id };
      expect((await operator.call("approveShredding", { params, body: { confirm: "x1" } })).problem().code).toBe(
        "request.forbidden",
      );
      expect((await ana.call("approveShredding", { params, body: { confirm: "x1" } })).problem().code).toBe(
        "approval.another_person",
      );
      expect(
        (await auditor.call("approveShredding", { params, body: { confirm: "x2" } })).problem().problems?.[0]?.pointer,
      ).toBe("/confirm");
      const done = await auditor.ok("approveShredding", { params, body: { confirm: "x1" } });
      expect(done).toMatchObject({ state: "done", records: 2, requestedBy: "user:ana", decidedBy: "user:auditor" });
      expect((await ana.ok("getMaskedRecord", { params: { type: "Observation", id: "xo1" } })).record.deleted).toBe(
        true,
      );
      const version = { params: { type: "Observation", id: "xo1" }, query: { version: 1 } };
      const older = await ana.call("getMaskedRecord", version);
      expect(phiWords.filter((word) => older.text.includes(word))).toEqual([]);
      expect(
        (await ana.ok("browseRecords", { body: { type: "Patient", identifier: phi.mrn, patient: "x1" } })).items,
      ).toEqual([]);
      expect((await auditor.call("approveShredding", { params, body: { confirm: "x1" } })).problem().code).toBe(
        "approval.wrong_state",
      );
    });

    it("can be refused with a reason", async () => {
      await putPatient(ana, "x2");
      const asked = await ana.ok("requestShredding", { params: { patient: "x2" }, body: { reason } });
      await auditor.ok("refuseShredding", {
        params: { shredding: asked.id },
        body: { reason: "Must be kept for ten years" },
      });
      const { items } = await auditor.ok("listShreddings");
      expect(items.find(({ id }) => id === asked.id)).toMatchObject({
        state: "refused",
        refusal: "Must be kept for ten years",
      });
      expect((await ana.ok("getPatientOverview", { params: { patient: "x2" } })).patient).toBeDefined();
    });
  });
});
