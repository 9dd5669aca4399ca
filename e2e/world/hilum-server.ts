import { spawn, type ChildProcess } from "node:child_process";
import { createHash, X509Certificate } from "node:crypto";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { setTimeout as sleep } from "node:timers/promises";

const startTimeoutMs = 30_000;
const stopTimeoutMs = 20_000;
const usualPort = 8443;
/** How much later than a refused connection a busy browser tells of it. */
const restartNoticeMs = 10_000;

export interface HilumServer {
  readonly url: URL;
  /** What it printed for the first administrator. */
  readonly setupCode: string;
  readonly dataDir: string;
  /** PEM of the local authority. */
  readonly authorityFile: string;
  /** SHA-256 of the server certificate's public key, base64: what the browser is told to trust, and nothing else. */
  readonly publicKeyHash: string;
  /** Everything it wrote to standard output and error so far. */
  output(): string;
  /** Stops it and starts it again at the same address; resolves when it listens, sealed or not. */
  restart(): Promise<void>;
  /** Whether it was being restarted a moment ago: a page that asked just then was refused, as it has to be. */
  isRestarting(): boolean;
  /** As a second process that rotates the keys would: while `held`, this one waits. */
  holdRotation(held: boolean): void;
  /** Lets the five minutes pass for which a proof of the password holds. */
  letStepUpEnd(): void;
  stop(): Promise<void>;
  /** Ends it at once; for the way out of a failed run. */
  kill(): void;
}

/** Starts the server as a user does: plain Node, an empty data folder, the built console, nothing else configured. */
export async function startHilum({
  repository,
  folder,
  anyPort = false,
}: {
  repository: string;
  folder: string;
  /** Not the port of the documentation, which another run may have. */
  anyPort?: boolean;
}): Promise<HilumServer> {
  const dataDir = join(folder, "data");
  let output = "";
  let restartedAt = Number.NEGATIVE_INFINITY;
  const begin = (port: string): ChildProcess => {
    const started = spawn(process.execPath, [join(repository, "apps/server/src/main.ts")], {
      cwd: folder,
      env: { PATH: process.env["PATH"], HOME: folder, HILUM_PORT: port, HILUM_DATA_DIR: dataDir },
      stdio: ["ignore", "pipe", "pipe"],
    });
    for (const stream of [started.stdout, started.stderr])
      stream.setEncoding("utf8").on("data", (text: string) => {
        output += text;
      });
    return started;
  };
  let child = begin(!anyPort && (await isFree(usualPort)) ? String(usualPort) : "0");
  const url = new URL(await printed(child, () => output, listening));
  const setupCode = await printed(child, () => output, /(?<=\n\s+)[A-Z0-9]{5}(?:-[A-Z0-9]{5}){3}(?=\n)/);
  const authorityFile = join(dataDir, "tls", "ca.pem");
  return {
    url,
    setupCode,
    dataDir,
    authorityFile,
    publicKeyHash: hashPublicKey(readFileSync(join(dataDir, "tls", "server.pem"), "utf8")),
    output: () => output,
    restart: async () => {
      restartedAt = Number.POSITIVE_INFINITY;
      await stop(child, () => output);
      const before = output.length;
      child = begin(url.port);
      await printed(child, () => output.slice(before), listening);
      restartedAt = Date.now();
    },
    isRestarting: () => Date.now() - restartedAt < restartNoticeMs,
    holdRotation: (held) => holdRotation(join(dataDir, "hilum.db"), held),
    letStepUpEnd: () => endStepUps(join(dataDir, "hilum.db")),
    stop: () => stop(child, () => output),
    kill: () => {
      if (!hasEnded(child)) child.kill("SIGKILL");
    },
  };
}

const listening = /https:\/\/[\w.[\]:-]+:[1-9]\d*/;

async function printed(child: ChildProcess, output: () => string, pattern: RegExp): Promise<string> {
  const deadline = Date.now() + startTimeoutMs;
  while (Date.now() < deadline) {
    const found = pattern.exec(output())?.[0];
    if (found !== undefined) return found;
    if (hasEnded(child)) throw new Error(`the server ended with ${child.exitCode}: ${output()}`);
    await sleep(20);
  }
  throw new Error(`${pattern} was not printed in ${startTimeoutMs} ms: ${output()}`);
}

async function stop(child: ChildProcess, output: () => string): Promise<void> {
  if (hasEnded(child)) throw new Error(`the server had ended by itself: ${output()}`);
  const closed = once(child, "close", { signal: AbortSignal.timeout(stopTimeoutMs) });
  child.kill("SIGTERM");
  await closed;
  if (child.exitCode !== 0) throw new Error(`the server ended with ${child.exitCode ?? child.signalCode}`);
}

const hasEnded = (child: ChildProcess): boolean => child.exitCode !== null || child.signalCode !== null;

/** The port of the documentation, where nobody else has it: then its commands run word for word. */
async function isFree(port: number): Promise<boolean> {
  const probe = createServer();
  try {
    probe.listen(port, "localhost");
    await once(probe, "listening");
    return true;
  } catch {
    return false;
  } finally {
    probe.close();
  }
}

/** SHA-256 of a certificate's public key, base64: by it a browser is told to trust one server more. */
export function hashPublicKey(pem: string): string {
  const key = new X509Certificate(pem).publicKey.export({ type: "spki", format: "der" });
  return createHash("sha256").update(key).digest("base64");
}

function endStepUps(file: string): void {
  change(file, "UPDATE sessions SET stepped_up_until = '2020-01-01T00:00:00.000Z'");
}

function holdRotation(file: string, held: boolean): void {
  change(file, "DELETE FROM leases WHERE name = 'key_rotation'");
  if (held)
    change(
      file,
      "INSERT INTO leases (name, holder, until, fence) VALUES ('key_rotation', 'another', '2199-01-01T00:00:00.000Z', 1)",
    );
}

function change(file: string, sql: string): void {
  const database = new DatabaseSync(file);
  try {
    database.exec("PRAGMA busy_timeout = 5000");
    database.exec(sql);
  } finally {
    database.close();
  }
}
