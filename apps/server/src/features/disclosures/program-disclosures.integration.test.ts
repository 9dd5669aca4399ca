import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { fhirOf, type FhirCaller } from "../../../test-support/fhir.ts";
import { moveClock } from "../../../test-support/move-clock.ts";
import { putConsent, putObservation, putPatient } from "../../../test-support/patient-records.ts";
import type { TestClient } from "../../../test-support/test-client.ts";
import { startTestServer, type TestServer } from "../../../test-support/test-server.ts";

const scopes = ["system/Patient.rs", "system/Observation.rs"] as const;

describe("records that programs read", () => {
  let server: TestServer;
  let ana: TestClient;
  let registry: FhirCaller;
  let house: FhirCaller;
  beforeAll(async () => {
    server = await startTestServer();
    ana = await server.as("administrator");
    for (const patient of ["p1", "p2", "p3"]) {
      await putPatient(ana, patient);
      await putObservation(ana, `o-${patient}`, patient);
    }
    registry = fhirOf(await server.withRecipient("State cancer registry", "PUBHLTH", ...scopes));
    house = fhirOf(await server.withScopes(...scopes));
  });
  afterAll(() => server.close());

  const account = async (patient: string) => (await ana.ok("listDisclosures", { params: { patient } })).items;

  it("are disclosed once a day, patient and type to whoever outside the program belongs to", async () => {
    for (let round = 0; round < 3; round++) {
      await registry.ok("GET", "/Observation/o-p1");
      expect(await registry.ids("/Observation?patient=p1")).toEqual(["o-p1"]);
      await registry.ok("GET", "/Observation/o-p1/_history");
    }
    expect(await account("p1")).toMatchObject([
      {
        ...{ kind: "program", recipient: "State cancer registry", purpose: "PUBHLTH", purposeLabel: "Public health" },
        ...{ what: "Records read by a program on this day: Observation", accountable: true, part2: false, records: [] },
        by: expect.stringMatching(/^token:/),
      },
    ]);
    await registry.ok("GET", "/Patient/p1");
    expect((await account("p1")).map(({ what }) => what)).toEqual([
      "Records read by a program on this day: Patient",
      "Records read by a program on this day: Observation",
    ]);
    // Public health is owed an account (45 CFR 164.512(b), 164.528), so it is in what the patient is handed.
    const owed = await ana.call("downloadDisclosures", { params: { patient: "p1" } });
    expect(owed.text.match(/State cancer registry/g)).toHaveLength(2);
    using _tomorrow = moveClock(86_400_000);
    const ben = await server.signIn("ana");
    await registry.ok("GET", "/Observation/o-p1");
    expect((await ben.ok("listDisclosures", { params: { patient: "p1" } })).items).toHaveLength(3);
  });

  it("are told of nobody whose records were only counted, and of nothing that the house reads itself", async () => {
    expect(await registry.ok("GET", "/Observation?patient=p2&_summary=count")).toMatchObject({ total: 1 });
    await house.ok("GET", "/Observation/o-p2");
    expect(await house.ids("/Patient?_id=p2")).toEqual(["p2"]);
    expect(await account("p2")).toEqual([]);
  });

  it("are held back from somebody outside where a consent refuses what is sent, and read in the house", async () => {
    await putConsent(ana, "c1", "p3", {
      ...{ type: "permit" },
      provision: [{ type: "deny", action: [{ coding: [{ code: "disclose" }] }] }],
    });
    expect(await house.ids("/Observation?patient=p3")).toEqual(["o-p3"]);
    expect(await registry.ids("/Observation?patient=p3")).toEqual([]);
    expect((await registry.send("GET", "/Observation/o-p3")).status).toBe(404);
    expect(await account("p3")).toEqual([]);
  });
});
