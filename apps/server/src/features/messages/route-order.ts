import type { CauseClass } from "@hilum/contract/api";
import type { InstanceKey, RoutePosition } from "@hilum/store";

/** Whether an instance can be asked now. `soon`: it comes back by itself. */
export type Standing =
  | { ask: true }
  | { ask: false; code: string; cause: CauseClass; soon: boolean; /** Milliseconds since 1970. */ until?: number };
type Refusal = Extract<Standing, { ask: false }>;

export interface Choice {
  /** The first of the order that can be asked; absent when none can. */
  to?: InstanceKey;
  /** Why those before it, or all of them, are not asked. */
  passedOver: Refusal[];
  /** What is left of the order behind the choice. */
  rest: readonly InstanceKey[];
}

/**
 * The providers that may still be asked, in their order. Undefined when the message is held to one that is no longer in
 * the route. One that goes on at a provider which was taken out of the route begins at the first.
 */
export function orderFrom(
  position: RoutePosition,
  targets: readonly InstanceKey[],
): readonly InstanceKey[] | undefined {
  const { next, only = false } = position;
  if (next === undefined) return targets;
  const place = targets.findIndex((target) => isSame(target, next));
  if (only) return place === -1 ? undefined : [next];
  return place === -1 ? targets : targets.slice(place);
}

export function chooseTarget(order: readonly InstanceKey[], standingOf: (key: InstanceKey) => Standing): Choice {
  const passedOver: Refusal[] = [];
  for (const [place, to] of order.entries()) {
    const standing = standingOf(to);
    if (standing.ask) return { to, passedOver, rest: order.slice(place + 1) };
    passedOver.push(standing);
  }
  return { passedOver, rest: [] };
}

const isSame = (a: InstanceKey, b: InstanceKey): boolean => a.plugin === b.plugin && a.instance === b.instance;
