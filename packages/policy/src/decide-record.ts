import { isScope, parseScope, type Actor, type DataAction } from "@hilum/contract";
import type { Grant } from "./grant.ts";
import { rowsOf, type RowRules } from "./row-rules.ts";

export interface RecordRequest {
  actor: Actor;
  /** A canonical type. */
  type: string;
  /** What is done to it: create, read, update, delete, search. */
  action: DataAction;
}

/**
 * What of a type the asker reaches. `rows`: the records that the rules let through. `glass`: those alone that a glass, which
 * the person opened before and which is open now, covers.
 */
export type Reach = { by: "rows"; rows: RowRules } | { by: "glass" };

export type RecordDenyReason =
  | "actor.other"
  | "role.missing"
  | "scope.missing"
  | "scope.not_granted"
  | "decision.failed";

export type RecordDecision = { allow: true; reach: Reach } | { allow: false; reason: RecordDenyReason };

const deny = (reason: RecordDenyReason): RecordDecision => ({ allow: false, reason });

/** Every record of the type. */
const everyRow: RowRules = [{ all: [], none: [] }];

/**
 * Decides what a person or a token may do with records of a type. A token has its scopes and nothing by its role; a person writes
 * by role and reads what a glass covers. No flag and no purpose that comes with a request has a part in it (threats 58, 59). Plugins are
 * decided by their grants, in `decide`. Pure; denies by default; whatever goes wrong while deciding is a denial (threats 61, 62).
 */
export function decideRecord(request: RecordRequest): RecordDecision {
  try {
    return decideOrThrow(request);
  } catch {
    return deny("decision.failed");
  }
}

function decideOrThrow({ actor, type, action }: RecordRequest): RecordDecision {
  if (!["c", "r", "u", "d", "s"].includes(action)) return deny("decision.failed");
  if (actor.kind === "token") return decideByScopes(actor.scopes ?? [], type, action);
  if (actor.kind !== "user") return deny("actor.other");
  if (actor.role !== "administrator" && actor.role !== "operator") return deny("role.missing");
  return { allow: true, reach: action === "r" || action === "s" ? { by: "glass" } : { by: "rows", rows: everyRow } };
}

function decideByScopes(scopes: readonly string[], type: string, action: DataAction): RecordDecision {
  if (scopes.length === 0) return deny("scope.missing");
  const asked = parseScope(`system/${type}.${action}`);
  if (!isScope(asked) || asked.kind !== "data" || asked.resource !== type || asked.filters.length > 0)
    return deny("scope.not_granted");
  const rows = rowsOf(asked, scopes.map(grantOf), []);
  return rows.length === 0 ? deny("scope.not_granted") : { allow: true, reach: { by: "rows", rows } };
}

/** A scope of a token as a grant: rows come from both by the same rule. */
const grantOf = (scope: string): Grant => ({
  plugin: "token",
  instance: "token",
  scope,
  resolved: scope,
  decision: "granted",
});
