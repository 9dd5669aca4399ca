/** A vendor's signed call to a plugin's webhook, beside a bare route that answers the same. */
import { createHmac } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { Agent, request } from "node:https";
import { fileURLToPath } from "node:url";
import { createCertificateAuthority, requires } from "@hilum/testkit";
import Fastify from "fastify";
import { openInstallation } from "./installation.ts";
import { beside, median, percentile, type Row, type Skipped } from "./row.ts";

interface Times {
  p50Ms: number;
  p99Ms: number;
}

const plugin = "com.example.delivery-callbacks";
const folder = fileURLToPath(new URL("../../examples/delivery-callbacks/", import.meta.url));
const secret = "granite-otter-lantern-71";
const calls = 600;
const warmUp = 100;
/** One address may call 50 times a second in the long run. */
const everyMs = 25;

export async function measureHooks(options: {
  rounds: number;
  compileCache: string;
}): Promise<{ rows: Row[]; skipped: Skipped[] }> {
  const sandbox = requires("bubblewrap");
  if (!sandbox.available)
    return { rows: [], skipped: [{ figure: "webhook", reason: sandbox.reason ?? "there is no sandbox" }] };
  const bare: Times[] = [];
  const taken: Times[] = [];
  for (let round = 0; round < options.rounds; round += 1) {
    bare.push(await timeBare());
    taken.push(await timeHook(options.compileCache));
  }
  return { rows: present(middle(bare), middle(taken)), skipped: [] };
}

function present(bare: Times, taken: Times): Row[] {
  const peer = "Fastify over HTTPS, a route that answers 204";
  const name = "webhook: signature checked, kept, audited, handled by a sandboxed plugin";
  return [
    { figure: `${peer}, p50`, value: bare.p50Ms, unit: "ms" },
    { figure: `${peer}, p99`, value: bare.p99Ms, unit: "ms" },
    { figure: `${name}, p50`, value: taken.p50Ms, unit: "ms", beside: beside(peer, taken.p50Ms, bare.p50Ms) },
    { figure: `${name}, p99`, value: taken.p99Ms, unit: "ms", beside: beside(peer, taken.p99Ms, bare.p99Ms) },
  ];
}

const middle = (rounds: readonly Times[]): Times => ({
  p50Ms: median(rounds.map(({ p50Ms }) => p50Ms)),
  p99Ms: median(rounds.map(({ p99Ms }) => p99Ms)),
});

async function timeHook(compileCache: string): Promise<Times> {
  const { server, plugIn, close } = await openInstallation({ compileCache });
  try {
    await plugIn({ id: plugin, folder, secrets: { signingSecret: secret } });
    return await callAgain(new URL(`/hooks/${plugin}/default/status`, server.url), server.ca);
  } finally {
    await close();
  }
}

async function timeBare(): Promise<Times> {
  const authority = await createCertificateAuthority("Bench route");
  const { certificate: cert, key } = await authority.issue({ names: ["127.0.0.1"] });
  const app = Fastify({ logger: false, https: { cert, key } });
  app.post("/status", (_request, reply) => reply.code(204).send());
  try {
    const origin = await app.listen({ host: "127.0.0.1", port: 0 });
    return await callAgain(new URL("/status", origin), authority.certificate);
  } finally {
    await app.close();
  }
}

/** One call after the other over one connection, each with an id of its own: a copy would only be acknowledged. */
async function callAgain(url: URL, ca: string): Promise<Times> {
  const agent = new Agent({ ca, keepAlive: true, maxSockets: 1 });
  const samples: number[] = [];
  for (let at = -warmUp; at < calls; at += 1) {
    const body = JSON.stringify({ id: `message-${at + warmUp}`, status: "failed" });
    const timestamp = String(Math.floor(Date.now() / 1000));
    const signature = createHmac("sha256", secret).update(`${timestamp}.${body}`).digest("hex");
    const beganMs = performance.now();
    const status = await post(url, agent, body, { "x-timestamp": timestamp, "x-signature": `sha256=${signature}` });
    if (status !== 204) throw new Error(`${url.pathname} answered ${status}`);
    const tookMs = performance.now() - beganMs;
    if (at >= 0) samples.push(tookMs);
    await sleep(Math.max(0, everyMs - tookMs));
  }
  agent.destroy();
  return { p50Ms: percentile(samples, 0.5), p99Ms: percentile(samples, 0.99) };
}

function post(url: URL, agent: Agent, body: string, headers: Record<string, string>): Promise<number> {
  return new Promise((resolve, reject) => {
    const all = { "content-type": "application/json", "content-length": Buffer.byteLength(body), ...headers };
    request(url, { method: "POST", agent, headers: all }, (response) => {
      response.resume().once("error", reject);
      response.once("end", () => resolve(response.statusCode ?? 0));
    })
      .once("error", reject)
      .end(body);
  });
}
