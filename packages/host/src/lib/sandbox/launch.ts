import { spawn, type ChildProcess, type StdioOptions } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync, readdirSync, readFileSync } from "node:fs";
import { constants } from "node:os";
import { createInterface } from "node:readline";
import type { Readable, Writable } from "node:stream";
import type { ControlGroup } from "./cgroups.ts";
import { identifyProcess, killProcess, measureTree, waitUntilGone, type ProcessHandle } from "./process-tree.ts";
import type { SandboxControl, SandboxedProcess, SandboxExit } from "./sandbox.ts";

export interface Launch {
  file: string;
  arguments: string[];
  /** The compiled seccomp filter on the host; inherited as descriptor 3. */
  filterFile: string;
  group: ControlGroup;
  controls: readonly SandboxControl[];
  /** Called once, when no process is left. */
  onGone: () => void;
}

/** Descriptor numbers in bubblewrap, as the spawn below lays them out. */
export const descriptors = { filter: 3, status: 4 } as const;

const goneTimeoutMs = 5_000;
const bubblewrapExitMs = 1_000;

/**
 * Starts the command line and resolves once the sandbox's first process exists, or the start has failed (then `exited`
 * says `failed_to_start` and stderr says why).
 */
export async function launch(options: Launch): Promise<SandboxedProcess> {
  const child = spawnDetached(options);
  const status = followStatus(child);
  const ended = waitForExit(child);
  const release = holdOutput(child);
  await Promise.race([status.firstProcess, ended]);
  release();
  const first = status.current.firstPid === undefined ? undefined : identifyProcess(status.current.firstPid);
  let killed = false;
  const exited = ended.then(async (result): Promise<SandboxExit> => {
    // Bubblewrap leaves as soon as the plugin's main process does; a process that the plugin left behind may live on.
    if (first !== undefined) await waitUntilGone(first, goneTimeoutMs);
    const exit = describeExit(result, {
      killed,
      memoryKills: options.group.memoryKills(),
      reported: status.current.exitCode,
    });
    options.onGone();
    return exit;
  });
  return {
    pid: first?.pid ?? child.pid ?? 0,
    stdin: child.stdio[0] as Writable,
    stdout: child.stdio[1] as Readable,
    stderr: child.stdio[2] as Readable,
    controls: options.controls,
    exited,
    async kill() {
      killed = killed || child.exitCode === null;
      await killGroup(child, first, options.group);
      await exited;
    },
    usage: () => measure(options.group, first),
  };
}

/** In a session of its own, so that Ctrl-C in the operator's terminal reaches Hilum and not its plugins. */
function spawnDetached(options: Launch): ChildProcess {
  const filter = openSync(options.filterFile, "r");
  const nothing = openSync("/dev/null", "r");
  const stdio: Exclude<StdioOptions, string> = ["pipe", "pipe", "pipe", filter, "pipe"];
  for (const descriptor of heritableDescriptors()) stdio[descriptor] = nothing;
  try {
    return spawn(options.file, options.arguments, {
      cwd: "/",
      env: {},
      detached: true,
      stdio: Array.from(stdio, (each) => each ?? "ignore"),
    });
  } finally {
    closeSync(filter);
    closeSync(nothing);
  }
}

/**
 * Descriptors that every child of this process gets (threat 9): Node opens its own close-on-exec, but those that Hilum
 * was started with, such as a service manager's sockets, pass through. They are replaced by /dev/null.
 */
function heritableDescriptors(): number[] {
  const closeOnExec = 0o2000000;
  return readdirSync("/proc/self/fdinfo")
    .map(Number)
    .filter((descriptor) => descriptor > descriptors.status && (readFlags(descriptor) & closeOnExec) === 0);
}

/** The octal `flags` line of proc_pid_fdinfo(5); a descriptor that is gone already is not passed on. */
function readFlags(descriptor: number): number {
  try {
    return Number.parseInt(
      /^flags:\s+(\d+)/m.exec(readFileSync(`/proc/self/fdinfo/${descriptor}`, "utf8"))?.[1] ?? "0",
      8,
    );
  } catch {
    return 0o2000000;
  }
}

/** Node throws away what an ended child wrote unless somebody reads it; the caller cannot, before `launch` is done. */
function holdOutput(child: ChildProcess): () => void {
  const ignore = (): void => {};
  for (const stream of [child.stdout, child.stderr]) stream?.on("readable", ignore);
  return () => [child.stdout, child.stderr].forEach((stream) => stream?.off("readable", ignore));
}

interface Status {
  firstPid?: number;
  /** Set where the plugin's program was really run. */
  exitCode?: number;
}

/** Reads bubblewrap's status documents: `{"child-pid": n}` at first, `{"exit-code": n}` at the end (bwrap(1)). */
function followStatus(child: ChildProcess): { current: Status; firstProcess: Promise<void> } {
  const current: Status = {};
  const lines = createInterface({ input: child.stdio[descriptors.status] as Readable });
  const firstProcess = new Promise<void>((resolve) => {
    lines.on("line", (line) => {
      const document = JSON.parse(line) as { "child-pid"?: number; "exit-code"?: number };
      if (document["child-pid"] !== undefined) current.firstPid = document["child-pid"];
      if (document["exit-code"] !== undefined) current.exitCode = document["exit-code"];
      resolve();
    });
  });
  return { current, firstProcess };
}

interface RawExit {
  code: number | null;
  signal: string | null;
}

/** Node says `error` instead of `exit` where the very first program is missing. */
async function waitForExit(child: ChildProcess): Promise<RawExit> {
  // A plugin that dies while we write to it is an exit, not an exception.
  child.stdin?.on("error", () => {});
  try {
    const [code, signal] = (await once(child, "exit")) as [number | null, string | null];
    // The last status document may still be in the pipe.
    const status = child.stdio[descriptors.status] as Readable;
    if (!status.closed) await once(status, "close");
    return { code, signal };
  } catch {
    return { code: null, signal: null };
  }
}

function describeExit(
  raw: RawExit,
  facts: { killed: boolean; memoryKills: number; reported: number | undefined },
): SandboxExit {
  const ending = splitCode(facts.reported === undefined ? raw : { code: facts.reported, signal: null });
  if (facts.memoryKills > 0) return { ...ending, reason: "out_of_memory" };
  if (facts.killed) return { code: null, signal: ending.signal ?? "SIGKILL", reason: "killed" };
  if (facts.reported === undefined)
    return { ...ending, reason: ending.signal === "SIGKILL" ? "killed" : "failed_to_start" };
  return { ...ending, reason: ending.signal === "SIGKILL" ? "killed" : "exit" };
}

/** Bubblewrap reports a death by signal as 128 plus its number. */
function splitCode(raw: RawExit): RawExit {
  if (raw.code === null || raw.code <= 128) return raw;
  const name = Object.entries(constants.signals).find(([, number]) => number === (raw.code ?? 0) - 128)?.[0];
  return name === undefined ? raw : { code: null, signal: name };
}

/** The namespace's first process takes every other one with it; the group's switch is there for what comes before it. */
async function killGroup(child: ChildProcess, first: ProcessHandle | undefined, group: ControlGroup): Promise<void> {
  group.killAll();
  if (first !== undefined) {
    killProcess(first);
    await waitUntilGone(first, goneTimeoutMs);
  }
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
  const timer = setTimeout(() => child.kill("SIGKILL"), first === undefined ? 0 : bubblewrapExitMs);
  await once(child, "exit");
  clearTimeout(timer);
}

function measure(group: ControlGroup, first: ProcessHandle | undefined): { memoryBytes?: number; cpuMs?: number } {
  const memoryBytes = group.memoryBytes();
  const cpuMs = group.cpuMs();
  const tree =
    first !== undefined && (memoryBytes === undefined || cpuMs === undefined) ? measureTree(first.pid) : undefined;
  return { ...tree, ...(memoryBytes === undefined ? {} : { memoryBytes }), ...(cpuMs === undefined ? {} : { cpuMs }) };
}
