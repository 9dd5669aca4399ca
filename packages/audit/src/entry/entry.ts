/** What an audit entry says. Allow-listed fields only: no free text, no payload, no identifier of a patient in the clear. */
export interface AuditEntry {
  v: 1;
  /** Wall clock, ISO 8601 with milliseconds. Order is by index, never by this. */
  at: string;
  /** Milliseconds of the monotonic clock since this process started. */
  mono: number;
  /** Identity of the process run that wrote the entry. */
  boot: string;
  kind: "intent" | "outcome" | "note";
  /** Pairs an intent with its outcome. */
  call: string;
  request?: string;
  /** `user:ana`, `plugin:com.example.sms/default`, `token:...`, `system:...` */
  actor: string;
  /** On whose behalf, where a plugin acts for a person. */
  via?: string;
  action: string;
  plugin?: string;
  instance?: string;
  /** Resource class, e.g. `Communication`. Never an id: that is `ref`. */
  resource?: string;
  /** Keyed hash of the record's id, made by `recordRef`. */
  ref?: string;
  purpose?: string;
  decision?: "allow" | "deny";
  /** Code of the error catalogue, or a short token. */
  reason?: string;
  /** `ok`, an error code, `timeout`, `killed` or `unknown`. */
  outcome?: string;
  bytes?: number;
  count?: number;
  /** Keys of the table in `detail-keys.ts`; values are numbers, booleans or short tokens. */
  detail?: Record<string, string | number | boolean>;
}

/** An entry as its author gives it; the log adds version, clocks and boot. */
export type AuditInput = Omit<AuditEntry, "v" | "at" | "mono" | "boot">;

/** An entry at its place in the log. */
export interface IndexedEntry {
  index: number;
  entry: AuditEntry;
}

/** Largest canonical form of an entry in bytes. */
export const ENTRY_BYTES_MAX = 4096;
