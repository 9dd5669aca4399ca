import type { CapabilityName } from "@hilum/contract";
import type { SandboxControl, SandboxLimits, StartSpec } from "../sandbox/sandbox.ts";
import type { DestinationSpec } from "../egress/fetch/destination-spec.ts";
import type { InstanceKey } from "../instance-key.ts";
import type { HostCode, HostServices } from "./host-code.ts";

/** How the code of an instance runs. */
export type RunnerSpec =
  | ({
      kind: "sandboxed";
      limits: SandboxLimits;
      /** Asked before each life of it, restarts included: throws where the code is not what was installed. */
      verify?: () => Promise<void>;
    } & Pick<StartSpec, "runtime" | "codeDir" | "entry" | "extraReadOnly">)
  /** The platform's own code, in this process: the practice mailbox. */
  | { kind: "host"; create(services: HostServices): HostCode }
  /** Runs elsewhere and connects in; `attach` brings its link. */
  | { kind: "remote" };

/** Everything that one running instance is made from. A changed setting or grant is a new spec and a restart. */
export interface InstanceSpec extends InstanceKey {
  runner: RunnerSpec;
  capabilities: readonly CapabilityName[];
  /** With defaults filled in, secrets included but for those that are held. */
  settings: Record<string, unknown>;
  /** Secrets that the host uses in the plugin's place. Their values are in `destinations` alone, and never in a frame. */
  heldSecrets?: readonly { name: string; set: boolean }[];
  /** What the plugin may ask `http.fetch` for. */
  destinations?: readonly DestinationSpec[];
  /** Addresses of the manifest's hooks, by id. */
  hooks?: Record<string, string>;
  /** Granted scopes, pinned; told to the plugin. What counts is decided per call. */
  grants: readonly string[];
  testMode: boolean;
  /** Whether the plugin is handed patient data; without it the host takes it that it is. */
  phi?: boolean;
  /** Calls inside the plugin at once, and callers that may wait for a turn. */
  concurrency?: number;
  queueMax?: number;
}

export type SandboxBadge = "isolated" | "host_code" | "remote";

/** `waiting`: for its next start after a failure. `awaiting_link`: a remote plugin that is not connected. */
export type RunState = "starting" | "running" | "waiting" | "awaiting_link" | "quarantined" | "stopping" | "stopped";

/** Why an instance was given up, for the operator. Never words of the plugin. */
export interface RunProblem {
  code: "plugin.quarantined" | "plugin.failed" | "plugin.protocol" | "sandbox.unavailable";
  /** A short token: `restart_budget`, `missing_method`, a protocol fault, `exit`, `out_of_memory`, ... */
  reason: string;
  why: string;
  at: Date;
}

export interface InstanceStatus {
  key: InstanceKey;
  state: RunState;
  level: SandboxBadge;
  controls: readonly SandboxControl[];
  pid?: number;
  startedAt?: Date;
  /** Restarts within the budget's window. */
  restarts: number;
  restartBudget: number;
  problem?: RunProblem;
  memoryBytes?: number;
  cpuMs?: number;
  inFlight: number;
  waiting: number;
  calls: { total: number; failed: number; p50Ms?: number; p95Ms?: number };
  sdk?: { name: string; version: string };
}
