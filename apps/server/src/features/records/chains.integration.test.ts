import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { engines } from "../../../test-support/engines.ts";
import { fhirOf, observation, patient, type FhirCaller } from "../../../test-support/fhir.ts";
import { putConsent } from "../../../test-support/patient-records.ts";
import type { TestServer } from "../../../test-support/test-server.ts";

const mrn = "http://hospital.example/mrn";
const all = ["Patient", "Observation", "Practitioner"].map((type) => `system/${type}.cruds`);

describe.each(engines)("chained searches on $name", ({ available, start }) => {
  describe.skipIf(!available)("of what is stored there", () => {
    let server: TestServer;
    let lab: FhirCaller;
    beforeAll(async () => {
      server = await start();
      lab = fhirOf(await server.withScopes(...all));
      for (const [id, family] of [
        ["p1", "Quillfeather"],
        ["p2", "Brightwater"],
        ["p3", "Ostrander"],
      ] as const)
        await lab.ok("PUT", `/Patient/${id}`, {
          ...patient({ id, name: [{ family }], identifier: [{ system: mrn, value: id }] }),
        });
      for (const [id, subject, code] of [
        ["o1", "p1", "718-7"],
        ["o2", "p2", "718-7"],
        ["o3", "p2", "4548-4"],
      ] as const)
        await lab.ok("PUT", `/Observation/${id}`, {
          ...observation(`Patient/${subject}`, { id, code: { coding: [{ system: "http://loinc.org", code }] } }),
        });
    });
    afterAll(() => server?.close());

    const found = async (path: string, who = lab): Promise<string[]> => (await who.ids(path)).toSorted();

    it("go one step along a reference, with its type and without", async () => {
      expect(await found(`/Observation?patient.identifier=${mrn}|p2`)).toEqual(["o2", "o3"]);
      expect(await found("/Observation?subject:Patient.name=quill")).toEqual(["o1"]);
      expect(await found("/Observation?subject:Patient.family=brightwater&code=4548-4")).toEqual(["o3"]);
      expect(await found("/Observation?subject.name=quill")).toEqual(["o1"]);
      expect(await found("/Observation?patient._id=p1,p3")).toEqual(["o1"]);
      expect(await found(`/Observation?patient.identifier=${mrn}|none`)).toEqual([]);
      expect(await lab.ok("GET", "/Observation?patient.name=ostrander&_summary=count")).toMatchObject({ total: 0 });
    });

    it("go one step against a reference, and both", async () => {
      expect(await found("/Patient?_has:Observation:subject:code=718-7")).toEqual(["p1", "p2"]);
      expect(await found("/Patient?_has:Observation:patient:code=4548-4&family=bright")).toEqual(["p2"]);
      expect(await found("/Patient?_has:Observation:patient:code=nothing")).toEqual([]);
      expect(await found("/Patient?_has:Observation:subject:code=718-7&_id=p1")).toEqual(["p1"]);
    });

    it("lead from page to page", async () => {
      const first = await lab.ok("GET", "/Observation?subject:Patient.family=brightwater&_count=1");
      const link = (first["link"] as { relation: string; url: string }[]).find(({ relation }) => relation === "next");
      const path = new URL(link?.url ?? "").href.split("/fhir/R4")[1] ?? "";
      expect(path).not.toContain("bright");
      expect(await lab.ids(path)).toHaveLength(1);
    });

    it("tell no more than the asker may search: rows of a filter, and nothing without the scope", async () => {
      const blind = fhirOf(await server.withScopes("system/Observation.rs"));
      const denied = await blind.send("GET", "/Observation?patient.name=quill");
      expect([denied.status, denied.code()]).toEqual([403, "record.denied"]);
      expect((await blind.send("GET", "/Observation?subject:Patient.name=quill")).status).toBe(403);
      const partly = fhirOf(await server.withScopes("system/Observation.rs", `system/Patient.rs?identifier=${mrn}|p1`));
      expect(await found("/Observation?patient.name=brightwater", partly)).toEqual([]);
      expect(await found("/Observation?patient.name=quill", partly)).toEqual(["o1"]);
      const reader = fhirOf(await server.withScopes("system/Observation.r", "system/Patient.rs"));
      expect((await reader.send("GET", "/Patient?_has:Observation:subject:code=718-7")).status).toBe(403);
    });

    it("stop at a consent that refuses what stands in between", async () => {
      const ana = await server.as("administrator");
      await putConsent(ana, "c3", "p3", { type: "deny" });
      await lab.ok("PUT", "/Practitioner/dr", { resourceType: "Practitioner", id: "dr", active: true });
      await lab.ok("PUT", "/Patient/p3", {
        ...patient({ id: "p3", identifier: [{ system: mrn, value: "p3" }] }),
        generalPractitioner: [{ reference: "Practitioner/dr" }],
      });
      expect(await found(`/Practitioner?_has:Patient:general-practitioner:identifier=${mrn}|p3`)).toEqual([]);
      await putConsent(ana, "c3", "p3", { type: "deny" }, { status: "inactive" });
      expect(await found(`/Practitioner?_has:Patient:general-practitioner:identifier=${mrn}|p3`)).toEqual(["dr"]);
    });

    it("are refused by name where they have several steps, go nowhere, or are no chain of a scope", async () => {
      for (const path of [
        "/Observation?subject:Patient.general-practitioner.name=x",
        "/Observation?code.text=x",
        "/Patient?_has:Observation:subject=x",
        "/Observation?subject:Patient.name=x&nmae=y",
      ]) {
        const answer = await lab.send("GET", path);
        expect([path, answer.status, answer.code()]).toEqual([path, 400, "search.invalid"]);
      }
      await expect(server.withScopes("system/Observation.rs?patient.name=quill")).rejects.toThrow(
        "createApiToken was refused",
      );
    });

    it("that find nothing cost as much as any other search that does", async () => {
      const guesser = fhirOf(await server.withScopes(...all));
      let last = 200;
      for (let at = 0; at < 205 && last === 200; at++)
        last = (await guesser.send("GET", `/Observation?patient.identifier=${mrn}|guess-${at}`)).status;
      expect(last).toBe(429);
    });
  });
});
