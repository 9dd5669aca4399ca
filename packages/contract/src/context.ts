import type { Role } from "./api/operation.ts";
import type { PurposeOfUse } from "./purpose-of-use.ts";

/** Who acts. `id` is what the audit log shows: `user:ana`, `token:{id}`, `plugin:{plugin}/{instance}`, `system:{part}`. */
export type Actor =
  | { kind: "user"; id: string; user: string; role: Role; session: string; steppedUpUntil?: number }
  | {
      kind: "token";
      id: string;
      token: string;
      role: Role;
      /** Data scopes; without any the token reaches no record. */
      scopes?: readonly string[];
      /** Of its use, chosen by the administrator who made it. */
      purpose?: "TREAT" | "HOPERAT";
    }
  | { kind: "plugin"; id: string; plugin: string; instance: string }
  | { kind: "system"; id: string }
  | { kind: "anonymous"; id: "anonymous"; peer: string };

/** First argument of every service method: who asks, within which request, until when. */
export interface Context {
  actor: Actor;
  /** ULID of the request; in every answer, log line and audit entry of it. */
  requestId: string;
  /** Purpose of use (v3-PurposeOfUse), chosen by the host, never by a plugin. */
  purpose: PurposeOfUse;
  signal: AbortSignal;
  now(): Date;
  log: Log;
}

/** Structured log of the process. Fields are allow-listed by its maker; never PHI, never a secret. */
export interface Log {
  debug(event: string, fields?: LogFields): void;
  info(event: string, fields?: LogFields): void;
  warn(event: string, fields?: LogFields): void;
  error(event: string, fields?: LogFields): void;
}
export type LogFields = Readonly<Record<string, string | number | boolean | undefined>>;
