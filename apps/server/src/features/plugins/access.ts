import {
  capabilities,
  coversScope,
  formatScope,
  HilumError,
  isScope,
  narrowerScopes,
  parseScope,
  phiClassOf,
  type Context,
  type Manifest,
} from "@hilum/contract";
import type { Access, PlatformSettings } from "@hilum/contract/api";
import type { GrantDecision, GrantUsage, InstanceKey, Store } from "@hilum/store";
import { loadConfigured } from "./load-instance.ts";
import { isReviewed, scopesOf, type ScopeState } from "./scopes-of.ts";

const dayMs = 86_400_000;
const usageDays = 30;

export interface AccessDecision {
  scope: string;
  decision: "granted" | "denied";
  narrowedTo?: string | undefined;
}

export interface AccessService {
  read(context: Context, key: InstanceKey): Promise<Access>;
  decide(context: Context, key: InstanceKey, decisions: readonly AccessDecision[]): Promise<void>;
}

export function createAccessService({
  store,
  settings,
}: {
  store: Store;
  settings(): PlatformSettings;
}): AccessService {
  return {
    async read(context, key) {
      const sinceDay = new Date(context.now().getTime() - usageDays * dayMs).toISOString().slice(0, 10);
      const [{ manifest, instance, values, grants }, usage] = await Promise.all([
        loadConfigured(store, key),
        store.grants.usage(key, sinceDay),
      ]);
      const states = scopesOf(manifest, values, grants);
      return {
        rows: states.map((state) => presentRow(state, usage)),
        ...impliedBy(manifest),
        reviewed: isReviewed(states),
        phi: phiClassOf(manifest),
        addresses: settings().privateRanges.map(({ cidr, reason }) => ({ cidr, reason })),
        advice: instance.state === "enabled" ? adviceFor(states, usage, context.now()) : [],
      };
    },
    async decide(context, key, decisions) {
      const { manifest, instance, values, grants } = await loadConfigured(store, key);
      const states = scopesOf(manifest, values, grants);
      const rows = decisions.map((decision, at) => judge(decision, at, states));
      const after = states.map((state) => ({
        ...state,
        decision: rows.find((row) => row.scope === state.scope)?.decision ?? state.decision,
        stale: rows.some((row) => row.scope === state.scope) ? false : state.stale,
      }));
      const reviewed = isReviewed(after);
      await store.grants.decide(key, rows, { at: context.now().toISOString(), by: context.actor.id, reviewed });
      if (reviewed && (instance.state === "registered" || instance.state === "configured"))
        await store.instances.change(key, { state: "access_reviewed" });
    },
  };
}

/** A decision is about a scope that the manifest asks for; what is granted is pinned to the settings of this moment. */
function judge(
  { scope, decision, narrowedTo }: AccessDecision,
  at: number,
  states: readonly ScopeState[],
): GrantDecision {
  const state = states.find((candidate) => candidate.scope === scope);
  const refuse = (message: string, fix: string) =>
    new HilumError("request.invalid", {
      detail: message,
      problems: [{ pointer: `/decisions/${at}/scope`, message, fix }],
    });
  if (state === undefined)
    throw refuse(`The plugin does not ask for \`${scope}\`.`, "Decide about the scopes shown on the page.");
  if (decision === "denied") return { scope, decision };
  if (state.resolved === undefined)
    throw refuse(
      `\`${scope}\` names a setting that is not set yet.`,
      "Finish the setup first: the grant is pinned to those values.",
    );
  if (narrowedTo === undefined) return { scope, decision, pinned: formatScope(state.resolved) };
  const narrower = parseScope(narrowedTo);
  if (!isScope(narrower) || !coversScope(state.resolved, narrower))
    throw refuse(`\`${narrowedTo}\` is not narrower than \`${scope}\`.`, "Choose one of the narrower scopes offered.");
  return { scope, decision, narrowedTo: formatScope(narrower), pinned: formatScope(narrower) };
}

function presentRow(
  { scope, reason, plain, parsed, resolved, grant, decision, stale }: ScopeState,
  usage: readonly GrantUsage[],
): Access["rows"][number] {
  const used = usage.find((row) => row.scope === scope || row.scope === grant?.pinned);
  return {
    scope,
    reason,
    plain,
    required: true,
    decision,
    resolved: resolved === undefined ? scope : formatScope(resolved),
    stale,
    used30Days: used?.used ?? 0,
    narrower: narrowerScopes(resolved ?? parsed).map(formatScope),
    ...(grant?.pinned === undefined ? {} : { pinned: grant.pinned }),
    ...(grant === undefined ? {} : { decidedAt: grant.at, decidedBy: grant.by }),
    ...(used === undefined ? {} : { lastUsedAt: used.lastUsedAt }),
  };
}

function impliedBy(manifest: Manifest): Pick<Access, "implied" | "never"> {
  const sentences = (field: "impliedPlain" | "neverPlain") =>
    [...new Set(manifest.capabilities.flatMap((name) => [...capabilities[name][field]]))].map((plain) => ({ plain }));
  return { implied: sentences("impliedPlain"), never: sentences("neverPlain") };
}

/** Granted for a month and never used: it can go. */
function adviceFor(states: readonly ScopeState[], usage: readonly GrantUsage[], now: Date): Access["advice"] {
  return states
    .filter(
      ({ scope, decision, grant }) =>
        decision === "granted" &&
        grant !== undefined &&
        now.getTime() - Date.parse(grant.at) > usageDays * dayMs &&
        !usage.some((row) => row.scope === scope || row.scope === grant.pinned),
    )
    .map(({ scope }) => ({ scope, text: "Granted, and not used in 30 days. Take it back?" }));
}
