import { existsSync, readdirSync, readFileSync } from "node:fs";

const bytesPerKb = 1024;
const megabyte = 1_000_000;
/** USER_HZ: what /proc counts in, whatever the kernel itself uses (proc_pid_stat(5)). */
const ticksPerSecond = 100;

/** Whether this system tells what a process holds and uses (Linux). */
export const hasProc = (): boolean => existsSync("/proc/self/smaps_rollup");

/** Resident set size of a process in MB (proc_pid_status(5), VmRSS). */
export const residentMb = (pid: number): number =>
  readKb(readFileSync(`/proc/${pid}/status`, "utf8"), "VmRSS") / megabyte;

/** Proportional set size of a process and all it started, in MB: what pages cost, shared ones divided by who shares them. */
export function proportionalMb(pid: number): number {
  return [pid, ...descendantsOf(pid)].reduce((sum, each) => sum + readProportional(each), 0);
}

/** Processor time that a process has used so far, in seconds: it tells the work even where others use the machine. */
export function processorSeconds(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]?.split(" ") ?? [];
  return (Number(fields[11]) + Number(fields[12])) / ticksPerSecond;
}

function readProportional(pid: number): number {
  try {
    return readKb(readFileSync(`/proc/${pid}/smaps_rollup`, "utf8"), "Pss") / megabyte;
  } catch {
    return 0; // It has ended, or its memory is not ours to see.
  }
}

function readKb(text: string, field: string): number {
  return Number(new RegExp(`^${field}:\\s+(\\d+) kB$`, "m").exec(text)?.[1]) * bytesPerKb;
}

function descendantsOf(pid: number): number[] {
  const children = new Map<number, number[]>();
  for (const name of readdirSync("/proc").filter((entry) => /^\d+$/.test(entry))) {
    const parent = parentOf(Number(name));
    children.set(parent, [...(children.get(parent) ?? []), Number(name)]);
  }
  const below = (of: number): number[] => (children.get(of) ?? []).flatMap((child) => [child, ...below(child)]);
  return below(pid);
}

function parentOf(pid: number): number {
  try {
    return Number(/^PPid:\s+(\d+)$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]);
  } catch {
    return 0;
  }
}
