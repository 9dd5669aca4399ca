import {
  accessSync,
  constants,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  rmdirSync,
  writeFileSync,
} from "node:fs";
import { basename, join } from "node:path";
import { identifyProcess, killProcess } from "./process-tree.ts";
import type { SandboxLimits } from "./sandbox.ts";

export type Controller = "memory" | "pids" | "cpu";

/** The control groups of one plugin process. Nothing in here is created by, or visible to, the plugin. */
export interface ControlGroup {
  /** cgroup.procs files that the process joins before it becomes anything else. */
  readonly joinFiles: readonly string[];
  /** Processes that the kernel killed for want of memory. */
  memoryKills(): number;
  memoryBytes(): number | undefined;
  cpuMs(): number | undefined;
  /** Times the CPU limit held the group back. */
  throttledCount(): number;
  /** SIGKILL to every member at once; false where this kernel has no such switch (v1). */
  killAll(): boolean;
  /** Removes the group, which must be empty. */
  remove(): void;
}

export interface ControlGroups {
  readonly version: "v1" | "v2" | "none";
  readonly controllers: ReadonlySet<Controller>;
  /** Why a controller is absent, for the operator. */
  readonly reason: string;
  create(name: string, limits: SandboxLimits): ControlGroup;
  /** Removes what `create` left and the folders of this host process. */
  close(): void;
}

/** Where the kernel's files are; tests give a tree of their own. */
export interface CgroupFiles {
  /** /proc/self/cgroup: `id:controllers:path`, one hierarchy a line. */
  membership: string;
  /** /proc/self/mountinfo (proc(5)). */
  mounts: string;
}

const wanted: readonly Controller[] = ["memory", "pids", "cpu"];
const ownPrefix = "hilum-";

/**
 * Finds the control groups that this process may divide: always below its own group, so that limits set from outside
 * keep holding. v2 where it has the controllers, else v1, else none.
 */
export function openControlGroups(files: CgroupFiles = readCgroupFiles()): ControlGroups {
  const v2 = openUnified(files);
  if (v2.controllers.size > 0) return v2;
  const v1 = openLegacy(files);
  return v1.controllers.size > 0 ? v1 : { ...v1, version: "none", reason: v2.reason === "" ? v1.reason : v2.reason };
}

function readCgroupFiles(): CgroupFiles {
  const read = (path: string): string => (existsSync(path) ? readFileSync(path, "utf8") : "");
  return { membership: read("/proc/self/cgroup"), mounts: read("/proc/self/mountinfo") };
}

/** Version 1: each controller has a tree of its own. */
function openLegacy(files: CgroupFiles): ControlGroups {
  const baseName = nextBaseName();
  const bases = new Map<Controller, string>();
  const refused: Controller[] = [];
  for (const controller of wanted) {
    const own = ownFolder(files, controller);
    if (own === undefined) continue;
    try {
      removeStale(own);
      bases.set(controller, makeFolder(own, baseName));
    } catch {
      refused.push(controller);
    }
  }
  return {
    version: "v1",
    controllers: new Set(bases.keys()),
    reason:
      refused.length > 0
        ? `This user may not make control groups (${refused.join(", ")})`
        : "No control groups are mounted",
    create: (name, limits) => createLegacy(bases, name, limits),
    close: () => bases.forEach(removeTree),
  };
}

function createLegacy(bases: ReadonlyMap<Controller, string>, name: string, limits: SandboxLimits): ControlGroup {
  const folders = new Map([...bases].map(([controller, base]) => [controller, makeFolder(base, name)] as const));
  const file = (controller: Controller, knob: string): string | undefined => {
    const folder = folders.get(controller);
    return folder === undefined ? undefined : join(folder, knob);
  };
  const bytes = limits.memoryMb * 1024 * 1024;
  write(file("memory", "memory.limit_in_bytes"), bytes);
  // Memory and swap together; absent where swap is not accounted.
  writeIfPresent(file("memory", "memory.memsw.limit_in_bytes"), bytes);
  write(file("pids", "pids.max"), limits.pids);
  write(file("cpu", "cpu.cfs_period_us"), cpuPeriodUs);
  write(file("cpu", "cpu.cfs_quota_us"), Math.max(1000, Math.round(limits.cpu * cpuPeriodUs)));
  return {
    joinFiles: [...folders.values()].map((folder) => join(folder, "cgroup.procs")),
    memoryKills: () => readField(file("memory", "memory.oom_control"), "oom_kill") ?? 0,
    memoryBytes: () => readNumber(file("memory", "memory.usage_in_bytes")),
    cpuMs: () => scale(readNumber(file("cpu", "cpuacct.usage")), 1e-6),
    throttledCount: () => readField(file("cpu", "cpu.stat"), "nr_throttled") ?? 0,
    killAll: () => false,
    remove: () => folders.forEach((folder) => removeFolder(folder)),
  };
}

const cpuPeriodUs = 100_000;

/** Version 2: one tree; a group with members of its own cannot be divided, the root apart. */
function openUnified(files: CgroupFiles): ControlGroups {
  const none = {
    version: "none",
    controllers: new Set<Controller>(),
    create: () => createUnified("", new Set(), "", { memoryMb: 0, cpu: 0, pids: 0, tmpMb: 0 }),
    close: () => {},
  } as const;
  const own = ownFolder(files, undefined);
  if (own === undefined) return { ...none, reason: "" };
  const offered = words(join(own, "cgroup.controllers"));
  const controllers = new Set(wanted.filter((controller) => offered.includes(controller)));
  if (controllers.size === 0) return { ...none, reason: "" };
  try {
    removeStale(own);
    delegate(own, controllers);
    const base = makeFolder(own, nextBaseName());
    enable(base, controllers);
    return {
      version: "v2",
      controllers,
      reason: "",
      create: (name, limits) => createUnified(base, controllers, name, limits),
      close: () => removeTree(base),
    };
  } catch (error) {
    return {
      ...none,
      reason: `The control group of this process cannot be divided (${(error as Error).message}); run Hilum as a systemd service with Delegate=yes`,
    };
  }
}

/** Lets children of `own` have the controllers; first moves the members into a child where the kernel asks for it. */
function delegate(own: string, controllers: ReadonlySet<Controller>): void {
  const enabled = words(join(own, "cgroup.subtree_control"));
  if ([...controllers].every((controller) => enabled.includes(controller))) return;
  try {
    enable(own, controllers);
  } catch (error) {
    const members = words(join(own, "cgroup.procs"));
    // A shell or a desktop session may share the group; only a service's group is ours to rearrange.
    const ours = basename(own).endsWith(".service") || members.every((member) => Number(member) === process.pid);
    if ((error as NodeJS.ErrnoException).code !== "EBUSY" || !ours) throw error;
    const host = join(own, "host");
    if (!existsSync(host)) mkdirSync(host);
    for (const member of members) writeFileSync(join(host, "cgroup.procs"), member);
    enable(own, controllers);
  }
}

function enable(folder: string, controllers: ReadonlySet<Controller>): void {
  writeFileSync(
    join(folder, "cgroup.subtree_control"),
    [...controllers].map((controller) => `+${controller}`).join(" "),
  );
}

function createUnified(
  base: string,
  controllers: ReadonlySet<Controller>,
  name: string,
  limits: SandboxLimits,
): ControlGroup {
  const folder = makeFolder(base, name);
  const knob = (controller: Controller, file: string): string | undefined =>
    controllers.has(controller) ? join(folder, file) : undefined;
  write(knob("memory", "memory.max"), limits.memoryMb * 1024 * 1024);
  writeIfPresent(knob("memory", "memory.swap.max"), 0);
  // One process out of memory takes the whole plugin with it, instead of leaving half of it behind.
  writeIfPresent(knob("memory", "memory.oom.group"), 1);
  write(knob("pids", "pids.max"), limits.pids);
  write(knob("cpu", "cpu.max"), `${Math.max(1000, Math.round(limits.cpu * cpuPeriodUs))} ${cpuPeriodUs}`);
  return {
    joinFiles: [join(folder, "cgroup.procs")],
    memoryKills: () => readField(knob("memory", "memory.events"), "oom_kill") ?? 0,
    memoryBytes: () => readNumber(knob("memory", "memory.current")),
    cpuMs: () => scale(readField(join(folder, "cpu.stat"), "usage_usec"), 1e-3),
    throttledCount: () => readField(knob("cpu", "cpu.stat"), "nr_throttled") ?? 0,
    killAll: () => writeIfPresent(join(folder, "cgroup.kill"), 1),
    remove: () => removeFolder(folder),
  };
}

/** The folder of this process's own group in the tree of `controller` (v2 without one), if it is mounted here. */
function ownFolder(files: CgroupFiles, controller: Controller | undefined): string | undefined {
  const line = files.membership
    .split("\n")
    .map((each) => /^\d+:([^:]*):(.*)$/.exec(each))
    .find(
      (match) =>
        match !== null && (controller === undefined ? match[1] === "" : match[1]?.split(",").includes(controller)),
    );
  const path = line?.[2];
  if (path === undefined) return undefined;
  for (const mount of files.mounts.split("\n")) {
    // mount ID, parent, device, root, mount point, options, [tags], "-", type, source, super options
    const [left, right] = mount.split(" - ");
    const [, , , root, mountPoint] = (left ?? "").split(" ");
    const [type, , options] = (right ?? "").split(" ");
    const matches =
      controller === undefined ? type === "cgroup2" : type === "cgroup" && options?.split(",").includes(controller);
    if (!matches || root === undefined || mountPoint === undefined) continue;
    if (root === "/") return join(mountPoint, path);
    if (path === root || path.startsWith(`${root}/`)) return join(mountPoint, path.slice(root.length));
  }
  return undefined;
}

let baseCount = 0;

/** `hilum-<pid of this host>-<count>`: the pid tells later hosts whether the owner still lives. */
function nextBaseName(): string {
  baseCount += 1;
  return `${ownPrefix}${process.pid}-${baseCount}`;
}

function makeFolder(parent: string, name: string): string {
  const folder = join(parent, name);
  if (!existsSync(folder)) mkdirSync(folder);
  accessSync(folder, constants.W_OK);
  return folder;
}

/**
 * Groups of a host that was killed. Its plugins died with it, save one that was just being started: bubblewrap asks to
 * die with its parent only once the mounts are made.
 */
function removeStale(parent: string): void {
  for (const name of readdirSync(parent)) {
    if (!name.startsWith(ownPrefix)) continue;
    const hostPid = name.slice(ownPrefix.length).split("-")[0];
    if (existsSync(`/proc/${hostPid}`)) continue;
    const base = join(parent, name);
    for (const group of readdirSync(base, { withFileTypes: true }))
      if (group.isDirectory()) killMembers(join(base, group.name));
    removeTree(base);
  }
}

function killMembers(folder: string): void {
  for (const member of words(join(folder, "cgroup.procs"))) {
    const handle = identifyProcess(Number(member));
    if (handle !== undefined) killProcess(handle);
  }
}

function removeTree(folder: string): void {
  if (!existsSync(folder)) return;
  for (const entry of readdirSync(folder, { withFileTypes: true }))
    if (entry.isDirectory()) removeFolder(join(folder, entry.name));
  removeFolder(folder);
}

/** A group that still has a member stays; the next start removes it. */
function removeFolder(folder: string): void {
  try {
    rmdirSync(folder);
  } catch (error) {
    if (!["EBUSY", "ENOENT", "ENOTEMPTY"].includes((error as NodeJS.ErrnoException).code ?? "")) throw error;
  }
}

function write(path: string | undefined, value: number | string): void {
  if (path !== undefined) writeFileSync(path, String(value));
}

function writeIfPresent(path: string | undefined, value: number | string): boolean {
  if (path === undefined || !existsSync(path)) return false;
  write(path, value);
  return true;
}

function words(path: string): string[] {
  return existsSync(path)
    ? readFileSync(path, "utf8")
        .split(/\s+/)
        .filter((word) => word !== "")
    : [];
}

function readNumber(path: string | undefined): number | undefined {
  return path === undefined || !existsSync(path) ? undefined : Number(readFileSync(path, "utf8"));
}

function readField(path: string | undefined, name: string): number | undefined {
  if (path === undefined || !existsSync(path)) return undefined;
  const value = new RegExp(`^${name} (\\d+)$`, "m").exec(readFileSync(path, "utf8"))?.[1];
  return value === undefined ? undefined : Number(value);
}

function scale(value: number | undefined, factor: number): number | undefined {
  return value === undefined ? undefined : value * factor;
}
