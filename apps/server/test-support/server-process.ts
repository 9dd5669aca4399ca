import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { compiledCode } from "@hilum/testkit";
import { createTestClient, type TestClient } from "./test-client.ts";
import { freePort } from "./test-server.ts";

const main = fileURLToPath(new URL("../src/main.ts", import.meta.url));

/** The server as people run it: a process of its own that can be killed. */
export interface ServerProcess {
  child: ChildProcess;
  origin: string;
  setupCode: string | undefined;
  ca: string;
  /** Everything it wrote so far. */
  stdout(): string;
  stderr(): string;
  client(credential?: { token?: string; cookie?: string }): TestClient;
  /** Sends the signal and answers how it ended. */
  end(signal: "SIGTERM" | "SIGKILL"): Promise<{ code: number | null; signal: NodeJS.Signals | null }>;
}

export interface ProcessOptions {
  folder: string;
  env?: Readonly<Record<string, string>>;
}

/** How a process that did not come up said why. */
export interface FailedStart {
  code: number | null;
  stdout: string;
  stderr: string;
}

export async function startServerProcess(options: ProcessOptions): Promise<ServerProcess> {
  const started = await tryServerProcess(options);
  if ("child" in started) return started;
  throw new Error(`the server did not start (${started.code}): ${started.stdout}\n${started.stderr}`);
}

/** Starts the process and waits until it serves, or has ended. */
export async function tryServerProcess({ folder, env = {} }: ProcessOptions): Promise<ServerProcess | FailedStart> {
  const port = env["HILUM_PORT"] ?? String(await freePort());
  const child = spawn(process.execPath, [main], {
    cwd: folder,
    env: { PATH: process.env["PATH"] ?? "", ...compiledCode(), HILUM_PORT: port, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const said = { stdout: "", stderr: "" };
  const kill = (): void => void child.kill("SIGKILL");
  // A test that fails leaves nothing behind.
  process.once("exit", kill);
  const ended = once(child, "exit").finally(() => process.off("exit", kill));
  const ready = new Promise<void>((resolve) => {
    child.stdout.on("data", (part: Buffer) => {
      said.stdout += part.toString("utf8");
      // The last paragraph names the data folder, and after it the set-up code at a first start.
      if (/Data folder [^\n]*\n([^]*one-time set-up code:\n\n {4}\S+)?\n?$/.test(said.stdout)) resolve();
    });
    child.stderr.on("data", (part: Buffer) => (said.stderr += part.toString("utf8")));
  });
  await Promise.race([ready, ended]);
  if (child.exitCode !== null || child.signalCode !== null) return { code: child.exitCode, ...said };
  const ca = readFileSync(join(env["HILUM_DATA_DIR"] ?? join(folder, "hilum-data"), "tls", "ca.pem"), "utf8");
  const origin = `https://localhost:${port}`;
  return {
    child,
    origin,
    ca,
    setupCode: /\n {4}(\w{5}-\w{5}-\w{5}-\w{5})/.exec(said.stdout)?.[1],
    stdout: () => said.stdout,
    stderr: () => said.stderr,
    client: (credential = {}) => createTestClient({ origin, ca, ...credential }),
    async end(signal) {
      child.kill(signal);
      const [code, by] = (await ended) as [number | null, NodeJS.Signals | null];
      return { code, signal: by };
    },
  };
}
