import { requires } from "@hilum/testkit";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { observation, patient } from "../../../test-support/fhir.ts";
import { fhirStore } from "../../../test-support/fhir-peer.ts";
import { waitUntil } from "../../../test-support/practice.ts";
import { isCurrent, patience, startStoreWorld, type StoreWorld } from "../../../test-support/store-world.ts";

describe.skipIf(!requires("bubblewrap").available)("records carried to a FHIR server", () => {
  let world: StoreWorld;
  beforeAll(async () => {
    world = await startStoreWorld("replication");
    await world.operator.ok("setStoreRole", { params: fhirStore, body: { role: "replica" } });
  }, 120_000);
  afterAll(() => world?.close());
  const waitFor: StoreWorld["waitFor"] = (...args) => world.waitFor(...args);
  /** Killed in the midst of whatever it does, and started again on the same data. */
  async function killAndStart(): Promise<void> {
    await world.kill();
    await world.startAgain();
  }

  it("hands over what is there and what comes, each under its own id and version", async () => {
    const { id } = await world.fhir.ok("POST", "/Patient", patient());
    await world.fhir.ok("POST", "/Observation", observation(`Patient/${id}`));
    const now = await waitFor("the store to be current", isCurrent);
    expect(now).toMatchObject({ role: "replica", taken: 2, faults: 0, withheld: 0 });
    expect(await world.peer.server.read("Patient", id)).toMatchObject({ id, name: [{ family: "Quillfeather" }] });
    await world.fhir.ok("PUT", `/Patient/${id}`, patient({ id, active: true }));
    await waitFor("the change", (one) => one.taken === 3 && isCurrent(one));
    expect(await world.peer.server.read("Patient", id)).toMatchObject({ active: true });
  });

  it("loses nothing while the server is away, not even when Hilum is killed meanwhile, and hands each over once", async () => {
    const { id: subject } = await world.fhir.ok("POST", "/Patient", patient());
    await waitFor("the patient", isCurrent);
    await world.peer.server.leave();
    const ids: string[] = [];
    const write = async (count: number): Promise<void> => {
      for (let made = 0; made < count; made++)
        ids.push((await world.fhir.ok("POST", "/Observation", observation(`Patient/${subject}`))).id);
    };
    await write(60);
    await waitFor("the outage to be told", ({ state }) => state === "waiting");
    await killAndStart();
    await write(40);
    const away = await waitFor("the outage to be told again", ({ state }) => state === "waiting");
    expect(away.behind.changes).toBe(100);
    expect(away.refusal).toMatchObject({ code: "provider.unreachable", cause: "network" });
    const { open } = await world.operator.ok("listRepairs");
    expect(open.some(({ id }) => id === `store:${fhirStore.plugin}:default:refused`)).toBe(true);

    await world.peer.server.comeBack();
    // In the midst of catching up.
    await waitUntil(
      "some to arrive",
      () => world.peer.server.count("Observation"),
      (count) => count > 5,
      patience,
    );
    await killAndStart();
    await waitFor("everything to arrive", isCurrent);
    const there = await Promise.all(ids.map((id) => world.peer.server.versions("Observation", id)));
    expect(ids).toHaveLength(100);
    expect(there).toEqual(ids.map(() => 1));
    expect((await world.store()).faults).toBe(0);
  }, 240_000);

  it("sets aside a record that the server refuses, with cause and mend, and hands the others over", async () => {
    const { id: subject } = await world.fhir.ok("POST", "/Patient", patient());
    await waitFor("the patient", isCurrent);
    world.peer.server.refuse = (request) => request.method === "PUT" && request.url?.includes("/Observation/") === true;
    const { id: refused } = await world.fhir.ok("POST", "/Observation", observation(`Patient/${subject}`));
    const { id: taken } = await world.fhir.ok("POST", "/Patient", patient());
    const now = await waitFor("the fault", (one) => one.faults === 1 && isCurrent(one));
    expect(now.refusal).toBeUndefined();
    expect(await world.peer.server.read("Patient", taken)).toBeDefined();
    const { items } = await world.operator.ok("listStoreFaults", { params: fhirStore });
    expect(items).toMatchObject([
      { type: "Observation", record: refused, version: 1, change: "create", code: "record.invalid", attempts: 1 },
    ]);
    const params = { ...fhirStore, fault: items[0]?.id ?? "" };
    expect(await world.operator.ok("retryStoreFault", { params })).toMatchObject({
      taken: false,
      fault: { attempts: 2 },
    });
    world.peer.server.refuse = undefined;
    const [again] = (await world.operator.ok("listStoreFaults", { params: fhirStore })).items;
    expect(await world.operator.ok("retryStoreFault", { params: { ...fhirStore, fault: again?.id ?? "" } })).toEqual({
      taken: true,
    });
    expect(await world.peer.server.read("Observation", refused)).toBeDefined();
    expect((await world.store()).faults).toBe(0);
  });

  it("compares record by record, tells what differs, and hands over what is missing when it should", async () => {
    const { id: subject } = await world.fhir.ok("POST", "/Patient", patient());
    const { id: lost } = await world.fhir.ok("POST", "/Observation", observation(`Patient/${subject}`));
    await waitFor("both", isCurrent);
    await world.peer.server.remove("Observation", lost);
    await world.operator.ok("reconcileStore", { params: fhirStore, body: { mend: false } });
    const told = await waitFor("the report", ({ reconciliation }) => reconciliation?.state === "done");
    expect(told.reconciliation).toMatchObject({ missing: 1, older: 0, deleted: 0, foreign: 0, mended: 0 });
    expect(told.reconciliation?.checked).toBeGreaterThan(100);
    expect(await world.peer.server.read("Observation", lost)).toBeUndefined();
    await world.operator.ok("reconcileStore", { params: fhirStore, body: {} });
    const mended = await waitFor(
      "the mend",
      ({ reconciliation }) => reconciliation?.state === "done" && reconciliation.mend,
    );
    expect(mended.reconciliation).toMatchObject({ missing: 1, mended: 1 });
    expect(await world.peer.server.read("Observation", lost)).toBeDefined();
  });

  it("finds every type again when it compares, files too", async () => {
    const { id: subject } = await world.fhir.ok("POST", "/Patient", patient());
    const file = await world.fhir.ok("POST", "/Binary", {
      ...{ resourceType: "Binary", contentType: "text/plain", data: Buffer.from("a letter").toString("base64") },
      securityContext: { reference: `Patient/${subject}` },
    });
    await world.fhir.ok("POST", "/DocumentReference", {
      ...{ resourceType: "DocumentReference", status: "current", subject: { reference: `Patient/${subject}` } },
      content: [{ attachment: { url: `Binary/${file.id}`, contentType: "text/plain" } }],
    });
    await world.fhir.ok("PUT", "/Organization/ward-7", { resourceType: "Organization", id: "ward-7", name: "Ward" });
    await waitFor("all", isCurrent);
    await world.operator.ok("reconcileStore", { params: fhirStore, body: { mend: false } });
    const { reconciliation } = await waitFor(
      "the report",
      ({ reconciliation: run }) => run?.state === "done" && !run.mend,
    );
    expect(reconciliation).toMatchObject({ missing: 0, older: 0, deleted: 0, foreign: 0 });
  });

  it("hands a deletion over, and nothing of a patient who does not consent", async () => {
    const { id } = await world.fhir.ok("POST", "/Patient", patient());
    await waitFor("the patient", isCurrent);
    await world.fhir.ok("POST", "/Consent", {
      resourceType: "Consent",
      status: "active",
      scope: { coding: [{ system: "http://terminology.hl7.org/CodeSystem/consentscope", code: "patient-privacy" }] },
      category: [{ coding: [{ system: "http://loinc.org", code: "59284-0" }] }],
      policyRule: { coding: [{ system: "http://terminology.hl7.org/CodeSystem/v3-ActCode", code: "OPTOUT" }] },
      patient: { reference: `Patient/${id}` },
      provision: { type: "deny" },
    });
    const { id: withheld } = await world.fhir.ok("POST", "/Observation", observation(`Patient/${id}`));
    const now = await waitFor("the refusal of the patient", (one) => one.withheld === 2 && isCurrent(one));
    expect(now.faults).toBe(0);
    expect(await world.peer.server.read("Observation", withheld)).toBeUndefined();
    await world.fhir.ok("DELETE", `/Observation/${withheld}`);
    await world.fhir.ok("DELETE", `/Patient/${id}`);
    await waitFor("the deletions", isCurrent);
    expect(await world.peer.server.read("Patient", id)).toBeUndefined();
  });

  it("keeps each copy in the patient's accounting of disclosures, and no word of a record in its logs", async () => {
    const { id } = await world.fhir.ok("POST", "/Patient", patient());
    await waitFor("the patient", isCurrent);
    const { items } = await world.operator.ok("listDisclosures", { params: { patient: id } });
    expect(items).toMatchObject([
      { kind: "replication", purpose: "HOPERAT", via: fhirStore, records: [{ type: "Patient", id }] },
    ]);
    expect(`${world.server.stdout()}${world.server.stderr()}`).not.toMatch(/Quillfeather|client-secret-canary/);
  });

  it("hands nothing over without a role, and begins anew where it is told to", async () => {
    expect(await world.operator.ok("setStoreRole", { params: fhirStore, body: { role: "none" } })).toMatchObject({
      role: "none",
      state: "idle",
    });
    const { id } = await world.fhir.ok("POST", "/Patient", patient());
    expect((await world.operator.call("reconcileStore", { params: fhirStore, body: {} })).code()).toBe(
      "instance.wrong_state",
    );
    await world.operator.ok("setStoreRole", { params: fhirStore, body: { role: "replica", from: "now" } });
    await waitFor("nothing to be behind", isCurrent);
    expect(await world.peer.server.read("Patient", id)).toBeUndefined();
    await world.operator.ok("reconcileStore", { params: fhirStore, body: {} });
    await waitFor("the mend", ({ reconciliation }) => reconciliation?.state === "done");
    expect(await world.peer.server.read("Patient", id)).toBeDefined();
  });
});
