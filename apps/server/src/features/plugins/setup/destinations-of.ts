import { isScope, parseScope, resolveScope, scopeSettings, type Manifest, type Scope } from "@hilum/contract";
import type { ProbeTarget } from "@hilum/host";

/** A destination that the settings name, and the settings whose values lead there. */
export interface SetupDestination {
  target: ProbeTarget;
  /** As a grant spells it. */
  scope: Extract<Scope, { kind: "net" }>;
  hostSetting?: string;
  portSetting?: string;
}

/**
 * Where the manifest's `net` scopes lead with these settings; what is not known yet is left out. With `fields`, only those
 * that one of these settings is part of.
 */
export function destinationsOf(
  manifest: Manifest,
  settings: Readonly<Record<string, unknown>>,
  fields?: readonly string[],
): SetupDestination[] {
  const seen = new Set<string>();
  return (manifest.scopes ?? []).flatMap(({ scope: text }): SetupDestination[] => {
    const parsed = parseScope(text);
    if (!isScope(parsed) || parsed.kind !== "net") return [];
    if (fields !== undefined && !scopeSettings(parsed).some((name) => fields.includes(name))) return [];
    const resolved = resolveScope(parsed, settings);
    if (!isScope(resolved) || resolved.kind !== "net") return [];
    const place = `${resolved.protocol} ${resolved.host}:${resolved.port}`;
    if (seen.has(place)) return [];
    seen.add(place);
    const [host, port] = [nameIn(parsed.host), nameIn(parsed.port)];
    return [
      {
        target: { protocol: resolved.protocol, host: resolved.host, port: Number(resolved.port) },
        scope: resolved,
        ...(host === undefined ? {} : { hostSetting: host }),
        ...(port === undefined ? {} : { portSetting: port }),
      },
    ];
  });
}

const nameIn = (part: string): string | undefined => /^\{config\.([A-Za-z][A-Za-z0-9_]*)\}$/.exec(part)?.[1];
