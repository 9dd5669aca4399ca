import {
  coversScope,
  describeScope,
  formatScope,
  isScope,
  parseScope,
  resolveScope,
  scopeSettings,
  visible,
  type Manifest,
  type Scope,
} from "@hilum/contract";
import type { GrantRow } from "@hilum/store";

/** One scope of a manifest beside what was decided of it. */
export interface ScopeState {
  /** As the manifest spells it. */
  scope: string;
  reason: string;
  plain: string;
  parsed: Scope;
  /** Filled in from the settings as they are now; undefined while a setting that it names is missing. */
  resolved: Scope | undefined;
  grant: GrantRow | undefined;
  decision: "undecided" | "granted" | "denied";
  /** A setting changed after the grant, which therefore covers another destination. */
  stale: boolean;
}

/** Every scope that the manifest asks for, in its order; without those of settings that are not asked for (`when`). */
export function scopesOf(
  manifest: Manifest,
  values: Readonly<Record<string, unknown>>,
  grants: readonly GrantRow[],
): ScopeState[] {
  const asked = manifest.config === undefined ? undefined : visible(manifest.config, values);
  return (manifest.scopes ?? []).flatMap(({ scope, reason }) => {
    const parsed = parseScope(scope);
    if (!isScope(parsed)) return [];
    if (asked !== undefined && !scopeSettings(parsed).every((name) => asked.has(name))) return [];
    const filled = resolveScope(parsed, values);
    const resolved = isScope(filled) ? filled : undefined;
    const grant = grants.find((row) => row.scope === scope);
    const stale = grant?.decision === "granted" && (resolved === undefined || !covers(grant, resolved));
    return [
      {
        scope,
        reason,
        plain: describeScope(parsed),
        parsed,
        resolved,
        grant,
        decision: grant?.decision ?? "undecided",
        stale,
      },
    ];
  });
}

function covers(grant: GrantRow, wanted: Scope): boolean {
  const pinned = parseScope(grant.pinned ?? grant.narrowedTo ?? grant.scope);
  if (!isScope(pinned)) return false;
  // A narrowed grant covers less by intent; it is stale only where its destination is another.
  return wanted.kind === "net" ? coversScope(pinned, wanted) : true;
}

/** What the instance may do now, as the plugin and the policy read it: granted scopes that are not stale. */
export function effectiveScopes(states: readonly ScopeState[]): string[] {
  return states
    .filter(({ decision, stale }) => decision === "granted" && !stale)
    .map(
      ({ grant, resolved, scope }) =>
        grant?.pinned ?? grant?.narrowedTo ?? (resolved === undefined ? scope : formatScope(resolved)),
    );
}

/** True when a person has decided every scope and no decision was overtaken by a setting. */
export function isReviewed(states: readonly ScopeState[]): boolean {
  return states.every(({ decision, stale }) => decision !== "undecided" && !stale);
}
