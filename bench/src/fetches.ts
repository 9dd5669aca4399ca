/** A request that the host makes in a plugin's place, beside the same request made directly to the same server. */
import { Agent, createServer, get } from "node:https";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import { createCertificateAuthority, requires } from "@hilum/testkit";
import { makePluginFolder, openInstallation, type Installation } from "./installation.ts";
import { beside, median, percentile, type Row, type Skipped } from "./row.ts";

interface Times {
  p50Us: number;
  p99Us: number;
}

const plugin = "com.example.time-fetches";
const code = fileURLToPath(new URL("./plugins/time-fetches.mjs", import.meta.url));
/** An instance may make 600 requests in a minute. */
const requests = 450;
const warmUp = 50;
const answer = JSON.stringify({ text: "x".repeat(180) });

export async function measureFetches(options: {
  rounds: number;
  compileCache: string;
}): Promise<{ rows: Row[]; skipped: Skipped[] }> {
  const sandbox = requires("bubblewrap");
  if (!sandbox.available)
    return { rows: [], skipped: [{ figure: "managed egress", reason: sandbox.reason ?? "there is no sandbox" }] };
  await using provider = await startProvider();
  const direct: Times[] = [];
  const managed: Times[] = [];
  for (let round = 0; round < options.rounds; round += 1) {
    direct.push(await timeDirect(provider));
    // A new installation, whose budget of requests is whole.
    managed.push(await timeManaged(provider, options.compileCache));
  }
  return { rows: present(middle(direct), middle(managed)), skipped: [] };
}

function present(direct: Times, managed: Times): Row[] {
  const peer = "a direct request from Node, connection kept";
  const name = "http.fetch of a sandboxed plugin, decided, audited twice, with its receipt";
  return [
    { figure: `${peer}, p50`, value: direct.p50Us, unit: "us" },
    { figure: `${peer}, p99`, value: direct.p99Us, unit: "us" },
    { figure: `${name}, p50`, value: managed.p50Us, unit: "us", beside: beside(peer, managed.p50Us, direct.p50Us) },
    { figure: `${name}, p99`, value: managed.p99Us, unit: "us", beside: beside(peer, managed.p99Us, direct.p99Us) },
  ];
}

const middle = (rounds: readonly Times[]): Times => ({
  p50Us: median(rounds.map(({ p50Us }) => p50Us)),
  p99Us: median(rounds.map(({ p99Us }) => p99Us)),
});

interface Provider extends AsyncDisposable {
  port: number;
  authority: string;
}

async function startProvider(): Promise<Provider> {
  const authority = await createCertificateAuthority("Bench provider");
  const { certificate: cert, key } = await authority.issue({ names: ["127.0.0.1"] });
  const server = createServer({ cert, key, keepAliveTimeout: 60_000 }, (_request, response) => {
    response.writeHead(200, { "content-type": "application/json" }).end(answer);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    port: (server.address() as AddressInfo).port,
    authority: authority.certificate,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function timeDirect({ port, authority }: Provider): Promise<Times> {
  const agent = new Agent({ ca: authority, keepAlive: true, maxSockets: 1 });
  const ask = (): Promise<void> =>
    new Promise((resolve, reject) => {
      get({ host: "127.0.0.1", port, path: "/answer", agent }, (response) => {
        response.resume().once("end", resolve).once("error", reject);
      }).once("error", reject);
    });
  const samples: number[] = [];
  for (let at = -warmUp; at < requests; at += 1) {
    const beganMs = performance.now();
    await ask();
    if (at >= 0) samples.push((performance.now() - beganMs) * 1000);
  }
  agent.destroy();
  return { p50Us: percentile(samples, 0.5), p99Us: percentile(samples, 0.99) };
}

async function timeManaged(provider: Provider, compileCache: string): Promise<Times> {
  const scope = `net:https://127.0.0.1:${provider.port}`;
  using folder = makePluginFolder(manifestOf(scope), [code]);
  const installation = await openInstallation({ compileCache });
  try {
    await openWay(installation, provider);
    await installation.plugIn({
      ...{ id: plugin, folder: folder.path, values: { requests } },
      secrets: { token: "a-token-of-nobody" },
    });
    const run = await installation.client.expect<{ results: { detail?: string }[] }>(
      200,
      "POST",
      `/api/v1/plugins/${plugin}/smoke-runs`,
      { tests: ["times"], recipient: "nobody@example.org" },
    );
    const { p50, p99 } = JSON.parse(run.results[0]?.detail ?? "{}") as { p50?: number; p99?: number };
    if (p50 === undefined || p99 === undefined) throw new Error(`the plugin told no times: ${JSON.stringify(run)}`);
    return { p50Us: p50, p99Us: p99 };
  } finally {
    await installation.close();
  }
}

/** Plugins may go to this machine, and its provider's authority is trusted. */
async function openWay({ client }: Installation, { authority }: Provider): Promise<void> {
  const path = "/api/v1/settings";
  const { settings, revision } = await client.expect<{ settings: object; revision: number }>(200, "GET", path);
  const privateRanges = [{ cidr: "127.0.0.0/8", reason: "The provider of a measurement" }];
  await client.expect(200, "PUT", path, {
    settings: { ...settings, privateRanges, authorities: [authority] },
    revision,
  });
}

const manifestOf = (scope: string): object => ({
  ...{ id: plugin, name: "Time fetches", version: "1.0.0", capabilities: ["send_messages"] },
  runtime: { kind: "node", entry: "time-fetches.mjs" },
  scopes: [{ scope, reason: "To be measured" }],
  destinations: [
    {
      ...{ id: "api", title: "The provider", scope, auth: { type: "bearer", token: "token" } },
      requests: [{ method: "GET", path: "/answer" }],
    },
  ],
  config: {
    type: "object",
    properties: {
      requests: { type: "integer", title: "Requests", default: 0, minimum: 0, maximum: 600 },
      token: { type: "string", title: "Token", secret: true },
    },
  },
  // Live, so that Enable does not spend the budget of requests.
  smokeTests: [{ id: "times", title: "Requests are made", live: true }],
});
