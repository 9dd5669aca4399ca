import { isScope, parseScope, phiClassOf, type Destination } from "@hilum/contract";
import type { Store } from "@hilum/store";
import { loadConfigured, type Configured } from "../plugins/load-instance.ts";
import { scopesOf, type ScopeState } from "../plugins/scopes-of.ts";

/** A host outside that an instance asks to reach. */
export interface OutwardHost {
  kind: "fetch" | "tunnel";
  /** Of a fetch. */
  destination?: Destination;
  title: string;
  /** Absent while a setting that it names is missing. */
  host?: string;
  port?: number;
  /** Whether what goes there may hold patient data. */
  phi: boolean;
  access: "granted" | "denied" | "undecided" | "stale";
}

/** Every host that the manifest asks for: destinations of `http.fetch`, and tunnels. */
export function outwardHosts({ manifest, values, grants }: Configured): OutwardHost[] {
  const phi = phiClassOf(manifest) !== "none";
  const states = scopesOf(manifest, values, grants);
  const fetches = (manifest.destinations ?? []).flatMap((destination): OutwardHost[] => {
    const state = states.find(({ scope }) => sameScope(scope, destination.scope));
    // Nothing asks for its settings now.
    if (state === undefined) return [];
    return [
      {
        kind: "fetch",
        destination,
        title: destination.title,
        phi: phi && destination.phi !== false,
        ...placeOf(state),
      },
    ];
  });
  const tunnels = states
    .filter(({ parsed }) => parsed.kind === "net" && parsed.protocol === "tcp")
    .map((state): OutwardHost => ({ kind: "tunnel", title: state.reason, phi, ...placeOf(state) }));
  return [...fetches, ...tunnels];
}

function sameScope(one: string, other: string): boolean {
  const [left, right] = [parseScope(one), parseScope(other)];
  return isScope(left) && isScope(right) && JSON.stringify(left) === JSON.stringify(right);
}

function placeOf({ resolved, stale, decision }: ScopeState): Pick<OutwardHost, "host" | "port" | "access"> {
  const access = stale ? "stale" : decision;
  if (resolved?.kind !== "net") return { access };
  return { access, host: resolved.host.replaceAll(/^\[|\]$/g, ""), port: Number(resolved.port) };
}

/** Every instance with the hosts that it asks for. */
export async function listOutward(store: Store): Promise<{ configured: Configured; hosts: OutwardHost[] }[]> {
  const instances = await store.instances.list();
  const all = await Promise.all(instances.map((key) => loadConfigured(store, key).catch(() => undefined)));
  return all
    .filter((configured) => configured !== undefined)
    .map((configured) => ({ configured, hosts: outwardHosts(configured) }));
}
