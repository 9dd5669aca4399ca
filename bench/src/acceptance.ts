/** Accepting messages over HTTPS as a program does it, beside an HTTPS server that checks a shape and stores nothing. */
import { email } from "@hilum/contract/fhir";
import { createTempDir } from "@hilum/testkit";
import { runLoad, type Load, type LoadResult } from "./load.ts";
import { startPeer } from "./peer.ts";
import { beside, median, type Row } from "./row.ts";
import { prepareServer, type StartOptions } from "./server-process.ts";
import type { Client } from "./server-client.ts";

export interface AcceptanceOptions {
  rounds: number;
  seconds: number;
  /** How many messages the larger latency measurement begins with. */
  rows: number;
  compileCache: string;
}

const connections = 64;
const few = 1_000;
/** Requests of one latency measurement. */
const sample = 6_000;
const mailbox = "org.hilum.practice-mailbox";

/** A synthetic e-mail whose Communication has 1 kB as JSON. */
export function makeMessage(): string {
  const build = (text: string): string =>
    JSON.stringify(email({ to: "ana@example.org", subject: "Your appointment", text }));
  const line = "Synthetic text of a message. ".repeat(40);
  return build(line.slice(0, 1000 - build("").length));
}

export async function measureAcceptance(options: AcceptanceOptions): Promise<Row[]> {
  const peer = await measurePeer(options);
  const accepted = await measureAccepting(options);
  const delivered = await measureDelivering(options);
  const peerName = "Fastify + ajv over HTTPS, nothing stored";
  const name = `accepted messages, HTTPS, ${connections} connections`;
  return [
    { figure: peerName, value: peer.perSecond, unit: "messages/s" },
    {
      figure: name,
      value: accepted.perSecond,
      unit: "messages/s",
      budget: ">= 4,000",
      beside: beside(peerName, accepted.perSecond, peer.perSecond),
    },
    {
      figure: `${name}, p50`,
      value: accepted.few.p50Ms,
      unit: "ms",
      beside: beside(peerName, accepted.few.p50Ms, peer.p50Ms),
    },
    {
      figure: `${name}, p99`,
      value: accepted.few.p99Ms,
      unit: "ms",
      beside: beside(peerName, accepted.few.p99Ms, peer.p99Ms),
    },
    {
      figure: `accept p50, from ${accepted.stored} stored over from ${few}`,
      value: accepted.many.p50Ms / accepted.few.p50Ms,
      unit: "ratio",
      budget: "<= 1.3",
    },
    {
      figure: `accept mean, from ${accepted.stored} stored over from ${few}`,
      value: accepted.many.meanMs / accepted.few.meanMs,
      unit: "ratio",
      budget: "<= 2.5",
    },
    {
      figure: `${name}, while they are delivered to the practice mailbox`,
      value: delivered.acceptedPerSecond,
      unit: "messages/s",
    },
    {
      figure: "delivered to the practice mailbox, from first accepted to last sent",
      value: delivered.deliveredPerSecond,
      unit: "messages/s",
    },
  ];
}

/** Throughput and latency without a route: what is measured is accepting. */
async function measureAccepting({ rounds, seconds, rows, compileCache }: AcceptanceOptions) {
  return await withServer({ compileCache }, async (send) => {
    await warmUp(send);
    await send({ requests: few });
    const fewStored = await send({ requests: sample });
    let stored = few + sample + 1;
    const runs: LoadResult[] = [];
    for (let round = 0; round < rounds; round += 1) {
      const run = await send({ seconds });
      stored += run.answered;
      runs.push(run);
    }
    if (rows > stored) stored += (await send({ requests: rows - stored })).answered;
    const many = await send({ requests: sample });
    return { perSecond: median(runs.map(({ perSecond }) => perSecond)), few: fewStored, many, stored };
  });
}

/** The whole way: the practice mailbox takes what is accepted meanwhile. */
async function measureDelivering({ seconds, compileCache }: AcceptanceOptions) {
  return await withServer({ compileCache }, async (send, client) => {
    await warmUp(send);
    await client.expect(201, "POST", `/api/v1/plugins/included/${mailbox}`);
    await client.expect(200, "POST", `/api/v1/plugins/${mailbox}/enable`, {});
    const to = [{ plugin: mailbox, instance: "default" }];
    await client.expect(200, "PUT", "/api/v1/routes/email", { to });
    const beganMs = performance.now();
    const run = await send({ seconds });
    await untilSent(client);
    const tookMs = performance.now() - beganMs;
    return { acceptedPerSecond: run.perSecond, deliveredPerSecond: (run.answered * 1000) / tookMs };
  });
}

type Send = (how: Pick<Load, "seconds" | "requests"> & { key?: string }) => Promise<LoadResult>;

async function withServer<T>(
  options: Omit<StartOptions, "dir">,
  work: (send: Send, client: Client) => Promise<T>,
): Promise<T> {
  using dir = createTempDir("bench-accept");
  const { server, client, token } = await prepareServer({ ...options, dir: dir.path });
  const body = makeMessage();
  try {
    return await work(({ key, ...how }) => {
      const headers = { "content-type": "application/json", authorization: `Bearer ${token}` };
      return runLoad({
        ...{ url: server.url.href, ca: server.ca, path: "/api/v1/messages", body, connections, ...how },
        ...(key === undefined
          ? { status: 201, headers }
          : { status: 200, headers: { ...headers, "idempotency-key": key } }),
      });
    }, client);
  } finally {
    client.close();
    await server.stop();
  }
}

/** Code gets hot on repeats of one message, which leave one row. */
async function warmUp(send: Send): Promise<void> {
  const key = "warm-up-0001";
  await send({ requests: 1, key }).catch(() => undefined);
  await send({ requests: 8_000, key });
}

async function untilSent(client: Client): Promise<void> {
  for (;;) {
    const { counts } = await client.expect<{ counts: Record<string, number> }>(200, "GET", "/api/v1/messages?limit=1");
    const open = ["queued", "sending", "retrying"].reduce((sum, state) => sum + (counts[state] ?? 0), 0);
    if (open === 0) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

async function measurePeer({ rounds, seconds }: AcceptanceOptions): Promise<LoadResult> {
  const peer = await startPeer(new URL("./peer-server.ts", import.meta.url));
  try {
    const load: Load = {
      ...{ url: peer.url, ca: peer.ca, path: "/messages", status: 201, connections },
      headers: { "content-type": "application/json", authorization: `Bearer ${"x".repeat(43)}` },
      body: makeMessage(),
    };
    await runLoad({ ...load, requests: 8_000 });
    const runs: LoadResult[] = [];
    for (let round = 0; round < rounds; round += 1) runs.push(await runLoad({ ...load, seconds }));
    const middle = median(runs.map(({ perSecond }) => perSecond));
    return runs.find(({ perSecond }) => perSecond === middle) as LoadResult;
  } finally {
    peer.stop();
  }
}
