type DetailKind = "number" | "boolean" | "token";

/**
 * Every key that `AuditEntry.detail` may hold, and what its value may be. A key that is not here is refused with
 * `audit.bad_entry`, so that adding one is a reviewed change. None may carry anything about a patient or a secret.
 */
export const detailKeys = {
  attempt: "number",
  capability: "token",
  channel: "token",
  clockRegressionMs: "number",
  destination: "token",
  digest: "token",
  discardedBytes: "number",
  durationMs: "number",
  exitCode: "number",
  factor: "token",
  firstIndex: "number",
  format: "token",
  from: "token",
  grant: "token",
  hook: "token",
  host: "token",
  lastIndex: "number",
  lane: "token",
  level: "token",
  limit: "number",
  live: "boolean",
  method: "token",
  narrowed: "boolean",
  ok: "boolean",
  override: "boolean",
  port: "number",
  problems: "number",
  provider: "token",
  restarts: "number",
  retryable: "boolean",
  revision: "number",
  role: "token",
  route: "token",
  runtime: "token",
  scope: "token",
  secretSlot: "token",
  segment: "number",
  setting: "token",
  signal: "token",
  size: "number",
  smokeTest: "token",
  state: "token",
  status: "number",
  testMode: "boolean",
  to: "token",
  verdict: "token",
  version: "token",
  windowMs: "number",
} as const satisfies Record<string, DetailKind>;

/** A key that `detail` may hold. */
export type DetailKey = keyof typeof detailKeys;
