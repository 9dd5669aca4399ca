import { spawn, type ChildProcess } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { createClient, type Client } from "./server-client.ts";

const entry = fileURLToPath(new URL("../../apps/server/src/main.ts", import.meta.url));

/** A Hilum server in a process of its own, over HTTPS on a free port of loopback. */
export interface ServerProcess {
  pid: number;
  url: URL;
  /** PEM of its authority. */
  ca: string;
  /** From spawn to the answer of its first request. */
  readyMs: number;
  setupCode: string | undefined;
  /** As a person stops it; the compile cache is written now. */
  stop(): Promise<void>;
  /** `kill -9`. */
  kill(): Promise<void>;
}

export interface StartOptions {
  /** Working folder: the data folder and the key lie in it. */
  dir: string;
  /** Folder of V8's compile cache, as `npm start` has one. */
  compileCache?: string;
}

/** Starts the server and resolves when it has answered a request over HTTPS. */
export async function startServer({ dir, compileCache }: StartOptions): Promise<ServerProcess> {
  const spawnedMs = performance.now();
  const child = spawn(process.execPath, [entry], {
    cwd: dir,
    env: {
      PATH: process.env["PATH"],
      HILUM_PORT: "0",
      HILUM_HOST: "127.0.0.1",
      ...(compileCache === undefined ? {} : { NODE_COMPILE_CACHE: compileCache }),
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const said = await readStart(child);
  const url = new URL(/https:\/\/\S+/.exec(said)?.[0] ?? "");
  const ca = readFileSync(join(dir, "hilum-data/tls/ca.pem"), "utf8");
  const client = createClient(url, ca);
  const { status } = await client.call("GET", "/api/v1/health");
  const readyMs = performance.now() - spawnedMs;
  client.close();
  if (status !== 200 || child.pid === undefined)
    throw new Error(`the server answered its first request with ${status}`);
  const setupCode = /^ {4}(\w{5}(?:-\w{5}){3})$/m.exec(said)?.[1];
  const end = (signal: NodeJS.Signals) => endProcess(child, signal);
  return { pid: child.pid, url, ca, readyMs, setupCode, stop: () => end("SIGTERM"), kill: () => end("SIGKILL") };
}

/** A server with its first administrator, and a token with which programs may send. */
export async function prepareServer({
  role = "operator",
  ...options
}: StartOptions & { role?: "operator" | "administrator" }): Promise<{
  server: ServerProcess;
  client: Client;
  token: string;
}> {
  const server = await startServer(options);
  const client = createClient(server.url, server.ca);
  const password = "a long password of nobody";
  const administrator = { code: server.setupCode, username: "bench", displayName: "Bench", password };
  await client.expect(201, "POST", "/api/v1/bootstrap/administrator", administrator);
  await client.expect(200, "POST", "/api/v1/account/step-up", { password });
  const { value } = await client.expect<{ value: string }>(201, "POST", "/api/v1/tokens", {
    name: "bench",
    role,
    days: 1,
  });
  return { server, client, token: value };
}

/** Everything printed until the start page with its set-up code, or its end, is there. */
async function readStart(child: ChildProcess): Promise<string> {
  let said = "";
  return await new Promise((resolve, reject) => {
    child.stdout?.setEncoding("utf8").on("data", (text: string) => {
      said += text;
      // The page is one write, which a pipe may cut: its last line ends with a line end of its own.
      if (/is ready at https:\/\/\S+/.test(said) && said.endsWith("\n")) resolve(said);
    });
    child.stderr?.setEncoding("utf8").on("data", (text: string) => (said += text));
    child.once("exit", (code) => reject(new Error(`the server ended with ${code} before it was ready:\n${said}`)));
  });
}

async function endProcess(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise((resolve) => child.once("exit", resolve));
  child.kill(signal);
  await gone;
}
