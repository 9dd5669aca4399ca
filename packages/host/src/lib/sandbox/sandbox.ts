import type { Readable, Writable } from "node:stream";

/** `isolated`: every control that third-party code needs is active. Otherwise no third-party code is started at all. */
export type SandboxLevel = "isolated" | "not_available";

export type ControlName =
  | "mounts"
  | "pid"
  | "network"
  | "ipc"
  | "uts"
  | "user"
  | "environment"
  | "capabilities"
  | "no_new_privileges"
  | "seccomp"
  | "memory"
  | "pids"
  | "cpu"
  | "scratch"
  | "no_core";

/** One thing the operating system does for us, and whether an attack on it was really stopped. */
export interface SandboxControl {
  name: ControlName;
  state: "active" | "missing";
  /** The mechanism: "namespace", "cgroup v1", "rlimit", ... */
  how: string;
  /** What was seen, in words for the operator. */
  detail?: string;
}

export interface SandboxReport {
  level: SandboxLevel;
  /** Why plugins cannot be isolated, and what the operator does about it. */
  reason?: string;
  fix?: string;
  /** ISO 8601; empty before the first check. */
  checkedAt: string;
  /** How long the self-test took. */
  checkMs?: number;
  controls: SandboxControl[];
  /** Version of bubblewrap, such as "0.8.0". */
  bubblewrap?: string;
}

export interface SandboxLimits {
  /** MiB of memory for the whole group of processes. */
  memoryMb: number;
  /** Share of one core: 0.5 is half a core. */
  cpu: number;
  /** Processes and threads together, the sandbox's own two included; Node itself needs about 12. */
  pids: number;
  /** MiB of the private /tmp. */
  tmpMb: number;
}

export interface StartSpec {
  plugin: string;
  instance: string;
  runtime: "node" | "python" | "executable";
  /**
   * The plugin's code, mounted read-only at /plugin. When Hilum runs as root the plugin has a user ID of its own, so the
   * files must be readable by others.
   */
  codeDir: string;
  /** Relative to `codeDir`. */
  entry: string;
  /** Host path of a Unix socket, bound at /run/hilum/egress.sock. */
  egressSocket?: string;
  limits: SandboxLimits;
  /**
   * More read-only folders, such as the SDK of a linked folder in development. A `to` under /node_modules is mounted
   * elsewhere and linked there, because Node strips types from no file whose real path has `node_modules` in it.
   */
  extraReadOnly?: readonly { from: string; to: string }[];
}

export interface SandboxExit {
  code: number | null;
  signal: string | null;
  reason: "exit" | "killed" | "out_of_memory" | "failed_to_start";
}

export interface SandboxedProcess {
  /** Host process ID of the sandbox's first process; with it every process inside ends. */
  readonly pid: number;
  readonly stdin: Writable;
  readonly stdout: Readable;
  readonly stderr: Readable;
  readonly controls: readonly SandboxControl[];
  /** Resolves once no process of the sandbox is left. Never rejects. */
  readonly exited: Promise<SandboxExit>;
  /** SIGKILL for the whole group. Resolves when no process is left. */
  kill(): Promise<void>;
  usage(): { memoryBytes?: number; cpuMs?: number };
}

/** The operating-system boundary around plugin code. */
export interface Sandbox {
  /** The last self-test; `not_available` before the first one. */
  report(): SandboxReport;
  /** Runs real attacks inside the sandbox and records which were stopped. Never rejects. */
  check(): Promise<SandboxReport>;
  /** Throws `sandbox.unavailable` unless the self-test (run first, if it has not been) ended in `isolated`. */
  start(spec: StartSpec): Promise<SandboxedProcess>;
  /** Kills what still runs and removes its control groups. */
  close(): Promise<void>;
}
