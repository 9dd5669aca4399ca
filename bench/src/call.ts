import type { IncomingMessage, ServerResponse } from "node:http";
/**
 * What a governed call costs, beside the pipe alone and two peers that only echo, in one run on one machine. Every peer is a
 * Node child that answers 200 bytes; ours is sandboxed, decided, validated and written durably to the audit log twice per call.
 */
import { spawn, type ChildProcess } from "node:child_process";
import { generateKeyPairSync } from "node:crypto";
import { closeSync, constants, fsyncSync, mkdirSync, mkdtempSync, openSync, rmSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { createDenyCoalescer, openAuditLog, type AuditLog } from "@hilum/audit";
import { createHost, createSandbox, type CallContext, type Host, type Sandbox } from "@hilum/host";
import { fixtureEntry, fixturePlugins } from "@hilum/testkit";
import { closedLanes } from "./closed-lanes.ts";

export interface Row {
  figure: string;
  value: number;
  unit: string;
  budget?: string;
}

/** One way to make a call, until it is closed. */
interface Caller {
  name: string;
  call(index: number): Promise<unknown>;
  close(): Promise<void>;
}

interface Measured {
  name: string;
  p50Us: number;
  p99Us: number;
  perSecond: Map<number, number>;
}

const inFlights = [64, 256, 512] as const;
const payload = "x".repeat(80);
const self = fileURLToPath(import.meta.url);

/** Measures all callers in turn; the budgets of DESIGN section 12 stand in the rows they apply to. */
export async function measureCall({ rounds = 3 }: { rounds?: number } = {}): Promise<Row[]> {
  const folder = mkdtempSync(join(tmpdir(), "hilum-bench-"));
  try {
    const durableUs = measureDurableWrite(join(folder, "durable"));
    const makers = [
      makePipe,
      () => makeGoverned(join(folder, `a${Math.random().toString(36).slice(2)}`)),
      makeMcp,
      makeHttp,
    ];
    const measured: Measured[][] = [];
    for (let round = 0; round < rounds; round += 1) {
      const callers: Measured[] = [];
      for (const make of makers) callers.push(await measure(await make()));
      measured.push(callers);
    }
    return present(
      makers.map((_, index) => medianOf(measured.map((round) => round[index] as Measured))),
      durableUs,
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function present([pipe, governed, mcp, http]: Measured[], durableUs: number): Row[] {
  if (pipe === undefined || governed === undefined || mcp === undefined || http === undefined)
    throw new Error("a caller was not measured");
  const ratio = governed.p50Us / (pipe.p50Us + 2 * durableUs);
  const peers = Math.max(mcp.perSecond.get(512) ?? 0, http.perSecond.get(512) ?? 0);
  return [
    { figure: "one durable write (512 B, O_DSYNC, zero-filled file), p50", value: durableUs, unit: "us" },
    ...[pipe, governed, mcp, http].flatMap(({ name, p50Us, p99Us, perSecond }) => [
      { figure: `${name}, 1 in flight, p50`, value: p50Us, unit: "us" },
      { figure: `${name}, 1 in flight, p99`, value: p99Us, unit: "us" },
      ...inFlights.map((count) => ({
        figure: `${name}, ${count} in flight`,
        value: perSecond.get(count) ?? 0,
        unit: "calls/s",
      })),
    ]),
    { figure: "governed call, p50 / (pipe + two durable writes)", value: ratio, unit: "ratio", budget: "<= 1.3" },
    {
      figure: "governed call, 512 in flight / the faster peer's bare echo",
      value: (governed.perSecond.get(512) ?? 0) / peers,
      unit: "ratio",
      budget: "> 1",
    },
  ];
}

async function measure({ name, call, close }: Caller): Promise<Measured> {
  await run(call, 5000, 64);
  const samples: number[] = [];
  for (let index = 0; index < 2000; index += 1) {
    const beganMs = performance.now();
    await call(index);
    if (index >= 200) samples.push((performance.now() - beganMs) * 1000);
  }
  samples.sort((a, b) => a - b);
  const perSecond = new Map<number, number>();
  for (const count of inFlights) perSecond.set(count, await run(call, 40_000, count));
  await close();
  return {
    name,
    p50Us: samples[Math.floor(samples.length / 2)] ?? 0,
    p99Us: samples[Math.floor(samples.length * 0.99)] ?? 0,
    perSecond,
  };
}

async function run(call: Caller["call"], total: number, inFlight: number): Promise<number> {
  let next = 0;
  const work = async (): Promise<void> => {
    while (next < total) {
      next += 1;
      await call(next);
    }
  };
  const beganMs = performance.now();
  await Promise.all(Array.from({ length: inFlight }, work));
  return (total * 1000) / (performance.now() - beganMs);
}

function medianOf(measured: Measured[]): Measured {
  const middle = (values: number[]): number => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
  const [first] = measured;
  if (first === undefined) throw new Error("nothing was measured");
  return {
    name: first.name,
    p50Us: middle(measured.map(({ p50Us }) => p50Us)),
    p99Us: middle(measured.map(({ p99Us }) => p99Us)),
    perSecond: new Map(
      inFlights.map((count) => [count, middle(measured.map(({ perSecond }) => perSecond.get(count) ?? 0))]),
    ),
  };
}

/** Overwriting a zero-filled file: what a log that fills its segments ahead pays (PERFORMANCE, "One durable write"). */
function measureDurableWrite(path: string): number {
  const filler = openSync(path, "w");
  writeSync(filler, Buffer.alloc(4 * 1024 * 1024));
  fsyncSync(filler);
  closeSync(filler);
  const file = openSync(path, constants.O_RDWR | constants.O_DSYNC);
  const bytes = Buffer.alloc(512, 1);
  const samples = Array.from({ length: 1000 }, (_, index) => {
    const beganMs = performance.now();
    writeSync(file, bytes, 0, bytes.length, index * 512);
    return (performance.now() - beganMs) * 1000;
  });
  closeSync(file);
  return samples.toSorted((a, b) => a - b)[500] ?? 0;
}

async function makeGoverned(folder: string): Promise<Caller> {
  mkdirSync(folder);
  const audit = await openAuditLog({
    dir: folder,
    origin: "hilum.bench/audit",
    signingKey: generateKeyPairSync("ed25519").privateKey,
  });
  const sandbox = await createSandbox({ stateDir: join(folder, "sandbox") });
  const host = createHost({
    ...{
      audit,
      denials: createDenyCoalescer({ append: audit.append }),
      sandbox,
      stateDir: folder,
      version: "0.1.0",
      now: () => new Date(),
    },
    lanes: closedLanes(),
    grantsOf: () => ({ grants: [], epoch: 1 }),
    decideCall: () => ({ allow: true }),
    writeLog: () => undefined,
    egress: { privateRanges: () => [], ownPorts: () => [] },
  });
  const key = { plugin: "com.example.echo", instance: "default" };
  const limits = { memoryMb: 256, cpu: 1, pids: 64, tmpMb: 16 };
  await host.start({
    ...key,
    runner: { kind: "sandboxed", runtime: "node", codeDir: fixturePlugins, entry: fixtureEntry("echo"), limits },
    ...{
      capabilities: ["send_messages"],
      settings: {},
      grants: [],
      testMode: false,
      concurrency: 1024,
      queueMax: 1024,
    },
  });
  const context: CallContext = {
    actor: { id: "system:outbox" },
    requestId: "bench000000000000000001",
    purpose: "TREAT",
  };
  return {
    name: "governed call",
    call: (index) =>
      host.call(context, {
        ...key,
        method: "messages.send",
        params: { message: payload, idempotencyKey: `k${index}` },
        deadlineMs: 30_000,
        resource: "Communication",
      }),
    close: () => closeAll(host, sandbox, audit),
  };
}

async function closeAll(host: Host, sandbox: Sandbox, audit: AuditLog): Promise<void> {
  await host.close({ drainMs: 0 });
  await sandbox.close();
  await audit.close();
}

const startEcho = (role: string): ChildProcess =>
  spawn(process.execPath, [self, role], { stdio: ["pipe", "pipe", "inherit"] });

async function endOf(child: ChildProcess): Promise<void> {
  const gone = new Promise((resolve) => child.once("exit", resolve));
  child.kill("SIGKILL");
  await gone;
}

/** Lines there and back, first in first out: the limit that the pipe sets. */
async function makePipe(): Promise<Caller> {
  const child = startEcho("echo-lines");
  const waiting: (() => void)[] = [];
  let taken = 0;
  child.stdout?.on("data", (chunk: Buffer) => {
    for (let at = chunk.indexOf(10); at !== -1; at = chunk.indexOf(10, at + 1)) waiting[taken++]?.();
    if (taken === waiting.length) taken = waiting.length = 0;
  });
  const line = `${"x".repeat(199)}\n`;
  let batch = "";
  const flush = (): void => {
    child.stdin?.write(batch);
    batch = "";
  };
  return {
    name: "raw pipe echo",
    call: () =>
      new Promise<void>((resolve) => {
        waiting.push(resolve);
        if (batch === "") process.nextTick(flush);
        batch += line;
      }),
    close: () => endOf(child),
  };
}

async function makeMcp(): Promise<Caller> {
  const [{ Client }, { StdioClientTransport }] = await Promise.all([
    import("@modelcontextprotocol/sdk/client/index.js"),
    import("@modelcontextprotocol/sdk/client/stdio.js"),
  ]);
  const client = new Client({ name: "bench", version: "0.1.0" });
  await client.connect(new StdioClientTransport({ command: process.execPath, args: [self, "echo-mcp"] }));
  return {
    name: "MCP SDK over stdio, bare echo",
    call: (index) => client.callTool({ name: "echo", arguments: { message: payload, idempotencyKey: `k${index}` } }),
    close: () => client.close(),
  };
}

async function makeHttp(): Promise<Caller> {
  const { Pool } = await import("undici");
  const child = startEcho("echo-http");
  const port = await new Promise<string>((resolve) =>
    child.stdout?.once("data", (chunk: Buffer) => resolve(chunk.toString().trim())),
  );
  const pool = new Pool(`http://127.0.0.1:${port}`, { connections: 64, pipelining: 1 });
  return {
    name: "HTTP on loopback (undici), bare echo",
    call: async (index) => {
      const { body } = await pool.request({
        path: "/",
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ message: payload, idempotencyKey: `k${index}` }),
      });
      return await body.json();
    },
    async close() {
      await pool.close();
      await endOf(child);
    },
  };
}

/** The other ends, each in a process of its own: this file, run with a role. */
const roles: Record<string, () => Promise<void>> = {
  "echo-lines": async () => void process.stdin.pipe(process.stdout),
  "echo-mcp": async () => {
    const [{ Server }, { StdioServerTransport }, { CallToolRequestSchema }] = await Promise.all([
      import("@modelcontextprotocol/sdk/server/index.js"),
      import("@modelcontextprotocol/sdk/server/stdio.js"),
      import("@modelcontextprotocol/sdk/types.js"),
    ]);
    const server = new Server({ name: "echo", version: "0.1.0" }, { capabilities: { tools: {} } });
    server.setRequestHandler(CallToolRequestSchema, async ({ params }) => ({
      content: [{ type: "text", text: String(params.arguments?.["idempotencyKey"]) }],
    }));
    await server.connect(new StdioServerTransport());
  },
  "echo-http": async () => {
    const { createServer } = await import("node:http");
    const echo = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
      let text = "";
      request.setEncoding("utf8");
      for await (const chunk of request) text += chunk;
      response.setHeader("content-type", "application/json");
      response.end(
        JSON.stringify({
          outcome: "accepted",
          providerId: (JSON.parse(text) as { idempotencyKey: string }).idempotencyKey,
        }),
      );
    };
    const server = createServer((request, response) => void echo(request, response));
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      process.stdout.write(`${typeof address === "object" ? address?.port : ""}\n`);
    });
  },
};

if (process.argv[1] === self) await roles[process.argv[2] ?? ""]?.();
