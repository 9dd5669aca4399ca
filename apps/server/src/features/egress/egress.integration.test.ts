import { createServer, type Server } from "node:https";
import type { AddressInfo } from "node:net";
import { email } from "@hilum/contract/fhir";
import type { Evidence, MessageDetail, PlatformSettings } from "@hilum/contract/api";
import { createCertificateAuthority, requires, type CertificateAuthority, type TempDir } from "@hilum/testkit";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createFixtureFolder } from "../../../test-support/fixture-plugin.ts";
import { someEmail, waitForMessage, waitForState, waitUntil } from "../../../test-support/practice.ts";
import type { TestClient } from "../../../test-support/test-client.ts";
import { startTestServer, type TestServer } from "../../../test-support/test-server.ts";

const secret = "sk-egress-canary-51c7";
const fetching = { plugin: "com.example.fetching" };
const scope = "net:https://{config.host}:{config.port}";
const ownNetwork = [
  { cidr: "127.0.0.0/8", reason: "The provider of this test" },
  { cidr: "::1/128", reason: "The same" },
];
const manifest = {
  id: fetching.plugin,
  name: "Fetching",
  version: "1.0.0",
  capabilities: ["send_messages"],
  runtime: { kind: "node", entry: "main.mjs" },
  scopes: [{ scope, reason: "Hands messages to its provider." }],
  destinations: [
    {
      id: "api",
      title: "The provider's API",
      scope,
      requests: [{ method: "POST", path: "/v1/messages" }],
      auth: { type: "bearer", token: "token" },
    },
  ],
  config: {
    type: "object",
    required: ["host", "port", "token"],
    properties: {
      host: { type: "string", title: "Server", format: "hostname" },
      port: { type: "integer", title: "Port", minimum: 1, maximum: 65535, default: 443 },
      token: { type: "string", title: "Token", secret: true },
    },
  },
  setup: {
    steps: [
      { id: "server", type: "form", title: "Server", fields: ["host", "port", "token"] },
      { id: "check", type: "check", title: "Check" },
    ],
  },
};

describe.skipIf(!requires("bubblewrap").available)("managed egress, in the whole server", () => {
  let server: TestServer;
  let administrator: TestClient;
  let folder: TempDir;
  let authority: CertificateAuthority;
  let provider: Server;
  let port: number;
  const heard: { authorization: string | undefined; body: string }[] = [];

  beforeAll(async () => {
    authority = await createCertificateAuthority();
    const { certificate, key } = await authority.issue({ names: ["localhost"] });
    provider = createServer({ cert: certificate, key }, (request, response) => {
      let body = "";
      request.setEncoding("utf8").on("data", (part: string) => (body += part));
      request.on("end", () => {
        heard.push({ authorization: request.headers.authorization, body });
        response.writeHead(201, { "content-type": "application/json" });
        response.end(JSON.stringify({ you: request.headers.authorization }));
      });
    });
    await new Promise<void>((resolve) => void provider.listen(0, resolve));
    port = (provider.address() as AddressInfo).port;
    folder = createFixtureFolder(manifest, "fetch");
    server = await startTestServer();
    administrator = await server.as("administrator");
    await administrator.ok("linkFolder", { body: { path: folder.path } });
  });
  afterAll(async () => {
    await server.close();
    provider.close();
    folder.remove();
  });

  async function savePlatform(change: Partial<PlatformSettings>): Promise<void> {
    const { settings, revision } = await administrator.ok("getPlatformSettings");
    await administrator.ok("savePlatformSettings", { body: { settings: { ...settings, ...change }, revision } });
  }
  async function saveSettings(values: object, more: object = {}): Promise<void> {
    const { revision, values: old } = await administrator.ok("getSettings", { params: fetching });
    await administrator.ok("saveSettings", {
      params: fetching,
      body: { values: { ...old, ...values }, revision, ...more },
    });
    await administrator.ok("decideAccess", { params: fetching, body: { decisions: [{ scope, decision: "granted" }] } });
  }
  const gateRow = async (id: string): Promise<Evidence | undefined> =>
    (await administrator.ok("getEnableGate", { params: fetching })).rows.find((row) => row.id === id);
  const enable = (override?: { reason: string }) =>
    administrator.ok("enableInstance", { params: fetching, body: override === undefined ? {} : { override } });
  const send = async (): Promise<string> => (await administrator.ok("sendMessage", { body: someEmail() })).id;
  const codeOf = (message: MessageDetail): string | undefined =>
    message.timeline.findLast(({ code }) => code !== undefined)?.code;
  const repairs = async () => (await administrator.ok("getDashboard")).repairs;

  it("threat 98: a plugin in a trial of its setup is told that the secret is set, and never what it is", async () => {
    const answer = (step: string, body: object) =>
      administrator.send("PUT", `/api/v1/plugins/${fetching.plugin}/setup/steps/${step}`, { body });
    // The check of the setup first looks at the destination as a call would reach it.
    await savePlatform({ privateRanges: ownNetwork, authorities: [authority.certificate] });
    await answer("server", { values: { host: "localhost", port }, secrets: { token: secret } });
    const checked = (await answer("check", { values: {} })).json() as { checks: Record<string, { rows: Evidence[] }> };
    // The fixture answers with the names of the settings that it was given.
    expect(checked.checks["check"]?.rows.at(-1)).toMatchObject({ title: "host port" });
    await administrator.ok("finishSetup", { params: fetching });
    await savePlatform({ privateRanges: [], authorities: [] });
    await administrator.ok("decideAccess", { params: fetching, body: { decisions: [{ scope, decision: "granted" }] } });
  });

  it("reaches the provider with the secret in its place, once an administrator opened the network and trusts its authority", async () => {
    expect(await gateRow("agreements")).toMatchObject({
      status: "passed",
      detail: expect.stringContaining("test mode"),
    });
    expect((await enable()).enabled).toBe(true);
    await administrator.ok("setRoute", {
      params: { channel: "email" },
      body: { to: [{ ...fetching, instance: "default" }] },
    });
    const closed = await send();
    expect(codeOf(await waitForState(administrator, closed, "dead"))).toBe("destination.not_public");
    await savePlatform({ privateRanges: ownNetwork });
    const stranger = await send();
    expect(codeOf(await waitForState(administrator, stranger, "dead"))).toBe("provider.certificate");
    expect(heard).toEqual([]);
    await savePlatform({ authorities: [authority.certificate] });
    const message = await waitForState(administrator, await send(), "sent");
    expect(heard).toEqual([{ authorization: `Bearer ${secret}`, body: "hello" }]);
    expect(message.timeline.find(({ kind }) => kind === "sent")?.reply).toContain("Bearer [redacted]");
  });

  it("threat 104: takes only a certificate of an authority as one", async () => {
    const { settings, revision } = await administrator.ok("getPlatformSettings");
    const { certificate } = await authority.issue({ names: ["localhost"] });
    for (const pem of ["nonsense", certificate, authority.certificate + authority.certificate]) {
      const refused = await administrator.call("savePlatformSettings", {
        body: { settings: { ...settings, authorities: [pem] }, revision },
      });
      expect(refused.problem().problems).toMatchObject([{ pointer: "/settings/authorities/0" }]);
    }
  });

  it("shows where the plugin may send and each call that it made, and nothing of what it sent", async () => {
    const page = await administrator.ok("listEgressReceipts", { params: fetching, query: { limit: 2 } });
    expect(page.hosts).toMatchObject([
      {
        kind: "fetch",
        destination: "api",
        host: "localhost",
        port,
        access: "granted",
        auth: "bearer",
        disclosure: { allowed: true },
      },
    ]);
    expect(page.hosts[0]?.day).toMatchObject({ requests: 3, denied: 1 });
    expect(page.items).toMatchObject([
      { kind: "fetch", method: "POST", template: "/v1/messages", status: 201, decision: "allow", reason: "reflected" },
      { decision: "allow", reason: "provider.certificate", bytesOut: 0 },
    ]);
    const denied = await administrator.ok("listEgressReceipts", { params: fetching, query: { decision: "deny" } });
    expect(denied.items.map(({ reason }) => reason)).toEqual(["destination.not_public"]);
    expect((await administrator.call("listEgressReceipts", { params: { plugin: "com.example.absent" } })).status).toBe(
      404,
    );
    expect((await repairs()).find(({ id }) => id.startsWith("reflected:"))).toMatchObject({
      severity: "warning",
      plugin: fetching.plugin,
    });
  });

  it("threat 98, 192: the secret is in no answer, no log line, no process log", async () => {
    const paths = ["", "/settings", "/setup", "/access", "/health", "/logs", "/egress", "/gate"].map(
      (tab) => `/api/v1/plugins/${fetching.plugin}${tab}`,
    );
    for (const path of [...paths, "/api/v1/dashboard", "/api/v1/audit/entries", "/api/v1/messages"]) {
      const answer = await administrator.send("GET", path);
      expect([path, answer.status, answer.text.includes(secret)]).toEqual([path, 200, false]);
    }
    expect(server.log.join("\n")).not.toContain(secret);
  });

  it("lets patient data of production go to a host outside only under an agreement, and waits for it", async () => {
    await savePlatform({ environment: "production", privateRanges: [] });
    await saveSettings({ host: "api.provider.example", port: 443 }, { testMode: false });
    expect(await gateRow("agreements")).toMatchObject({
      status: "failed",
      detail: "api.provider.example: there is no agreement.",
      link: "/vendors",
    });
    expect((await enable()).enabled).toBe(false);
    expect((await enable({ reason: "The agreement is on its way" })).enabled).toBe(true);
    const id = await send();
    const waiting = await waitForMessage(administrator, id, (message) => codeOf(message) === "agreement.missing");
    expect([waiting.state, waiting.cause]).toEqual(["retrying", "configuration"]);
    expect((await repairs()).find(({ id: name }) => name.startsWith("agreement:missing:"))).toMatchObject({
      severity: "error",
      link: { to: "/vendors" },
    });
    const { unclaimed } = await administrator.ok("listVendors");
    expect(unclaimed).toEqual([
      { host: "api.provider.example", plugins: [{ plugin: fetching.plugin, name: "Fetching" }] },
    ]);

    const vendor = await administrator.ok("createVendor", {
      body: { name: "Provider", kind: "business_associate", hosts: [".provider.example"] },
    });
    expect(vendor).toMatchObject({
      state: "missing",
      uses: [
        {
          ...fetching,
          host: "api.provider.example",
          enabled: true,
          disclosure: { allowed: false, because: "missing" },
        },
      ],
    });
    const agreement = {
      party: "Provider Inc.",
      signedOn: "2024-01-01",
      validFrom: "2024-01-01",
      validUntil: "2024-12-31",
    };
    const expired = await administrator.ok("addAgreement", { params: { vendor: vendor.id }, body: agreement });
    expect(expired).toMatchObject({ state: "expired", agreements: [{ state: "expired" }] });
    await administrator.ok("retryMessage", { params: { message: id }, body: {} });
    await waitForMessage(administrator, id, (message) => codeOf(message) === "agreement.expired");
    expect((await repairs()).find(({ id: name }) => name.startsWith("agreement:expired:"))).toMatchObject({
      severity: "critical",
      since: "2024-12-31T23:59:59.999Z",
      link: { to: `/vendors/${vendor.id}` },
    });

    const today = new Date().toISOString().slice(0, 10);
    const soon = new Date(Date.now() + 20 * 86_400_000).toISOString().slice(0, 10);
    const covered = await administrator.ok("addAgreement", {
      params: { vendor: vendor.id },
      body: { ...agreement, signedOn: today, validFrom: today, validUntil: soon },
    });
    expect(covered).toMatchObject({
      state: "ends_soon",
      coveredUntil: soon,
      uses: [{ disclosure: { allowed: true, because: "agreement" } }],
    });
    await administrator.ok("retryMessage", { params: { message: id }, body: {} });
    // Decided: what is left is that this name does not exist.
    await waitForMessage(administrator, id, (message) => codeOf(message) === "provider.unreachable");
    expect((await repairs()).find(({ id: name }) => name.startsWith("agreement:"))).toMatchObject({
      id: `agreement:ends:${vendor.id}`,
      severity: "warning",
    });
    expect(await gateRow("agreements")).toMatchObject({
      status: "passed",
      detail: `Under an agreement until ${soon}.`,
    });

    const [current] = covered.agreements;
    await administrator.ok("endAgreement", {
      params: { vendor: vendor.id, agreement: current?.id ?? "" },
      body: { reason: "It was terminated" },
    });
    await administrator.ok("retryMessage", { params: { message: id }, body: {} });
    await waitForMessage(administrator, id, (message) => codeOf(message) === "agreement.expired");
    await administrator
      .ok("discardMessage", { params: { message: id }, body: { reason: "The test is over" } })
      .catch(() => administrator.ok("cancelMessage", { params: { message: id } }));
  });

  it("hands an instance in test mode no real message, says so, and asks it for no agreement", async () => {
    await saveSettings({}, { testMode: true });
    await waitUntil(
      "the process",
      async () => (await administrator.ok("getPlugin", { params: fetching })).instances[0],
      (instance) => instance?.running === true,
    );
    expect(await gateRow("agreements")).toMatchObject({ status: "passed" });
    const id = await send();
    const waiting = await waitForMessage(
      administrator,
      id,
      (message) => codeOf(message) === "agreement.test_mode" || message.problem !== undefined,
    );
    expect(waiting).toMatchObject({ attempts: 0, testMode: false });
    expect((await repairs()).find(({ id: name }) => name.startsWith("test_mode:"))).toMatchObject({
      severity: "warning",
      plugin: fetching.plugin,
    });
    const labelled = email({ to: "jo@example.org", subject: "A test", text: "Nothing", test: true });
    const body = { ...labelled, resourceType: "Communication" as const };
    const { id: test } = await administrator.ok("sendMessage", { body });
    expect((await waitForMessage(administrator, test, (message) => message.attempts > 0)).testMode).toBe(true);
    const named = { ...body, subject: { reference: "Patient/1" } };
    const about = await administrator.call("sendMessage", { body: named });
    expect(about.problem()).toMatchObject({ code: "message.invalid", problems: [{ pointer: "/subject" }] });
  });
});
