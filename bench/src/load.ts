/**
 * A load generator in a process of its own: TLS connections that are open before the clock starts, each with one request
 * in flight, the request's bytes made once. It costs little, because it shares the cores with what it measures.
 */
import { fork } from "node:child_process";
import { connect, type TLSSocket } from "node:tls";
import { fileURLToPath } from "node:url";
import { percentile } from "./row.ts";

export interface Load {
  url: string;
  ca: string;
  /** Default: POST. */
  method?: "GET" | "POST";
  path: string;
  headers: Readonly<Record<string, string>>;
  body: string;
  connections: number;
  /** How long to go on, or until how many are answered, whichever comes first. */
  seconds?: number;
  requests?: number;
  /** The status that counts; any other ends the run. */
  status: number;
}

export interface LoadResult {
  answered: number;
  perSecond: number;
  p50Ms: number;
  p99Ms: number;
  meanMs: number;
}

const self = fileURLToPath(import.meta.url);

/** Runs the load in a child process and resolves with what it saw. */
export async function runLoad(load: Load): Promise<LoadResult> {
  const child = fork(self, ["load"], { env: { PATH: process.env["PATH"] } });
  return await new Promise((resolve, reject) => {
    child.once("message", (message: LoadResult | { error: string }) =>
      "error" in message ? reject(new Error(message.error)) : resolve(message),
    );
    child.once("exit", (code) => reject(new Error(`the load generator ended with ${code}`)));
    child.send(load);
  });
}

async function generate(load: Load): Promise<LoadResult> {
  const bytes = requestBytes(load);
  const sockets = await Promise.all(Array.from({ length: load.connections }, () => open(load)));
  const latencies: number[] = [];
  const requests = load.requests ?? Number.POSITIVE_INFINITY;
  let started = 0;
  const beganMs = performance.now();
  const untilMs = beganMs + (load.seconds ?? Number.POSITIVE_INFINITY) * 1000;
  const work = async (socket: TLSSocket): Promise<void> => {
    const ask = createExchange(socket, load.status);
    while (started < requests && performance.now() < untilMs) {
      started += 1;
      const sentMs = performance.now();
      await ask(bytes);
      latencies.push(performance.now() - sentMs);
    }
    socket.destroy();
  };
  await Promise.all(sockets.map(work));
  const tookMs = performance.now() - beganMs;
  return {
    answered: latencies.length,
    perSecond: (latencies.length * 1000) / tookMs,
    p50Ms: percentile(latencies, 0.5),
    p99Ms: percentile(latencies, 0.99),
    meanMs: latencies.reduce((sum, ms) => sum + ms, 0) / latencies.length,
  };
}

function requestBytes({ method = "POST", url, path, headers, body }: Load): Buffer {
  const fields = { host: new URL(url).host, ...headers, "content-length": String(Buffer.byteLength(body)) };
  const lines = Object.entries(fields).map(([name, value]) => `${name}: ${value}\r\n`);
  return Buffer.from(`${method} ${path} HTTP/1.1\r\n${lines.join("")}\r\n${body}`);
}

async function open({ url, ca }: Load): Promise<TLSSocket> {
  const { hostname, port } = new URL(url);
  const socket = connect({ host: hostname, port: Number(port), ca, ALPNProtocols: ["http/1.1"] });
  socket.setNoDelay(true);
  await new Promise((resolve, reject) => socket.once("secureConnect", resolve).once("error", reject));
  return socket;
}

/** One request, one answer: an answer ends where its Content-Length says, or with its last chunk, which is empty. */
function createExchange(socket: TLSSocket, status: number): (bytes: Buffer) => Promise<void> {
  let text = "";
  let done: (() => void) | undefined;
  let failed: ((error: Error) => void) | undefined;
  socket.setEncoding("latin1");
  socket.on("data", (part: string) => {
    text += part;
    const head = text.indexOf("\r\n\r\n");
    if (head === -1) return;
    const fields = text.slice(0, head);
    const length = /\r\ncontent-length: (\d+)/i.exec(fields)?.[1];
    const isWhole =
      length === undefined
        ? /\r\ntransfer-encoding: chunked/i.test(fields) && text.endsWith("\r\n0\r\n\r\n")
        : text.length >= head + 4 + Number(length);
    if (!isWhole) return;
    const answer = text;
    text = "";
    if (answer.startsWith(`HTTP/1.1 ${status} `)) done?.();
    else failed?.(new Error(`the server answered ${answer.slice(0, 600)}`));
  });
  socket.on("error", (error) => failed?.(error));
  socket.on("close", () => failed?.(new Error("the server closed a connection")));
  return (bytes) =>
    new Promise((resolve, reject) => {
      [done, failed] = [resolve, reject];
      socket.write(bytes);
    });
}

if (process.argv[1] === self && process.argv[2] === "load")
  process.once("message", (load: Load) => {
    void generate(load)
      .catch((error: unknown) => ({ error: String(error) }))
      .then((result) => process.send?.(result, () => process.disconnect()));
  });
