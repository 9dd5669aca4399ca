import { coversScope, isScope, parseScope, type Actor, type PluginMethod, type Scope } from "@hilum/contract";
import type { Grant } from "./grant.ts";
import { rowsOf, type RowRules } from "./row-rules.ts";

/** Kinds of crossing between a plugin and anything else (DESIGN section 1). */
export const lanes = [
  "messages",
  "state",
  "log",
  "egress",
  "records",
  "events",
  "operations",
  "ingress",
  "jobs",
] as const;
export type Lane = (typeof lanes)[number];

export interface Request {
  actor: Actor;
  lane: Lane;
  /** A method of the protocol, `connect` on the egress lane, or a method that the host calls. */
  action: PluginMethod | "connect" | "call" | (string & {});
  /** What is asked for, resolved: `net:tcp://mail.example.org:587`. Needed on every lane but messages, state and log. */
  scope?: string;
  /** Whose message, state or attachment is touched. Without it nothing that belongs to an instance may be touched. */
  owner?: { plugin: string; instance: string };
  /** Milliseconds since the epoch. */
  now: number;
  /** The highest policy epoch that was seen: an older set of grants decides nothing (threat 63). */
  epochSeen?: number;
}

export type DenyReason =
  | "actor.not_a_plugin"
  | "action.unknown"
  | "owner.other"
  | "scope.missing"
  | "scope.invalid"
  | "scope.not_granted"
  | "scope.denied"
  | "epoch.rolled_back"
  | "decision.failed";

export type Decision =
  | {
      allow: true;
      grant: Grant | "implied";
      /** Of a record: which ones the grants reach. */
      rows?: RowRules;
    }
  | { allow: false; reason: DenyReason };

const deny = (reason: DenyReason): Decision => ({ allow: false, reason });

/**
 * Decides whether a plugin's instance may do what it asks, from its grants as they are now. Pure; denies by default;
 * whatever goes wrong while deciding is a denial (threats 61, 62). `epoch` counts the changes of the grants.
 */
export function decide(request: Request, grants: readonly Grant[], epoch: number): Decision {
  try {
    return decideOrThrow(request, grants, epoch);
  } catch {
    return deny("decision.failed");
  }
}

function decideOrThrow(request: Request, grants: readonly Grant[], epoch: number): Decision {
  const { actor, lane, action, owner, epochSeen = 0 } = request;
  if (actor.kind !== "plugin") return deny("actor.not_a_plugin");
  if (!Number.isSafeInteger(epoch) || !(epoch >= epochSeen)) return deny("epoch.rolled_back");
  const rule = implied.get(`${lane} ${action}`);
  if (rule === "always") return { allow: true, grant: "implied" };
  const kind = scoped.get(`${lane} ${action}`);
  if (rule === "own") {
    if (owner?.plugin === actor.plugin && owner.instance === actor.instance) return { allow: true, grant: "implied" };
    if (kind === undefined) return deny("owner.other");
  }
  if (kind === undefined) return deny("action.unknown");
  return decideByGrants(
    request,
    kind,
    grants.filter((grant) => grant.plugin === actor.plugin && grant.instance === actor.instance),
  );
}

/** What comes with being a plugin at all, or with the capability: its own log, its own state, the message in its hand. */
const implied: ReadonlyMap<string, "always" | "own"> = new Map([
  ["log log", "always"],
  ["messages messages.updateDelivery", "own"],
  ["messages blobs.read", "own"],
  ["records blobs.write", "own"],
  ["state state.get", "own"],
  ["state state.put", "own"],
  ["state state.delete", "own"],
]);

/** What needs a grant, and the kind of scope that can give it. A store writes the files of its answer as its own. */
const scoped: ReadonlyMap<string, Scope["kind"]> = new Map([
  ["egress connect", "net"],
  ["egress http.fetch", "net"],
  ["records blobs.write", "data"],
  ["records records.create", "data"],
  ["records records.read", "data"],
  ["records records.update", "data"],
  ["records records.delete", "data"],
  ["records records.search", "data"],
]);

function decideByGrants(request: Request, kind: Scope["kind"], grants: readonly Grant[]): Decision {
  if (request.scope === undefined) return deny("scope.missing");
  const asked = parseScope(request.scope);
  if (!isScope(asked) || asked.kind !== kind) return deny("scope.invalid");
  if (asked.kind === "data") return decideRows(request, asked, grants);
  const covering = grants.filter((grant) => covers(grant, asked));
  if (covering.some((grant) => grant.decision === "denied")) return deny("scope.denied");
  const grant = covering.find((candidate) => holds(candidate, request));
  return grant === undefined ? deny("scope.not_granted") : { allow: true, grant };
}

const holds = (grant: Grant, { now }: Request): boolean =>
  grant.decision === "granted" && (grant.until === undefined || now < grant.until);

/** Filters of grants do not decide whether, but for which records: what is asked names none. */
function decideRows(request: Request, asked: Extract<Scope, { kind: "data" }>, grants: readonly Grant[]): Decision {
  if (asked.filters.length > 0) return deny("scope.invalid");
  const denied = grants.filter(({ decision }) => decision === "denied");
  const granted = grants.filter((grant) => holds(grant, request));
  const rows = rowsOf(asked, granted, denied);
  const grant = granted.find((candidate) => rowsOf(asked, [candidate], denied).length > 0);
  if (grant !== undefined) return { allow: true, grant, rows };
  return deny(rowsOf(asked, granted, []).length === 0 ? "scope.not_granted" : "scope.denied");
}

/** Only the pinned value counts: a grant for `{config.host}` says nothing about what the setting holds today. */
function covers(grant: Grant, asked: Scope): boolean {
  if (grant.resolved === undefined) return false;
  const scope = parseScope(grant.resolved);
  return isScope(scope) && coversScope(scope, asked);
}
