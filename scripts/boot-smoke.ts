import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, realpathSync, rmSync, statSync } from "node:fs";
import { get } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { compiledCode, requires } from "@hilum/testkit";
import { repository } from "./process.ts";
import { writeStageReport, type TestOutcome } from "./stage-report.ts";

/**
 * Starts the server with plain Node, as a user's machine does: Vitest transforms files itself and would not notice a
 * file that Node cannot run. Asks `/api/v1/health`, then stops it by SIGTERM.
 */
const startTimeoutMs = 30_000;
const stopTimeoutMs = 15_000;

class Boot {
  readonly #child: ChildProcess;
  #output = "";

  /** `wrapped`: a program and its arguments that run the server in an environment of their own. */
  constructor(folder: string, wrapped: readonly string[] = []) {
    const command = [...wrapped, process.execPath, join(repository, "apps/server/src/main.ts")];
    this.#child = spawn(command[0] ?? process.execPath, command.slice(1), {
      cwd: folder,
      env: {
        ...{ PATH: process.env["PATH"], ...compiledCode(), HOME: folder },
        ...{ HILUM_PORT: "0", HILUM_DATA_DIR: join(folder, "data") },
      },
      stdio: ["ignore", "pipe", "pipe"],
    });
    const take = (chunk: Buffer): void => {
      this.#output += chunk.toString();
    };
    this.#child.stdout?.on("data", take);
    this.#child.stderr?.on("data", take);
  }

  /** The address that the server prints when it serves. */
  async address(): Promise<URL> {
    const deadline = Date.now() + startTimeoutMs;
    while (Date.now() < deadline) {
      const printed = /https:\/\/[\w.[\]:-]+:[1-9]\d*/.exec(this.#output)?.[0];
      if (printed !== undefined) return new URL(printed);
      if (this.#ended) throw new Error(`the server ended with ${this.#child.exitCode}: ${this.#output}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    throw new Error(`no address was printed in ${startTimeoutMs} ms: ${this.#output}`);
  }

  async stop(): Promise<void> {
    if (this.#ended) throw new Error(`the server had ended by itself: ${this.#output}`);
    const closed = once(this.#child, "close", { signal: AbortSignal.timeout(stopTimeoutMs) });
    this.#child.kill("SIGTERM");
    await closed;
    if (this.#child.exitCode !== 0)
      throw new Error(`ended with ${this.#child.exitCode ?? this.#child.signalCode}: ${this.#output}`);
  }

  kill(): void {
    if (!this.#ended) this.#child.kill("SIGKILL");
  }

  get #ended(): boolean {
    return this.#child.exitCode !== null || this.#child.signalCode !== null;
  }
}

/** The certificate's authority was made a moment ago and nobody trusts it yet; this asks whether the server answers. */
async function requestHealth(address: URL): Promise<void> {
  const request = get(new URL("/api/v1/health", address), { rejectUnauthorized: false, timeout: 5_000 });
  const [response] = (await once(request, "response")) as [{ statusCode?: number; resume(): void }];
  response.resume();
  if (response.statusCode !== 200) throw new Error(`/api/v1/health answered ${response.statusCode}`);
}

async function attempt(name: string, work: () => Promise<void>): Promise<TestOutcome> {
  const startedAt = performance.now();
  try {
    await work();
    return { name, status: "passed", durationMs: performance.now() - startedAt };
  } catch (error) {
    return { name, status: "failed", durationMs: performance.now() - startedAt, reason: String(error) };
  }
}

/** Where a slim system has no libatomic1: the same machine with that library hidden. */
function hideLibatomic(): string[] {
  const folders = [
    "/lib",
    "/lib64",
    "/usr/lib",
    "/usr/lib64",
    ...readdirSync("/usr/lib").map((name) => `/usr/lib/${name}`),
  ];
  const files = folders
    .filter((path) => statSync(path, { throwIfNoEntry: false })?.isDirectory() === true)
    .flatMap((path) =>
      readdirSync(path)
        .filter((name) => name.startsWith("libatomic.so"))
        .map((name) => realpathSync(join(path, name))),
    );
  const hidden = [...new Set(files)].flatMap((file) => ["--ro-bind", "/dev/null", file]);
  return ["bwrap", "--bind", "/", "/", "--dev-bind", "/dev", "/dev", "--proc", "/proc", "--die-with-parent", ...hidden];
}

async function bootWithoutLibatomic(): Promise<TestOutcome> {
  const name = "serves health on a system without libatomic1";
  const bubblewrap = requires("bubblewrap");
  if (!bubblewrap.available)
    return { name, status: "skipped", durationMs: 0, reason: bubblewrap.reason, enable: bubblewrap.enable };
  const folder = mkdtempSync(join(tmpdir(), "hilum-boot-"));
  const slim = new Boot(folder, hideLibatomic());
  try {
    return await attempt(name, async () => requestHealth(await slim.address()));
  } finally {
    slim.kill();
    rmSync(folder, { recursive: true, force: true });
  }
}

const folder = mkdtempSync(join(tmpdir(), "hilum-boot-"));
const boot = new Boot(folder);
try {
  const tests = [
    await attempt("serves health under plain Node with an empty data folder", async () =>
      requestHealth(await boot.address()),
    ),
    await attempt("ends well on SIGTERM", () => boot.stop()),
    await bootWithoutLibatomic(),
  ];
  writeStageReport({ stage: "boot", tests });
  for (const { name, status, durationMs, reason } of tests)
    console.log(`${status} ${name} (${Math.round(durationMs)} ms)${reason === undefined ? "" : `\n${reason}`}`);
  process.exitCode = tests.every(({ status }) => status !== "failed") ? 0 : 1;
} finally {
  boot.kill();
  rmSync(folder, { recursive: true, force: true });
}
