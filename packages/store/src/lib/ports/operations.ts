import type {
  AuditRow,
  CauseClass,
  Evidence,
  LogLine,
  PlatformSettings,
  SmokeRun,
  Verification,
} from "@hilum/contract/api";
import type { HealthStateName } from "./plugins.ts";
import type { InstanceKey, Page, PageRequest, Time } from "./shapes.ts";

export interface SmokeRunRow extends SmokeRun, InstanceKey {}

export interface Smoke {
  /** Stores a run as it begins (`running`) or whole. */
  start(run: SmokeRunRow): Promise<void>;
  finish(id: string, result: Pick<SmokeRun, "status" | "results"> & { finishedAt: Time }): Promise<void>;
  find(id: string): Promise<SmokeRunRow | undefined>;
  list(key: InstanceKey, page?: PageRequest): Promise<Page<SmokeRunRow>>;
  last(key: InstanceKey): Promise<SmokeRunRow | undefined>;
  /** Runs that were under way when the process died become `failed`; answers how many. */
  closeInterrupted(at: Time): Promise<number>;
}

export interface HealthSnapshot extends InstanceKey {
  state: HealthStateName;
  checkedAt: Time;
  checks: Evidence[];
}

export interface HealthDay {
  day: string;
  state: HealthStateName;
  runs: number;
  failed: number;
}

/** Calls of one minute, as counted by one process: written again and again until the minute is over. */
export interface CallMinute extends InstanceKey {
  /** `2026-03-02T08:15:00.000Z` */
  minute: Time;
  /** Boot id of the process that counts. */
  source: string;
  calls: number;
  failed: number;
  cause?: CauseClass;
  /** How many calls fell into each of `callBuckets`. */
  histogram: number[];
}

export interface CallTotals extends InstanceKey {
  calls: number;
  failed: number;
  p50Ms?: number;
  p95Ms?: number;
  cause?: CauseClass;
}

export interface Health {
  snapshot(key: InstanceKey): Promise<HealthSnapshot | undefined>;
  /** Newest snapshot, the instance's `health`, and the day's worst state. */
  record(snapshot: HealthSnapshot): Promise<void>;
  /** Counts a finished smoke run into its day. */
  recordRun(key: InstanceKey, run: { day: string; state: HealthStateName; failed: boolean }): Promise<void>;
  /** Oldest first; days without a record are absent. */
  days(key: InstanceKey, sinceDay: string): Promise<HealthDay[]>;
  recordCalls(minutes: readonly CallMinute[]): Promise<void>;
  /** Since a minute; per instance, slowest first. */
  calls(since: Time, key?: InstanceKey): Promise<CallTotals[]>;
  /** Minutes older than `before`. */
  sweep(before: Time): Promise<number>;
}

export type NewLogLine = Omit<LogLine, "id">;

export interface Logs {
  /** Keeps the newest 20,000 lines of an instance. `dropped` counts lines that a rate limit took away. */
  append(key: InstanceKey, lines: readonly NewLogLine[], dropped?: number): Promise<LogLine[]>;
  /** Oldest first among the newest `limit` (default 200), or the first `limit` after `after`. */
  list(
    key: InstanceKey,
    filter?: { level?: LogLine["level"]; after?: number; limit?: number },
  ): Promise<{ items: LogLine[]; dropped: number }>;
}

export interface AuditFilter extends PageRequest {
  actor?: string;
  action?: string;
  plugin?: string;
  instance?: string;
  decision?: "allow" | "deny";
  outcome?: string;
  call?: string;
  request?: string;
  from?: Time;
  to?: Time;
}

/** The search index of the audit log; derived from it and rebuildable. */
export interface AuditIndex {
  /** Entries in order; those that are indexed already are passed over. */
  insert(rows: readonly AuditRow[]): Promise<void>;
  search(filter?: AuditFilter): Promise<Page<AuditRow>>;
  find(index: number): Promise<AuditRow | undefined>;
  /** Index of the newest entry in the index, -1 when empty. */
  lastIndexed(): Promise<number>;
  wipe(): Promise<void>;
}

export interface Verifications {
  save(verification: Verification): Promise<void>;
  find(id: string): Promise<Verification | undefined>;
  last(): Promise<Verification | undefined>;
}

export interface Lease {
  name: string;
  holder: string;
  until: Time;
  /** Rises with each new holder: a write that carries an older one is refused by whoever guards. */
  fence: number;
}

export interface Leases {
  /** The lease when it was free, had run out, or is the holder's own; undefined when another holds it. */
  acquire(name: string, holder: string, ttlMs: number): Promise<Lease | undefined>;
  /** Undefined when it was lost. */
  renew(name: string, holder: string, ttlMs: number): Promise<Lease | undefined>;
  release(name: string, holder: string): Promise<void>;
}

export interface PlatformRow {
  settings: PlatformSettings;
  /** 0: never saved, and `settings` are the defaults given by the caller. */
  revision: number;
  savedAt?: Time;
  savedBy?: string;
}

export interface Platform {
  /** Random UUID, made with the database. */
  readonly deployment: string;
  settings(defaults: PlatformSettings): Promise<PlatformRow>;
  /** Throws `request.conflict` when `revision` is not the present one. */
  saveSettings(settings: PlatformSettings, revision: number, by: { at: Time; by: string }): Promise<PlatformRow>;
  /** Small facts of the server, sealed at rest: the set-up code's hash, dismissed hints, when something was seen first. */
  fact(name: string): Promise<string | undefined>;
  /** `null` removes it. */
  setFact(name: string, value: string | null): Promise<void>;
}
