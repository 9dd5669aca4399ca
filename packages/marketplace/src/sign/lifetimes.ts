import { HilumError } from "@hilum/contract/errors";
import type { Repository } from "./repository.ts";

/** Days until each role expires: how long a marketplace may be silent before clients take nothing more from it. */
export interface Lifetimes {
  root: number;
  targets: number;
  snapshot: number;
  timestamp: number;
}

/** How a marketplace is served, and so how often somebody signs there. */
export type Serving = "signed-weekly" | "static-host" | "stick";

/**
 * A short timestamp shows a freeze soon (threat 121) and must be signed as often; who carries sticks signs twice a year. A keeper
 * may choose others within the limits.
 */
export const lifetimesOf: Readonly<Record<Serving, Lifetimes>> = {
  "signed-weekly": { root: 365, targets: 180, snapshot: 30, timestamp: 14 },
  "static-host": { root: 730, targets: 365, snapshot: 90, timestamp: 90 },
  stick: { root: 1_095, targets: 730, snapshot: 365, timestamp: 365 },
};

const daysMax = 1_095;

/** Throws `source.invalid`: days are whole, and who signs what is below signs it at least as often. */
export function checkLifetimes({ root, targets, snapshot, timestamp }: Lifetimes): void {
  const days = [timestamp, snapshot, targets, root];
  const whole = days.every((one) => Number.isSafeInteger(one) && one >= 1 && one <= daysMax);
  if (!whole || days.some((one, index) => one < (days[index - 1] ?? 0)))
    throw new HilumError("source.invalid", {
      detail: `Roles live 1 to ${daysMax} days, the timestamp the shortest, then snapshot, targets and root.`,
    });
}

export interface DueRole {
  /** `root`, `targets`, `snapshot`, `timestamp`, or a publisher's name. */
  role: string;
  expires: string;
  /** Whole days that are left; negative where it has expired. */
  daysLeft: number;
}

/** Roles that are in the last third of their life, the most urgent first: what a keeper has to sign, and who of them. */
export function findDue(repository: Repository, lifetimes: Lifetimes, now: Date): DueRole[] {
  const { root, targets, snapshot, timestamp, publishers } = repository;
  const roles = [
    ...Object.entries({ root, targets, snapshot, timestamp }).map(
      ([role, { signed }]) => [role, signed.expires, lifetimes[role as keyof Lifetimes]] as const,
    ),
    ...Object.entries(publishers).map(([role, { signed }]) => [role, signed.expires, lifetimes.targets] as const),
  ];
  return roles
    .map(([role, expires, days]) => ({ role, expires, daysLeft: daysUntil(expires, now), days }))
    .filter(({ daysLeft, days }) => daysLeft <= days / 3)
    .map(({ role, expires, daysLeft }) => ({ role, expires, daysLeft }))
    .toSorted((one, other) => one.daysLeft - other.daysLeft);
}

const daysUntil = (expires: string, now: Date): number =>
  Math.floor((Date.parse(expires) - now.getTime()) / 86_400_000);
