import { requires } from "@hilum/testkit";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { fhirOf, issuesOf, observation, patient } from "../../../../test-support/fhir.ts";
import { fhirStore } from "../../../../test-support/fhir-peer.ts";
import { waitUntil } from "../../../../test-support/practice.ts";
import { isCurrent, startStoreWorld, type StoreWorld } from "../../../../test-support/store-world.ts";

describe.skipIf(!requires("bubblewrap").available)("a FHIR server as the primary store", () => {
  let world: StoreWorld;
  beforeAll(async () => {
    world = await startStoreWorld("primary");
  }, 120_000);
  afterAll(() => world?.close());

  const answerOf = async (method: string, path: string, body?: object) => {
    const answer = await world.fhir.send(method, path, body === undefined ? {} : { body });
    return {
      status: answer.status,
      codes: answer.status < 400 ? [] : issuesOf(answer).map(({ code }) => code),
      answer,
    };
  };
  /** Versions of a record here, newest first, as the console lists them. */
  const versionsHere = async (type: string, id: string): Promise<number[]> =>
    (await world.operator.ok("listRecordVersions", { params: { type, id } })).items.map(({ version }) => version);

  /** How often the store was asked whether it is there, as the audit log has it. */
  const looks = async (): Promise<number> => {
    const query = { action: "records.search", actor: "system:replication", limit: 200 };
    const { items } = await world.operator.ok("searchAudit", { query });
    return items.filter(({ kind }) => kind === "outcome").length;
  };

  /** Resolves when the server has done what was asked, and lets it answer when it is told to. */
  function holdAnswer(wanted: (method: string, url: string) => boolean) {
    const done = Promise.withResolvers<void>();
    const free = Promise.withResolvers<void>();
    world.peer.server.done = async ({ method = "", url = "" }) => {
      if (!wanted(method, url)) return;
      done.resolve();
      await free.promise;
    };
    return {
      done: done.promise,
      free: () => {
        world.peer.server.done = undefined;
        free.resolve();
      },
    };
  }

  it("gets what is there when it becomes primary, and each write before that is answered", async () => {
    const { id: before } = await world.fhir.ok("POST", "/Patient", patient());
    const set = await world.operator.ok("setStoreRole", { params: fhirStore, body: { role: "primary" } });
    expect(set).toMatchObject({ role: "primary" });
    await world.waitFor("what was there", isCurrent);
    expect(await world.peer.server.read("Patient", before)).toBeDefined();
    const [embedded] = (await world.operator.ok("listStores")).items;
    expect(embedded).toMatchObject({ title: "This Hilum", role: "replica" });

    const made = await world.fhir.ok("POST", "/Patient", patient());
    expect(await world.peer.server.read("Patient", made.id)).toMatchObject({ name: [{ family: "Quillfeather" }] });
    await world.fhir.ok("PUT", `/Patient/${made.id}`, patient({ id: made.id, active: true }));
    expect(await world.peer.server.read("Patient", made.id)).toMatchObject({ active: true });
    const where = "/Patient?identifier=http://hospital.example/mrn|primary-1";
    const numbered = patient({
      id: made.id,
      identifier: [{ system: "http://hospital.example/mrn", value: "primary-1" }],
    });
    await world.fhir.ok("PUT", `/Patient/${made.id}`, numbered);
    const { value } = await world.operator.ok("createApiToken", {
      body: { name: "A program", role: "viewer", days: 1, scopes: ["system/Patient.rus"], purpose: "TREAT" },
    });
    await fhirOf(world.server.client({ token: value })).ok("PATCH", where, [
      { op: "add", path: "/gender", value: "other" },
    ]);
    expect(await world.peer.server.read("Patient", made.id)).toMatchObject({ gender: "other" });
    await world.fhir.ok("DELETE", `/Patient/${made.id}`);
    expect(await world.peer.server.read("Patient", made.id)).toBeUndefined();
    await world.waitFor("it to be passed", isCurrent);
    // Each went there once: what went through is not carried there again.
    expect(await world.peer.server.versions("Patient", before)).toBe(1);
  });

  it("stores nothing where the server refuses, and says whose no it is", async () => {
    world.peer.server.refuse = ({ method, url }) => method === "PUT" && url?.includes("/Observation/") === true;
    const { id } = await world.fhir.ok("POST", "/Patient", patient());
    const { status, codes, answer } = await answerOf("POST", "/Observation", observation(`Patient/${id}`));
    expect([status, codes]).toEqual([422, ["processing"]]);
    expect(answer.text).toContain("record.primary_refused");
    expect(answer.text).not.toContain("Quillfeather");
    // A transaction of which one is refused is done in no part, here or there.
    const entry = (resource: object, url: string) => ({ resource, request: { method: "POST", url } });
    const mixed = await answerOf("POST", "/", {
      resourceType: "Bundle",
      type: "transaction",
      entry: [
        entry(patient({ identifier: [{ system: "http://hospital.example/mrn", value: "half" }] }), "Patient"),
        entry(observation(`Patient/${id}`), "Observation"),
      ],
    });
    expect(mixed.status).toBe(422);
    world.peer.server.refuse = undefined;
    expect(await world.peer.server.count("Observation")).toBe(0);
    expect(await world.peer.server.count("Patient")).toBe(2);
    const { items } = await world.operator.ok("browseRecords", {
      body: { store: "embedded", type: "Patient", identifier: "half" },
    });
    expect(items).toEqual([]);
  });

  it("answers 503 while the server is away, stores nothing, and serves what is here", async () => {
    const { id } = await world.fhir.ok("POST", "/Patient", patient());
    await world.peer.server.leave();
    const created = await answerOf("POST", "/Patient", patient());
    expect([created.status, created.codes]).toEqual([503, ["transient"]]);
    expect(created.answer.text).toContain("record.primary_away");
    const changed = await answerOf("PUT", `/Patient/${id}`, patient({ id, active: true }));
    expect(changed.status).toBe(503);
    expect((await answerOf("DELETE", `/Patient/${id}`)).status).toBe(503);
    expect(await versionsHere("Patient", id)).toEqual([1]);
    const away = await world.store();
    expect(away).toMatchObject({ state: "waiting", refusal: { code: "provider.unreachable" } });
    // Nobody was reached, so nothing is left to find out.
    expect(away).not.toHaveProperty("unsettled");
    // Nobody writes: it is asked for again and again, and is away as long as nothing answers.
    const seen: string[] = [];
    const asked = await looks();
    await waitUntil(
      "it to be looked for three times",
      async () => {
        const now = await world.store();
        seen.push(`${now.state} ${now.refusal?.code}`);
        return await looks();
      },
      (count) => count >= asked + 3,
      60_000,
    );
    expect(new Set(seen)).toEqual(new Set(["waiting provider.unreachable"]));
    const before = world.peer.server.requests().length;
    await world.peer.server.comeBack();
    await world.waitFor("it to be seen that the server is back", isCurrent);
    const since = world.peer.server.requests().slice(before);
    expect(new Set(since.map(({ method, url }) => `${method} ${url}`))).toEqual(
      new Set([`POST ${world.peer.server.basePath}/Patient/_search`]),
    );
    expect(await versionsHere("Patient", id)).toEqual([1]);
    await world.fhir.ok("PUT", `/Patient/${id}`, patient({ id, active: true }));
    expect(await world.peer.server.read("Patient", id)).toMatchObject({ active: true });
  });

  it("finishes a write that the server took before Hilum was killed, whoever never got an answer", async () => {
    const { id } = await world.fhir.ok("POST", "/Patient", patient());
    const held = holdAnswer((method, url) => method === "PUT" && url.includes(`/Patient/${id}`));
    const writing = world.fhir
      .send("PUT", `/Patient/${id}`, { body: patient({ id, active: true }) })
      .catch(() => undefined);
    await held.done;
    await world.kill();
    held.free();
    await writing;
    await world.startAgain();
    await world.waitFor("the write to be settled", isCurrent);
    expect(await versionsHere("Patient", id)).toEqual([2, 1]);
    expect(await world.peer.server.read("Patient", id)).toMatchObject({ active: true });
    await world.fhir.ok("PUT", `/Patient/${id}`, patient({ id, active: false }));
    expect(await world.peer.server.read("Patient", id)).toMatchObject({ active: false });
  }, 240_000);

  it("takes back a transaction of which the server had a part when Hilum was killed", async () => {
    const { id: subject } = await world.fhir.ok("POST", "/Patient", patient());
    // The first of both is done and never answered; the second never comes.
    world.peer.server.behave(undefined);
    const held = holdAnswer((method) => method === "PUT");
    const patients = await world.peer.server.count("Patient");
    const bundle = {
      resourceType: "Bundle",
      type: "transaction",
      entry: [
        { resource: patient({ id: "half-1" }), request: { method: "PUT", url: "Patient/half-1" } },
        { resource: patient({ id: "half-2" }), request: { method: "PUT", url: "Patient/half-2" } },
        { resource: patient({ id: subject, active: true }), request: { method: "PUT", url: `Patient/${subject}` } },
      ],
    };
    world.peer.server.refuse = ({ method, url }) => method === "PUT" && url?.includes("half-2") === true;
    const writing = world.fhir.send("POST", "/", { body: bundle }).catch(() => undefined);
    await held.done;
    await world.kill();
    held.free();
    world.peer.server.refuse = undefined;
    await writing;
    await world.startAgain();
    await world.waitFor("the write to be settled", isCurrent);
    expect(await world.peer.server.count("Patient")).toBe(patients);
    expect(await world.peer.server.read("Patient", subject)).not.toHaveProperty("active");
    expect(await versionsHere("Patient", subject)).toEqual([1]);
    await world.fhir.ok("PUT", "/Patient/half-1", patient({ id: "half-1" }));
    expect(await world.peer.server.read("Patient", "half-1")).toBeDefined();
  }, 240_000);

  it("lets nobody change a record of which is not known what became of it, and settles it when the server is back", async () => {
    const { id } = await world.fhir.ok("POST", "/Patient", patient());
    const held = holdAnswer((method, url) => method === "PUT" && url.includes(`/Patient/${id}`));
    const writing = world.fhir.send("PUT", `/Patient/${id}`, { body: patient({ id, active: true }) });
    await held.done;
    // The answer is lost, and nobody can be asked.
    await world.peer.server.leave();
    held.free();
    expect((await writing).status).toBe(503);
    const waiting = await world.waitFor("it to be told", ({ unsettled }) => unsettled === 1);
    expect(waiting.state).toBe("waiting");
    const { open } = await world.operator.ok("listRepairs");
    expect(open.some((repair) => repair.id === `store:${fhirStore.plugin}:default:unsettled`)).toBe(true);
    expect((await answerOf("PUT", `/Patient/${id}`, patient({ id, active: false }))).answer.text).toContain(
      "record.unsettled",
    );
    const other = await world.operator.call("setStoreRole", { params: fhirStore, body: { role: "replica" } });
    expect(other.code()).toBe("instance.wrong_state");
    await world.peer.server.comeBack();
    await world.waitFor("it to be settled", isCurrent);
    // Whoever wrote was told that it is not done.
    expect(await world.peer.server.read("Patient", id)).not.toHaveProperty("active");
    expect(await versionsHere("Patient", id)).toEqual([1]);
    await world.fhir.ok("PUT", `/Patient/${id}`, patient({ id, active: false }));
    expect(await world.peer.server.read("Patient", id)).toMatchObject({ active: false });
  });

  it("writes nothing over what somebody else made of a record there, and takes it in by a comparison", async () => {
    const { id } = await world.fhir.ok("POST", "/Patient", patient());
    await world.peer.server.write({ ...patient({ id, gender: "other" }), resourceType: "Patient" } as never);
    expect((await answerOf("PUT", `/Patient/${id}`, patient({ id, active: true }))).status).toBe(412);
    expect(await world.peer.server.read("Patient", id)).toMatchObject({ gender: "other" });
    await world.waitFor("the patient to be passed", isCurrent);
    await world.operator.ok("reconcileStore", { params: fhirStore, body: {} });
    const { reconciliation } = await world.waitFor(
      "the comparison",
      ({ reconciliation: run }) => run?.state === "done",
    );
    expect(reconciliation).toMatchObject({ foreign: 1, mended: 1, missing: 0, older: 0 });
    expect(await versionsHere("Patient", id)).toEqual([2, 1]);
    await world.fhir.ok("PUT", `/Patient/${id}`, patient({ id, gender: "other", active: true }));
    expect(await world.peer.server.read("Patient", id)).toMatchObject({ gender: "other", active: true });
  });

  it("is primary of the types that it is given, alone, and of none once its role is taken", async () => {
    await world.operator.ok("setStoreRole", {
      params: fhirStore,
      body: { role: "primary", primaryOf: ["Observation"], from: "now" },
    });
    const [embedded, one] = (await world.operator.ok("listStores")).items;
    expect(embedded).toMatchObject({ role: "primary" });
    expect(embedded?.primaryOf).not.toContain("Observation");
    expect(one).toMatchObject({ role: "primary", primaryOf: ["Observation"] });
    const { id } = await world.fhir.ok("POST", "/Patient", patient());
    const { id: result } = await world.fhir.ok("POST", "/Observation", observation(`Patient/${id}`));
    expect(await world.peer.server.read("Patient", id)).toBeUndefined();
    expect(await world.peer.server.read("Observation", result)).toBeDefined();
    await world.operator.ok("setStoreRole", { params: fhirStore, body: { role: "none" } });
    await world.peer.server.leave();
    await world.fhir.ok("POST", "/Observation", observation(`Patient/${id}`));
    expect(`${world.server.stdout()}${world.server.stderr()}`).not.toMatch(/Quillfeather|client-secret-canary/);
  });
});
