import { readFileSync, readdirSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";

/** A process that cannot be mistaken for a later one with the same ID. */
export interface ProcessHandle {
  pid: number;
  /** Clock ticks after boot at which it started: field 22 of /proc/<pid>/stat. */
  startTicks: string;
}

export function identifyProcess(pid: number): ProcessHandle | undefined {
  const stat = readStat(pid);
  return stat === undefined ? undefined : { pid, startTicks: stat.startTicks };
}

/**
 * True while the process runs. A zombie does not count: the kernel lets the first process of a pid namespace become one
 * only when nothing else in the namespace is left (zap_pid_ns_processes).
 */
export function isRunning(handle: ProcessHandle): boolean {
  const stat = readStat(handle.pid);
  return stat !== undefined && stat.startTicks === handle.startTicks && stat.state !== "Z" && stat.state !== "X";
}

export function killProcess(handle: ProcessHandle): void {
  if (!isRunning(handle)) return;
  try {
    process.kill(handle.pid, "SIGKILL");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}

/** Waits until the process is gone, killing it again from time to time. False where it is still there at the deadline. */
export async function waitUntilGone(handle: ProcessHandle, timeoutMs: number): Promise<boolean> {
  const deadline = performance.now() + timeoutMs;
  for (let waitMs = 1; isRunning(handle); waitMs = Math.min(waitMs * 2, 50)) {
    if (performance.now() > deadline) return false;
    killProcess(handle);
    await delay(waitMs);
  }
  return true;
}

/** Resident memory and CPU time of a process and everything below it, for hosts without control groups. */
export function measureTree(pid: number): { memoryBytes: number; cpuMs: number } {
  const total = { memoryBytes: 0, cpuMs: 0 };
  for (const member of [pid, ...descendants(pid)]) {
    const stat = readStat(member);
    if (stat === undefined) continue;
    total.memoryBytes += stat.residentPages * 4096;
    // USER_HZ is 100 on every architecture we support.
    total.cpuMs += stat.cpuTicks * 10;
  }
  return total;
}

function descendants(pid: number): number[] {
  try {
    const children = readdirSync(`/proc/${pid}/task`).flatMap((task) =>
      readFileSync(`/proc/${pid}/task/${task}/children`, "utf8").split(" ").filter(Boolean).map(Number),
    );
    return children.flatMap((child) => [child, ...descendants(child)]);
  } catch {
    // It ended between two reads.
    return [];
  }
}

function readStat(
  pid: number,
): { state: string; cpuTicks: number; startTicks: string; residentPages: number } | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, "utf8");
    // The name in field 2 may hold spaces and brackets, so count from the last bracket: fields[0] is field 3.
    const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
    return {
      state: fields[0] ?? "",
      cpuTicks: Number(fields[11]) + Number(fields[12]),
      startTicks: fields[19] ?? "",
      residentPages: Number(fields[21]),
    };
  } catch {
    return undefined;
  }
}
