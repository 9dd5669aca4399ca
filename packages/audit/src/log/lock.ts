import * as fs from "node:fs";
import * as path from "node:path";
import { HilumError } from "@hilum/contract";

/** The right to write to a log's directory. */
export interface LogLock {
  /** Shows that the holder lives, for those who cannot see its process. */
  beat(): void;
  release(): void;
}

interface Holder {
  boot: string;
  pid: number;
  /** Start time of the process in clock ticks: a process id may be used again. */
  started: string;
  /** Kernel boot and process namespace within which `pid` means something. */
  machine: string;
}

/** A holder on another machine or in another container counts as alive for so long after its last sign of life. */
const FOREIGN_ALIVE_MS = 15_000;

/**
 * Takes the lock of a log's directory. Throws `data.in_use` while another writer lives; the lock of a dead one is taken
 * over (threats 185, 228).
 */
export function acquireLock(directory: string, boot: string): LogLock {
  const file = path.join(directory, "lock");
  const self: Holder = { boot, pid: process.pid, started: startOf(process.pid), machine: thisMachine() };
  if (!tryCreate(file, self)) takeOver(file, self);
  return {
    beat() {
      const now = new Date();
      fs.utimes(file, now, now, () => {});
    },
    release() {
      if (readHolder(file)?.boot === boot) fs.rmSync(file, { force: true });
    },
  };
}

/** Replaces a dead holder's lock. A guard file lets only one of several do so. */
function takeOver(file: string, self: Holder): void {
  const guard = `${file}.takeover`;
  if (!tryCreate(guard, self)) {
    if (isAlive(guard)) throw inUse();
    fs.rmSync(guard, { force: true });
    if (!tryCreate(guard, self)) throw inUse();
  }
  try {
    if (isAlive(file)) throw inUse();
    fs.rmSync(file, { force: true });
    if (!tryCreate(file, self)) throw inUse();
  } finally {
    fs.rmSync(guard, { force: true });
  }
}

function tryCreate(file: string, holder: Holder): boolean {
  try {
    fs.writeFileSync(file, `${JSON.stringify(holder)}\n`, { flag: "wx", mode: 0o600 });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  }
}

function isAlive(file: string): boolean {
  const holder = readHolder(file);
  // A lock that was cut short by a crash names nobody; its age must speak for it, as for a foreign holder.
  if (holder === undefined || holder.machine !== thisMachine()) return ageMs(file) < FOREIGN_ALIVE_MS;
  return isProcessAlive(holder.pid) && startOf(holder.pid) === holder.started;
}

function isProcessAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

function readHolder(file: string): Holder | undefined {
  try {
    const value: unknown = JSON.parse(fs.readFileSync(file, "utf8"));
    return isHolder(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isHolder(value: unknown): value is Holder {
  return (
    typeof value === "object" &&
    value !== null &&
    "pid" in value &&
    typeof value.pid === "number" &&
    "machine" in value &&
    "started" in value &&
    "boot" in value
  );
}

function ageMs(file: string): number {
  const stat = fs.statSync(file, { throwIfNoEntry: false });
  return stat === undefined ? Number.POSITIVE_INFINITY : Date.now() - stat.mtimeMs;
}

/** Field 22 of /proc/<pid>/stat (proc(5)); empty where the system has no /proc. */
function startOf(pid: number): string {
  const stat = readWhere(`/proc/${pid}/stat`);
  return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19] ?? "";
}

function thisMachine(): string {
  return `${readWhere("/proc/sys/kernel/random/boot_id").trim()} ${linkWhere("/proc/self/ns/pid")}`;
}

function readWhere(file: string): string {
  try {
    return fs.readFileSync(file, "utf8");
  } catch {
    return "";
  }
}

function linkWhere(file: string): string {
  try {
    return fs.readlinkSync(file);
  } catch {
    return "";
  }
}

function inUse(): HilumError {
  return new HilumError("data.in_use", { detail: "Another process writes to this audit log." });
}
