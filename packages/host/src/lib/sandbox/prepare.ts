import { execFile } from "node:child_process";
import { chmodSync, copyFileSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { release } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { openControlGroups, type ControlGroups } from "./cgroups.ts";
import type { CommandLine, Identity, ProcessLimits } from "./command-line.ts";
import { refusals, SandboxRefusal } from "./refusal.ts";
import { findProgram, type Mount, type RuntimeCatalogue } from "./runtime-files.ts";
import { encodeProgram } from "./seccomp/bpf.ts";
import { architectures, compilePolicy } from "./seccomp/compile.ts";
import { createPolicy } from "./seccomp/policy.ts";
import type { UserIds } from "./user-identity.ts";

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
export interface Prepared {
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

/** Looks for everything a start needs and writes our own files. Throws a SandboxRefusal. */
export async function prepare(
  options: SandboxOptions,
  catalogue: RuntimeCatalogue,
  userIds: UserIds,
  earlierGroups: ControlGroups | undefined,
): Promise<Prepared> {
  if (process.platform !== "linux") throw new SandboxRefusal(refusals.platform(process.platform));
  const architecture = architectures.find(({ name }) => name === process.arch);
  if (architecture === undefined) throw new SandboxRefusal(refusals.architecture(process.arch));
  const bubblewrap = options.bubblewrapPath ?? findProgram("bwrap");
  if (bubblewrap === undefined) throw new SandboxRefusal(refusals.bubblewrapMissing());
  const bubblewrapVersion = await readVersion(bubblewrap);
  const programs = { shell: required("sh"), env: required("env"), prlimit: required("prlimit"), bubblewrap };
  const groups = earlierGroups?.version === "none" || earlierGroups === undefined ? openGroups(options) : earlierGroups;
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

function openGroups(options: SandboxOptions): ControlGroups {
  return options.controlGroups === false ? openControlGroups({ membership: "", mounts: "" }) : openControlGroups();
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

/** How the number of processes is kept down where no control group does it. */
export function describePids({ processLimits }: Prepared): string {
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
