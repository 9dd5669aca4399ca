import { chmodSync, chownSync, copyFileSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { execFile } from "node:child_process";
import { release } from "node:os";
import { join, posix } from "node:path";
import { promisify } from "node:util";
import { HilumError } from "@hilum/contract";
import { openControlGroups, type ControlGroups } from "./cgroups.ts";
import { mountCode } from "./code-mounts.ts";
import { buildCommandLine, type CommandLine, type Identity, type ProcessLimits } from "./command-line.ts";
import { descriptors, launch } from "./launch.ts";
import { refusals, SandboxRefusal, type Refusal } from "./refusal.ts";
import { createRuntimeCatalogue, findProgram, type Mount, type RuntimeCatalogue } from "./runtime-files.ts";
import type { Sandbox, SandboxControl, SandboxedProcess, SandboxReport, StartSpec } from "./sandbox.ts";
import { encodeProgram } from "./seccomp/bpf.ts";
import { architectures, compilePolicy } from "./seccomp/compile.ts";
import { createPolicy } from "./seccomp/policy.ts";
import { runSelfTest } from "./self-test.ts";
import { createUserIds, type UserIds } from "./user-identity.ts";

const execute = promisify(execFile);

export interface SandboxOptions {
  /** A folder of ours for small generated files: the filter, /etc, the self-test's programs. Made if absent. */
  stateDir: string;
  /** Only to use another bubblewrap than the one on the system's path. */
  bubblewrapPath?: string;
  /** Hears what does not fit a report: the exact message of a start that failed. */
  log?: (message: string, detail: Record<string, unknown>) => void;
  /** False to leave control groups alone and use per-process limits. */
  controlGroups?: boolean;
}

/** Everything a start needs that does not depend on the plugin. */
interface Prepared {
  bubblewrapVersion: string;
  programs: CommandLine["programs"];
  groups: ControlGroups;
  processLimits: ProcessLimits;
  /** The identity for one process; `release` gives it back. */
  takeIdentity(owner: string): { identity: Identity; release: () => void };
  identityKind: Identity["kind"];
  filterFile: string;
  etcFiles: Mount[];
  probeDir: string;
}

/** Makes the sandbox. Nothing is tried yet: `check` (or the first `start`) does that. */
export async function createSandbox(options: SandboxOptions): Promise<Sandbox> {
  const catalogue = createRuntimeCatalogue();
  const userIds = createUserIds();
  const running = new Set<SandboxedProcess>();
  let prepared: Prepared | undefined;
  let last: SandboxReport = {
    level: "not_available",
    reason: "The self-test has not run yet",
    fix: "Press Check again.",
    checkedAt: "",
    controls: [],
  };
  let checking: Promise<SandboxReport> | undefined;

  const begin = (
    spec: StartSpec,
    use: Prepared,
    permissionFlags: boolean,
  ): Promise<{ process: SandboxedProcess; throttledCount: () => number }> =>
    startProcess(spec, { prepared: use, catalogue, running, permissionFlags, controls: last.controls });

  const runCheck = async (): Promise<SandboxReport> => {
    const started = performance.now();
    const checkedAt = new Date().toISOString();
    try {
      prepared?.groups.close();
      const current = await prepare(options, catalogue, userIds);
      prepared = current;
      const controls = await runSelfTest({
        ...current,
        processLimits: { memory: current.processLimits.memory, pids: describePids(current) },
        hostFolder: options.stateDir,
        startProbe: (entry, limits) =>
          begin(
            { plugin: "self-test", instance: entry, runtime: "node", codeDir: current.probeDir, entry, limits },
            current,
            false,
          ),
      });
      // The first Python plugin need not wait for its libraries to be looked up.
      void catalogue.runtime("python").catch(() => {});
      last = {
        ...judge(controls),
        checkedAt,
        checkMs: performance.now() - started,
        controls,
        bubblewrap: current.bubblewrapVersion,
      };
    } catch (error) {
      last = {
        level: "not_available",
        ...refusalOf(error),
        checkedAt,
        checkMs: performance.now() - started,
        controls: [],
      };
      options.log?.("The sandbox self-test did not finish", { error });
    }
    return last;
  };

  const check = (): Promise<SandboxReport> => (checking ??= runCheck().finally(() => (checking = undefined)));

  return {
    report: () => last,
    check,
    async start(spec) {
      const report = last.checkedAt === "" ? await check() : await (checking ?? last);
      if (report.level !== "isolated" || prepared === undefined)
        throw new HilumError("sandbox.unavailable", { detail: [report.reason, report.fix].filter(Boolean).join(". ") });
      return (await begin(spec, prepared, true)).process;
    },
    async close() {
      await Promise.all([...running].map((each) => each.kill()));
      prepared?.groups.close();
    },
  };
}

async function startProcess(
  spec: StartSpec,
  use: {
    prepared: Prepared;
    catalogue: RuntimeCatalogue;
    running: Set<SandboxedProcess>;
    permissionFlags: boolean;
    controls: readonly SandboxControl[];
  },
): Promise<{ process: SandboxedProcess; throttledCount: () => number }> {
  assertEntry(spec.entry);
  const { prepared } = use;
  const { etcFiles, programs, processLimits, filterFile } = prepared;
  const codeMounts = await mountCode(spec.codeDir, spec.entry, prepared.identityKind === "own_user");
  const runtime = await use.catalogue.runtime(spec.runtime);
  const { identity, release: releaseIdentity } = prepared.takeIdentity(`${spec.plugin}/${spec.instance}`);
  const group = prepared.groups.create(groupName(spec), spec.limits);
  let throttled = 0;
  const giveBack = (): void => {
    throttled = group.throttledCount();
    group.remove();
    releaseIdentity();
  };
  try {
    // The socket is ours; the plugin's user must be able to connect to it.
    if (spec.egressSocket !== undefined && identity.kind === "own_user")
      chownSync(spec.egressSocket, identity.userId, identity.userId);
    const commandLine = buildCommandLine({
      spec,
      runtime,
      identity,
      processLimits,
      programs,
      joinFiles: group.joinFiles,
      codeMounts,
      etcFiles,
      descriptors,
      permissionFlags: use.permissionFlags,
    });
    const started = await launch({ ...commandLine, filterFile, group, controls: use.controls, onGone: giveBack });
    use.running.add(started);
    void started.exited.then(() => use.running.delete(started));
    return { process: started, throttledCount: () => throttled };
  } catch (error) {
    giveBack();
    throw error;
  }
}

let groupCount = 0;

/** Control group names are for people who look at the machine; the count keeps them apart. */
function groupName(spec: StartSpec): string {
  groupCount += 1;
  return `${groupCount}-${`${spec.plugin}-${spec.instance}`.replace(/[^a-zA-Z0-9-]/g, "-").slice(0, 80)}`;
}

function assertEntry(entry: string): void {
  const normal = posix.normalize(entry);
  if (entry === "" || entry.includes("\0") || posix.isAbsolute(normal) || normal === ".." || normal.startsWith("../")) {
    throw new HilumError("manifest.invalid", {
      detail: "The runtime's entry leads outside the plugin's code",
      problems: [{ pointer: "/runtime/entry", message: "must be a path inside the plugin's folder" }],
    });
  }
}

/** Looks for everything a start needs and writes our own files. Throws a SandboxRefusal. */
async function prepare(options: SandboxOptions, catalogue: RuntimeCatalogue, userIds: UserIds): Promise<Prepared> {
  if (process.platform !== "linux") throw new SandboxRefusal(refusals.platform(process.platform));
  const architecture = architectures.find(({ name }) => name === process.arch);
  if (architecture === undefined) throw new SandboxRefusal(refusals.architecture(process.arch));
  const bubblewrap = options.bubblewrapPath ?? findProgram("bwrap");
  if (bubblewrap === undefined) throw new SandboxRefusal(refusals.bubblewrapMissing());
  const bubblewrapVersion = await readVersion(bubblewrap);
  const programs = { shell: required("sh"), env: required("env"), prlimit: required("prlimit"), bubblewrap };
  const groups =
    options.controlGroups === false ? openControlGroups({ membership: "", mounts: "" }) : openControlGroups();
  const asRoot = process.getuid?.() === 0;
  const filter = compilePolicy(createPolicy(groups.controllers.has("memory")), architecture);
  return {
    bubblewrapVersion,
    programs,
    groups,
    processLimits: await chooseProcessLimits(groups, catalogue, asRoot),
    identityKind: asRoot ? "own_user" : "user_namespace",
    takeIdentity: asRoot
      ? await ownUsers(catalogue, userIds)
      : () => ({ identity: { kind: "user_namespace" }, release: () => {} }),
    ...writeFiles(options.stateDir, encodeProgram(filter)),
  };
}

async function ownUsers(catalogue: RuntimeCatalogue, userIds: UserIds): Promise<Prepared["takeIdentity"]> {
  const setpriv = await catalogue.tool("setpriv");
  return (owner) => {
    const userId = userIds.take(owner);
    return { identity: { kind: "own_user", userId, setpriv }, release: () => userIds.release(userId) };
  };
}

async function chooseProcessLimits(
  groups: ControlGroups,
  catalogue: RuntimeCatalogue,
  asRoot: boolean,
): Promise<ProcessLimits> {
  const memory = !groups.controllers.has("memory");
  if (groups.controllers.has("pids")) return { memory, pids: "no" };
  if (asRoot) return { memory, pids: { where: "outside" } };
  // Before Linux 5.14 the count is per user on the whole machine: the operator's own programs would use it up.
  const [major = 0, minor = 0] = release().split(".").map(Number);
  if (major < 5 || (major === 5 && minor < 14)) return { memory, pids: "no" };
  return { memory, pids: { where: "inside", prlimit: await catalogue.tool("prlimit") } };
}

function describePids({ processLimits }: Prepared): string {
  if (processLimits.pids === "no") return "none";
  const count =
    processLimits.pids.where === "inside" ? "rlimit in its own user namespace" : "rlimit of its own user ID";
  return processLimits.memory ? `${count}; threads only, by the system call filter` : count;
}

async function readVersion(bubblewrap: string): Promise<string> {
  const { stdout } = await execute(bubblewrap, ["--version"], { env: {} }).catch((cause: unknown) => {
    throw new SandboxRefusal(refusals.bubblewrapMissing(), { cause });
  });
  const version = /(\d+)\.(\d+)(?:\.\d+)?/.exec(stdout);
  if (version === null || (version[1] === "0" && Number(version[2]) < 7))
    throw new SandboxRefusal(refusals.bubblewrapOld(version?.[0] ?? "of unknown version"));
  return version[0];
}

function required(name: string): string {
  const path = findProgram(name);
  if (path === undefined) throw new SandboxRefusal(refusals.programMissing(name));
  return path;
}

const etcTexts: Record<string, string> = {
  hosts: "127.0.0.1 localhost\n::1 localhost\n",
  "nsswitch.conf": "passwd: files\ngroup: files\nhosts: files\n",
};

/** Readable by the plugin's own user, whatever the umask. */
function writeFiles(stateDir: string, filter: Buffer): { filterFile: string; etcFiles: Mount[]; probeDir: string } {
  mkdirSync(stateDir, { recursive: true, mode: 0o700 });
  const filterFile = join(stateDir, "system-calls.bpf");
  writeFileSync(filterFile, filter, { mode: 0o600 });
  const etcFiles = Object.entries(etcTexts).map(([name, text]) => {
    const from = join(stateDir, name);
    writeFileSync(from, text);
    chmodSync(from, 0o644);
    return { from, to: `/etc/${name}` };
  });
  const probeDir = join(stateDir, "probe");
  mkdirSync(probeDir, { recursive: true });
  chmodSync(probeDir, 0o755);
  const source = join(import.meta.dirname, "probe");
  for (const name of readdirSync(source)) {
    copyFileSync(join(source, name), join(probeDir, name));
    chmodSync(join(probeDir, name), 0o644);
  }
  return { filterFile, etcFiles, probeDir };
}

/** CPU shares need a control group; a plugin without one is still contained, and the report says so. */
function judge(controls: readonly SandboxControl[]): Pick<SandboxReport, "level"> & Partial<Refusal> {
  const missing = controls.filter(({ name, state }) => state === "missing" && name !== "cpu").map(({ name }) => name);
  return missing.length === 0 ? { level: "isolated" } : { level: "not_available", ...refusals.controlMissing(missing) };
}

function refusalOf(error: unknown): Refusal {
  if (error instanceof SandboxRefusal) return error.refusal;
  return { reason: "The self-test failed", fix: "Look at the server's log, then press Check again." };
}
