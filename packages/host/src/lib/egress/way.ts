import type { Decision } from "../pipeline.ts";
import { refuseAddress, type AddressRules } from "./address.ts";
import type { ResolveHost } from "./resolve-host.ts";
import type { Target } from "./target.ts";

/** What deciding found out; performing uses exactly this and resolves nothing again. */
export type Way = { addresses: readonly string[] } | { failure: unknown };

/** Every address of the target, from one look-up. A literal is its own address. */
export async function findWay({ host, literal }: Target, resolveHost: ResolveHost): Promise<Way> {
  if (literal) return { addresses: [host] };
  try {
    return { addresses: await resolveHost(host) };
  } catch (failure) {
    return { failure };
  }
}

/**
 * One address that may not be reached refuses them all: an answer of two kinds is an attack or a mistake (threat 89). A name that
 * was not resolved is nobody's refusal; connecting will say so.
 */
export function judgeWay(way: Way, { port }: Pick<Target, "port">, rules: AddressRules): Decision {
  if ("failure" in way) return { allow: true };
  if (way.addresses.length === 0) return { allow: false, code: "destination.not_public", reason: "address.none" };
  const refusal = way.addresses
    .map((address) => refuseAddress(address, port, rules))
    .find((found) => found !== undefined);
  return refusal === undefined ? { allow: true } : { allow: false, code: "destination.not_public", reason: refusal };
}
