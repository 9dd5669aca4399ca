import { generateKeyPairSync, randomBytes, sign } from "node:crypto";
import { get } from "node:https";
import { operations, type OperationId } from "@hilum/contract/api";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createFixtureFolder } from "../test-support/fixture-plugin.ts";
import { createHookFolder, hookPlugin } from "../test-support/hook-plugin.ts";
import { showCode } from "../test-support/one-time-code.ts";
import { putDocument, putObservation, putPatient } from "../test-support/patient-records.ts";
import { behave, mailbox, someEmail, waitForState, waitUntil } from "../test-support/practice.ts";
import { createTestClient, type TestClient } from "../test-support/test-client.ts";
import { password, startTestServer, type TestServer } from "../test-support/test-server.ts";

/** Played in tests of their own: the first is answered by a WebSocket, the second by a plugin that runs in the sandbox. */
const withoutAnswer: OperationId[] = [
  "connectRemotePlugin",
  "receiveHook",
  // Only a server that was started sealed takes it: features/keys/keys.integration.test.ts.
  "unseal",
  // They need a store that takes records and one that refuses: features/replication plays each with a FHIR server.
  ...([
    "listStores",
    "setStoreRole",
    "reconcileStore",
    "listStoreFaults",
    "retryStoreFault",
    "dismissStoreFault",
  ] as const),
  // They need a signed marketplace, or keys and two people who approve: features/marketplace plays each.
  ...operations.filter(({ tag }) => tag === "marketplace" || tag === "publishing").map(({ id }) => id),
  // A sign-in needs a provider: setup/oauth/oauth.integration.test.ts plays it with a real one.
  "discoverSetupOptions",
  "startSetupOAuth",
  "enterSetupOAuth",
  "finishOAuth",
];

/**
 * One walk through the whole API in which every operation succeeds once. The client holds each answer to the schema of its operation, so
 * at the end every promise of the API description has been kept at least once.
 */
describe("every operation", () => {
  let server: TestServer;
  let ana: TestClient;
  const succeeded = new Set<string>();
  /** Calls, and remembers what succeeded. */
  const ok: TestClient["ok"] = async (id, ...args) => {
    const body = await ana.ok(id, ...args);
    succeeded.add(id);
    return body;
  };

  beforeAll(async () => {
    server = await startTestServer();
  });
  afterAll(() => server.close());

  it("takes people in", async () => {
    ana = server.nobody();
    await ok("getHealth");
    expect(await ok("getBootstrap")).toMatchObject({ state: "needs_administrator" });
    await ok("createFirstAdministrator", {
      body: { code: server.setupCode ?? "", username: "ana", displayName: "Ana", password },
    });
    const { secret } = await ok("beginSecondFactor");
    await ok("confirmSecondFactor", { body: { code: showCode(secret, -1) } });
    const { recoveryCodes } = await ok("renewRecoveryCodes");
    const half = (await ok("signIn", { body: { username: "ana", password } })) as { challenge?: string };
    await ok("completeSignIn", { body: { challenge: half.challenge ?? "", code: recoveryCodes[0] ?? "" } });
    await ok("removeSecondFactor");
    await ok("stepUp", { body: { password } });
    const { preferences } = await ok("getAccount");
    await ok("savePreferences", { body: preferences });
    await ok("changePassword", { body: { current: password, next: `${password}!` } });
    await ok("changePassword", { body: { current: `${password}!`, next: password } });
    await server.signIn("ana");
    const { items } = await ok("listSessions");
    await ok("endSession", { params: { session: items.find(({ current }) => !current)?.id ?? "" } });
    const { user, code } = await ok("inviteUser", { body: { username: "bea", displayName: "Bea", role: "viewer" } });
    const bea = server.nobody();
    await bea.ok("acceptInvitation", { body: { code, password } });
    succeeded.add("acceptInvitation");
    await ok("changeUser", { params: { user: user.id }, body: { displayName: "Beatrice", role: "auditor" } });
    await ok("resetUser", { params: { user: user.id } });
    await ok("endUserSessions", { params: { user: user.id } });
    expect((await ok("listUsers")).items).toHaveLength(2);
    const { token } = await ok("createApiToken", { body: { name: "Lab", role: "viewer", days: 1 } });
    await ok("listApiTokens");
    await ok("revokeApiToken", { params: { token: token.id } });
  });

  it("rotates the keys, and changes what holds them and where attachments go", async () => {
    const { key } = await ok("rotateKeys");
    await waitUntil(
      "the rotation",
      () => ok("getKeys"),
      ({ rotation }) => rotation?.state === "finished",
    );
    await ok("stopKeyRotation");
    expect((await ok("destroyKey", { params: { key: 1 } })).keys).toMatchObject([{ id: key, state: "active" }]);
    await ok("setKeyProvider", { body: { kind: "file" } });
    expect((await ok("setAttachmentPlace", { body: { kind: "folder" } })).attachments.kind).toBe("folder");
  });

  it("takes plugins in, sets them up and runs them", async () => {
    const manifest = { id: "com.example.first", name: "First", capabilities: ["send_messages"] };
    await ok("checkManifest", { body: { text: JSON.stringify(manifest) } });
    await ok("registerPlugin", { body: manifest });
    await server.nobody().send("POST", "/api/v1/plugins/register", { body: { ...manifest, id: "com.example.second" } });
    await server.nobody().send("POST", "/api/v1/plugins/register", { body: { ...manifest, id: "com.example.third" } });
    const [one, two] = (await ok("listRegistrations")).items;
    await ok("approveRegistration", { params: { registration: one?.id ?? "" } });
    await ok("rejectRegistration", { params: { registration: two?.id ?? "" }, body: { reason: "Unknown to us" } });
    using folder = createFixtureFolder();
    await ok("linkFolder", { body: { path: folder.path } });
    await ok("listIncludedPlugins");
    await ok("addIncludedPlugin", { params: mailbox });
    await ok("beginSetup", { params: mailbox, body: { mode: "setup" } });
    await ok("getSetup", { params: mailbox });
    await ok("goToSetupStep", {
      params: mailbox,
      body: { step: "settings", kept: { step: "settings", values: { behaviour: "late" } } },
    });
    await ok("answerSetupStep", {
      params: { ...mailbox, step: "settings" },
      body: { values: { behaviour: "deliver" } },
    });
    await ok("restartSetup", { params: mailbox });
    await ok("answerSetupStep", {
      params: { ...mailbox, step: "settings" },
      body: { values: { behaviour: "deliver" } },
    });
    const { revision } = await ok("finishSetup", { params: mailbox });
    await ok("testSettings", { params: mailbox, body: { values: { behaviour: "refuse" } } });
    await ok("saveSettings", { params: mailbox, body: { values: { behaviour: "refuse" }, revision } });
    await ok("listSettingsRevisions", { params: mailbox });
    await ok("restoreSettings", { params: { ...mailbox, revision } });
    await ok("getSettings", { params: mailbox });
    await ok("getEnableGate", { params: mailbox });
    expect((await ok("enableInstance", { params: mailbox, body: {} })).enabled).toBe(true);
    await ok("restartInstance", { params: mailbox });
    await ok("disableInstance", { params: mailbox, body: { reason: "A moment" } });
    await ok("enableInstance", { params: mailbox, body: {} });
    for (const id of [
      "getPlugin",
      "getAccess",
      "getPluginHealth",
      "checkPluginHealth",
      "listSmokeRuns",
      "listPluginLogs",
    ] as const)
      await ok(id, { params: mailbox });
    await ok("runSmokeTests", { params: mailbox, body: {} });
    await ok("saveSmokeSchedule", { params: mailbox, body: { everyMinutes: 60 } });
    await ok("createInstance", { params: mailbox, body: { instance: "second", title: "Second" } });
    await ok("removeInstance", { params: { ...mailbox, instance: "second" }, body: { reason: "Not needed" } });
    const fixture = { plugin: "com.example.fixture" };
    await ok("saveSettings", {
      params: fixture,
      body: { values: { host: "mail.example.org", port: 2525 }, secrets: { token: "t" }, revision: 0 },
    });
    await ok("decideAccess", {
      params: fixture,
      body: { decisions: [{ scope: "net:tcp://{config.host}:{config.port}", decision: "denied" }] },
    });
    await ok("removePlugin", { params: fixture, body: { reason: "Only a test" } });
    await ok("listPlugins");
    await ok("reportPluginPage", { params: mailbox, body: { page: "settings", fault: "unresponsive" } });
  });

  it("shows, tests and hands over webhooks", async () => {
    using folder = createHookFolder();
    await ok("linkFolder", { body: { path: folder.path } });
    expect((await ok("listHooks", { params: hookPlugin })).items).toHaveLength(5);
    const secrets = { token: "a-shared-secret" };
    await ok("saveSettings", { params: hookPlugin, body: { values: {}, secrets, revision: 0 } });
    const tested = await ok("sendTestDelivery", { params: { ...hookPlugin, hook: "push" }, body: {} });
    expect(tested).toMatchObject({ verdict: "not_running", status: 503 });
    const delivery = { ...hookPlugin, delivery: tested.id };
    expect((await ok("getHookDelivery", { params: delivery })).replayable).toBe(true);
    await ok("replayHookDelivery", { params: delivery });
    expect((await ok("listHookDeliveries", { params: hookPlugin })).items).toHaveLength(2);
  });

  it("begins a plugin, looks at it while it runs, judges and packs it", async () => {
    const choice = {
      ...{ language: "node" as const, id: "com.example.begun", name: "Begun" },
      ...{ capabilities: ["send_messages" as const], pages: false },
    };
    const begun = { plugin: choice.id };
    await ok("listScaffolds");
    await ok("previewScaffold", { body: choice });
    const download = await ana.call("downloadScaffold", { body: choice });
    expect(download.status).toBe(200);
    succeeded.add("downloadScaffold");
    await ok("scaffoldPlugin", { body: choice });
    expect((await ok("getWorkspace")).folders).toMatchObject([{ folder: choice.id, state: "linked" }]);
    await ok("getManifestSchema");
    await ok("setLiveReload", { params: begun, body: { on: true } });
    expect((await ok("getLiveReload", { params: begun })).on).toBe(true);
    await ok("saveSettings", { params: begun, body: { values: {}, revision: 0, testMode: true } });
    expect((await ok("enableInstance", { params: begun, body: {} })).gate.ready).toBe(true);
    await ok("startWireInspector", { params: begun, body: { minutes: 1 } });
    await ok("listFixtures");
    await ok("sendFixture", { params: { ...begun, fixture: "email-appointment" }, body: {} });
    expect((await ok("getWireInspector", { params: begun })).frames).toBeGreaterThan(0);
    const { items } = await ok("listFrames", { params: begun });
    const sent = items.find(({ method, replayable }) => replayable && method === "messages.send");
    await ok("replayFrame", { params: { ...begun, frame: sent?.number ?? 0 } });
    const event = await firstEvent(server, ana, `/api/v1/plugins/${choice.id}/wire/stream`);
    expect(event).toContain(": tail");
    succeeded.add("tailFrames");
    await ok("stopWireInspector", { params: begun });
    await ok("listConformanceCases");
    const { id } = await ok("runConformance", { params: begun, body: {} });
    await ok("listConformanceRuns", { params: begun });
    await ok("getConformanceRun", { params: { ...begun, run: id } });
    await ok("previewPackage", { params: begun });
    expect((await ana.call("packPlugin", { params: begun })).status).toBe(200);
    succeeded.add("packPlugin");
    const { basis } = await ok("previewUpgrade", { params: begun });
    expect((await ana.call("downloadUpgrade", { params: begun })).status).toBe(200);
    succeeded.add("downloadUpgrade");
    expect(await ok("upgradePlugin", { params: begun, body: { basis } })).toMatchObject({ files: [], byHand: [] });
    await ok("removePlugin", { params: begun, body: { reason: "Only a test" } });
  });

  it("keeps vendors and agreements", async () => {
    await ok("listEgressReceipts", { params: mailbox });
    const made = await ok("createVendor", {
      body: { name: "Relay", kind: "business_associate", hosts: ["relay.example"] },
    });
    const vendor = { vendor: made.id };
    await ok("changeVendor", { params: vendor, body: { revision: made.revision, note: "Sends reminders." } });
    const { agreements } = await ok("addAgreement", {
      params: vendor,
      body: { party: "Relay Inc.", signedOn: "2026-01-01", validFrom: "2026-01-01" },
    });
    const agreement = { ...vendor, agreement: agreements[0]?.id ?? "" };
    const place = `/api/v1/vendors/${made.id}/agreements/${agreement.agreement}/document?name=signed.pdf`;
    const uploaded = await ana.send("PUT", place, {
      body: Buffer.from("%PDF-1.7"),
      headers: { "content-type": "application/pdf" },
    });
    expect(uploaded.status).toBe(200);
    succeeded.add("uploadAgreementDocument");
    expect((await ana.call("downloadAgreementDocument", { params: agreement })).text).toBe("%PDF-1.7");
    succeeded.add("downloadAgreementDocument");
    await ok("endAgreement", { params: agreement, body: { reason: "It was replaced" } });
    await ok("getVendor", { params: vendor });
    await ok("removeVendor", { params: vendor, body: { reason: "Not used any more" } });
    expect((await ok("listVendors")).items).toEqual([]);
  });

  it("links a remote plugin", async () => {
    const remote = { plugin: "com.example.remote" };
    await ok("registerPlugin", {
      body: { id: remote.plugin, name: "Remote", capabilities: ["send_messages"], runtime: { kind: "remote" } },
    });
    const { code } = await ok("createEnrolment", { params: remote });
    const { publicKey, privateKey } = generateKeyPairSync("ed25519");
    const spki = publicKey.export({ format: "der", type: "spki" }).toString("base64url");
    const { link } = await ok("enrolRemotePlugin", { body: { code, publicKey: spki } });
    const [at, nonce] = [new Date().toISOString(), randomBytes(16).toString("base64url")];
    const signature = sign(null, Buffer.from(`hilum-remote-token\n${link}\n${at}\n${nonce}`), privateKey).toString(
      "base64url",
    );
    await ok("issueRemoteToken", { body: { link, at, nonce, signature } });
    await ok("listRemoteLinks", { params: remote });
    await ok("revokeRemoteLink", { params: { ...remote, link } });
  });

  it("keeps records", async () => {
    const scopes = ["Organization", "Binary"].map((type) => `system/${type}.cruds`);
    const { value: token } = await ana.ok("createApiToken", { body: { name: "Lab", role: "viewer", days: 1, scopes } });
    const program = createTestClient({ origin: server.origin, ca: server.ca, token });
    /** Of a program, for a person reads records in the Storage Browser. */
    const ask: TestClient["ok"] = async (id, ...args) => {
      const body = await program.ok(id, ...args);
      succeeded.add(id);
      return body;
    };
    await ask("getCapabilityStatement");
    const ward = { resourceType: "Organization", name: "Ward 7" };
    const type = { type: "Organization" };
    const { id } = (await ask("createRecord", { params: type, body: ward })) as unknown as { id: string };
    const record = { ...type, id };
    await ask("readRecord", { params: record });
    const renamed = { ...ward, id, name: "Ward 8" };
    await ask("updateRecord", { params: record, body: renamed });
    await ask("patchRecord", { params: record, body: [{ op: "replace", path: "/name", value: "Ward 9" }] });
    await ask("readRecordVersion", { params: { ...record, version: "2" } });
    await ask("listRecordHistory", { params: record });
    await ask("listTypeHistory", { params: type });
    await ask("searchRecords", { params: type, query: { _count: 10 } });
    const form = { body: "name=ward", headers: { "content-type": "application/x-www-form-urlencoded" } };
    expect((await program.send("POST", "/fhir/R4/Organization/_search", form)).status).toBe(200);
    succeeded.add("postSearchRecords");
    const batch = { resourceType: "Bundle", type: "batch" };
    await ask("sendBundle", { body: batch });
    const bytes = { body: Buffer.from("%PDF"), headers: { "content-type": "application/pdf" } };
    const made = await program.send("POST", "/fhir/R4/Binary", bytes);
    expect(made.status).toBe(201);
    succeeded.add("createBinary");
    const binary = (made.json() as { id: string }).id;
    expect((await program.send("PUT", `/fhir/R4/Binary/${binary}`, bytes)).status).toBe(200);
    succeeded.add("updateBinary");
    await ask("deleteRecord", { params: record });
    const numbered = { ...ward, identifier: [{ system: "urn:wards", value: "8" }] };
    const where = { params: type, query: { identifier: "urn:wards|8" } } as const;
    await ask("updateRecordWhere", { ...where, body: numbered });
    await ask("patchRecordWhere", { ...where, body: [{ op: "replace", path: "/name", value: "Ward 8" }] });
    await ask("deleteRecordWhere", where);
    program.close();
  });

  it("sends messages", async () => {
    await ok("listRoutes");
    await ok("setRoute", { params: { channel: "email" }, body: { to: [{ ...mailbox, instance: "default" }] } });
    const upload = await ana.send("POST", "/api/v1/attachments", {
      body: Buffer.from("%PDF"),
      headers: { "content-type": "application/pdf" },
    });
    expect(upload.status).toBe(201);
    succeeded.add("uploadAttachment");
    const attachment = (upload.json() as { id: string }).id;
    expect((await ana.call("downloadAttachment", { params: { attachment } })).text).toBe("%PDF");
    succeeded.add("downloadAttachment");
    const { id } = await ok("sendMessage", { body: someEmail() });
    await waitForState(ana, id, "sent");
    await ok("getMessage", { params: { message: id } });
    await ok("listMessages");
    expect((await ok("listPracticeMessages")).items).toHaveLength(1);
    await ok("emptyPracticeMailbox");
    await behave(ana, "refuse");
    const dead = await Promise.all([1, 2, 3].map(() => ok("sendMessage", { body: someEmail() })));
    for (const message of dead) await waitForState(ana, message.id, "dead");
    const [first, second, third] = dead.map((message) => ({ message: message.id }));
    if (first === undefined || second === undefined || third === undefined) throw new Error("three messages are dead");
    await ok("retryMessage", { params: first, body: {} });
    await ok("discardMessage", { params: second, body: { reason: "Told by phone" } });
    await ok("disableInstance", { params: mailbox, body: {} });
    const copy = await ok("resendMessage", { params: third, body: someEmail() });
    await ok("cancelMessage", { params: { message: copy.id } });
    await ok("enableInstance", { params: mailbox, body: {} });
    await ok("rehearseFailover", { params: { channel: "email" }, body: { ...mailbox, instance: "default" } });
  });

  it("keeps records masked, reveals them with a reason, and gives them out under two persons' eyes", async () => {
    await putPatient(ana, "p1");
    await putDocument(ana, "d1", "p1");
    for (const at of ["2026-01-01", "2026-01-02"]) await putObservation(ana, "o1", "p1", { at });
    const invited = await ana.ok("inviteUser", { body: { username: "cleo", displayName: "Cleo", role: "auditor" } });
    const auditor = server.nobody();
    await auditor.ok("acceptInvitation", { body: { code: invited.code, password } });
    const asAuditor: TestClient["ok"] = async (id, ...args) => {
      const body = await auditor.ok(id, ...args);
      succeeded.add(id);
      return body;
    };
    const patient = { patient: "p1" };
    const document = { type: "DocumentReference", id: "d1" };
    const reason = "Every operation succeeds once";
    await ok("listRecordStores");
    await ok("browseRecords", { body: { type: "Patient" } });
    await ok("getMaskedRecord", { params: document });
    await ok("listRecordVersions", { params: document });
    const observation = { type: "Observation", id: "o1" };
    await ok("restoreRecordVersion", { params: observation, body: { version: 1, expected: 2, reason } });
    await ok("getPatientOverview", { params: patient });
    await ok("checkConsent", { params: patient, body: { purpose: "TREAT" } });

    const { id: glass } = await ok("openGlass", {
      body: { target: patient, purpose: "TREAT", reason, fields: ["documents"], minutes: 5 },
    });
    const revealed = { glass, ...document };
    await ok("extendGlass", { params: { glass }, body: { minutes: 5 } });
    await ok("readUnderGlass", { params: revealed });
    expect((await ana.call("readAttachmentUnderGlass", { params: { ...revealed, place: "0" } })).status).toBe(200);
    succeeded.add("readAttachmentUnderGlass");
    await ok("attachFromRecord", { params: { ...revealed, place: "0" } });
    await ok("noteGlassUse", { params: { glass }, body: { what: "printed", ...document } });
    await ok("closeGlass", { params: { glass } });
    await ok("listGlasses");
    const wanted = { target: patient, purpose: "TREAT", reason, fields: ["clinical"], minutes: 5 } as const;
    const request = async () => ({ request: (await ok("requestGlass", { body: wanted as never })).id });
    await ok("refuseGlassRequest", { params: await request(), body: { reason } });
    const agreed = await request();
    await asAuditor("approveGlassRequest", { params: agreed });
    await ok("openRequestedGlass", { params: agreed });
    await ok("listGlassRequests");
    await asAuditor("reviewGlass", { params: { glass }, body: { verdict: "ask", reason: "Why was it?" } });
    await ok("answerGlassReview", { params: { glass }, body: { reason } });
    await ok("getGlass", { params: { glass } });

    const disclosed = {
      at: "2026-01-01T00:00:00.000Z",
      recipient: "A registry",
      what: "A report",
      purpose: "PUBHLTH",
    } as const;
    await ok("enterDisclosure", { params: patient, body: disclosed });
    expect((await ok("listDisclosures", { params: patient })).items).toHaveLength(1);
    expect((await ana.call("downloadDisclosures", { params: patient })).text).toContain("A registry");
    succeeded.add("downloadDisclosures");

    await ok("setHold", { body: { target: patient, reason } });
    await ok("listHolds");
    await ok("liftHold", { body: { target: patient, reason } });
    await ok("setRetention", { params: { type: "Task" }, body: { keepDays: 365, reason } });
    await ok("getRetention");
    await ok("previewPurge", { params: { type: "Task" }, body: { keepDays: 365 } });
    await ok("purgeRecords", { params: { type: "Task" }, body: { reason } });

    const ask = () =>
      ok("requestExport", { body: { ...patient, recipient: "The patient", purpose: "PATRQT", reason } });
    const [one, two] = [{ export: (await ask()).id }, { export: (await ask()).id }];
    await ok("refuseExport", { params: two, body: { reason } });
    await asAuditor("approveExport", { params: one });
    expect((await ana.call("downloadExport", { params: one })).status).toBe(200);
    succeeded.add("downloadExport");
    await ok("listExports");
    const shred = async () => ({ shredding: (await ok("requestShredding", { params: patient, body: { reason } })).id });
    await ok("refuseShredding", { params: await shred(), body: { reason } });
    await asAuditor("approveShredding", { params: await shred(), body: { confirm: "p1" } });
    await ok("listShreddings");
  });

  it("shows and proves", async () => {
    await ok("getDashboard");
    const { open } = await ok("listRepairs");
    const repair = open.find(({ severity }) => severity !== "critical")?.id ?? "";
    const until = new Date(Date.now() + 86_400_000).toISOString();
    await ok("snoozeRepair", { params: { repair }, body: { until, reason: "Known, and mended on Monday" } });
    await ok("unsnoozeRepair", { params: { repair } });
    const { settings, revision } = await ok("getPlatformSettings");
    await ok("savePlatformSettings", { body: { settings: { ...settings, organisation: "Clinic" }, revision } });
    await ok("getSandbox");
    await ok("checkSandbox");
    const description = (await ok("getApiDescription")) as { openapi: string; paths: Record<string, object> };
    expect(description.openapi).toMatch(/^3\.1\./);
    expect(Object.keys(description.paths).length).toBe(new Set(operations.map(({ path }) => path)).size);
    const { items } = await ok("searchAudit", { query: { limit: 5 } });
    expect(items).toHaveLength(5);
    await ok("getAuditEntry", { params: { index: 3 } });
    const { id } = await ok("verifyAudit");
    const done = await waitUntil(
      "the verification",
      () => ok("getVerification", { params: { verification: id } }),
      ({ state }) => state === "done",
    );
    expect(done).toMatchObject({ ok: true });
    await ok("cancelVerification", { params: { verification: id } });
    await ok("getAuditStatus");
    await ok("rebuildAuditIndex");
    for (const [operation, input] of [
      ["getMetrics", {}],
      ["exportAudit", { query: { format: "csv" } }],
    ] as const) {
      const answer = await ana.call(operation, input);
      expect(answer.status, operation).toBe(200);
      succeeded.add(operation);
    }
    const tail = await firstEvent(server, ana, `/api/v1/plugins/${mailbox.plugin}/logs/stream`);
    expect(tail).toContain(": tail");
    succeeded.add("tailPluginLogs");
    await ok("signOut");
  });

  it("shows of marketplaces what there is without any", async () => {
    ana = await server.signIn("ana");
    expect(await ok("listSources")).toEqual({ items: [] });
    expect(await ok("searchMarketplace")).toMatchObject({ items: [], total: 0 });
    expect(await ok("listInstalls")).toEqual({ items: [] });
    expect(await ok("getOwnMarketplace")).toMatchObject({ expires: [], waiting: 0 });
    expect(await ok("listSubmissions")).toEqual({ items: [] });
  });

  it("has succeeded once", () => {
    const missing = operations.map(({ id }) => id).filter((id) => !succeeded.has(id) && !withoutAnswer.includes(id));
    expect(missing).toEqual([]);
  });
});

function firstEvent({ origin, ca }: TestServer, { cookie }: TestClient, path: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const headers = { cookie, origin, "sec-fetch-site": "same-origin", "x-hilum-console": "1" };
    const sent = get(`${origin}${path}`, { ca, headers, agent: false }, (stream) =>
      stream.once("data", (part: Buffer) => {
        resolve(part.toString("utf8"));
        sent.destroy();
      }),
    );
    sent.once("error", reject);
  });
}
