import { chmodSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:https";
import type { AddressInfo } from "node:net";
import { createCertificateAuthority, createTempDir, requires, type TempDir } from "@hilum/testkit";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { someEmail, waitForState, waitUntil } from "../../../test-support/practice.ts";
import type { TestClient } from "../../../test-support/test-client.ts";
import { startTestServer, type TestServer } from "../../../test-support/test-server.ts";

const vendor = { plugin: "com.example.vendor" };
const scope = "net:tcp://{config.host}:{config.port}";
const manifest = {
  id: vendor.plugin,
  name: "Vendor",
  version: "1.0.0",
  capabilities: ["send_messages"],
  runtime: { kind: "node", entry: "main.mjs" },
  scopes: [{ scope, reason: "Its vendor's library makes requests of its own." }],
  config: {
    type: "object",
    required: ["host", "port", "other"],
    properties: {
      host: { type: "string", title: "Server", format: "hostname" },
      port: { type: "integer", title: "Port" },
      other: { type: "integer", title: "Port without a grant" },
    },
  },
};

/** As the library of a vendor would: it knows Node's `https` and `fetch`, and nothing of the platform. */
const code = `
import { readFileSync } from "node:fs";
import { get } from "node:https";
import { setDefaultCACertificates } from "node:tls";
import { definePlugin, serve } from "@hilum/sdk";

const atImport = process.env.HTTPS_PROXY;
const viaHttps = (url) => new Promise((resolve, reject) => {
  get(url, (response) => response.setEncoding("utf8").on("data", resolve)).on("error", reject);
});
const viaFetch = async (url) => (await fetch(url)).text();
const outcome = (asked) => asked.catch((error) => "failed: " + (error.code ?? error.cause?.code ?? error.cause?.message ?? error.message));
serve(definePlugin({
  async sendMessages(_, { settings: { host, port, other }, log }) {
    setDefaultCACertificates([readFileSync("/plugin/ca.pem", "utf8")]);
    const url = \`https://\${host}:\${port}/\`;
    const elsewhere = \`https://\${host}:\${other}/\`;
    const answers = [];
    for (const asked of [viaHttps(url + "https"), viaFetch(url + "fetch")]) answers.push(await asked);
    // Many at once, and bodies larger than any buffer on the way.
    const bodies = await Promise.all(Array.from({ length: 8 }, () => viaFetch(url + "large")));
    answers.push(bodies.every((body) => body.length === 1_000_000) ? "all whole" : "cut off");
    const refused = [await outcome(viaHttps(elsewhere)), await outcome(viaFetch(elsewhere))];
    log.info(JSON.stringify({ atImport, answers, refused }));
    return { providerId: "1" };
  },
}));
`;

describe.skipIf(!requires("bubblewrap").available)("a vendor's library in a plugin", () => {
  let server: TestServer;
  let administrator: TestClient;
  let folder: TempDir;
  let provider: Server;
  let other: Server;
  let othersConnections = 0;
  const heard: string[] = [];

  beforeAll(async () => {
    const authority = await createCertificateAuthority();
    const { certificate, key } = await authority.issue({ names: ["localhost"] });
    provider = createServer({ cert: certificate, key }, (request, response) => {
      heard.push(request.url ?? "");
      response.end(request.url === "/large" ? "x".repeat(1_000_000) : `heard ${request.url}`);
    });
    other = createServer({ cert: certificate, key }, (_, response) => response.end("reached"));
    other.on("connection", () => (othersConnections += 1));
    const [port, otherPort] = await Promise.all([provider, other].map(listen));
    folder = createTempDir("vendor-plugin");
    chmodSync(folder.path, 0o755);
    writeFileSync(folder.join("hilum.json"), JSON.stringify(manifest));
    writeFileSync(folder.join("main.mjs"), code);
    writeFileSync(folder.join("ca.pem"), authority.certificate);
    server = await startTestServer();
    administrator = await server.as("administrator");
    await administrator.ok("linkFolder", { body: { path: folder.path } });
    const { settings, revision } = await administrator.ok("getPlatformSettings");
    const privateRanges = ["127.0.0.0/8", "::1/128"].map((cidr) => ({ cidr, reason: "The vendor of this test" }));
    await administrator.ok("savePlatformSettings", { body: { settings: { ...settings, privateRanges }, revision } });
    const values = { host: "localhost", port, other: otherPort };
    const before = await administrator.ok("getSettings", { params: vendor });
    await administrator.ok("saveSettings", { params: vendor, body: { values, revision: before.revision } });
    await administrator.ok("decideAccess", { params: vendor, body: { decisions: [{ scope, decision: "granted" }] } });
    await administrator.ok("enableInstance", { params: vendor, body: {} });
    const to = [{ ...vendor, instance: "default" }];
    await administrator.ok("setRoute", { params: { channel: "email" }, body: { to } });
  });
  afterAll(async () => {
    await server.close();
    provider.close();
    other.close();
    folder.remove();
  });

  it("goes through the tunnel by HTTPS_PROXY where it is granted, and nowhere else", async () => {
    const { id } = await administrator.ok("sendMessage", { body: someEmail() });
    await waitForState(administrator, id, "sent");
    const { items } = await waitUntil(
      "the plugin's report",
      () => administrator.ok("listPluginLogs", { params: vendor }),
      (page) => page.items.some(({ text }) => text.includes("answers")),
    );
    const said = items.find(({ text }) => text.includes("answers"))?.text ?? "";
    expect(JSON.parse(said)).toMatchObject({
      atImport: "http://127.0.0.1:3128",
      answers: ["heard /https", "heard /fetch", "all whole"],
      refused: [expect.stringContaining("failed:"), expect.stringContaining("failed:")],
    });
    expect(heard.length).toBe(10);
    expect(othersConnections).toBe(0);
    const receipts = await waitUntil(
      "the receipts",
      () => administrator.ok("listEgressReceipts", { params: vendor, query: { decision: "deny" } }),
      (page) => page.items.length >= 2,
    );
    expect(new Set(receipts.items.map(({ kind, host, reason }) => `${kind} ${host} ${reason}`))).toEqual(
      new Set(["tunnel localhost policy.denied"]),
    );
  });
});

async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve) => void server.listen(0, resolve));
  return (server.address() as AddressInfo).port;
}
