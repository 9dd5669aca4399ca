import type { OperationSpec } from "@hilum/contract/api";

/** `docs/reference/coverage.json`: what the console reaches. The number covered may only rise. */
export interface CoverageLedger {
  covered: string[];
  /** Operation -> why it needs no screen. */
  exempt: Record<string, string>;
  /** Neither covered nor exempt: to be emptied. */
  missing: string[];
}

/** What this run reaches, in the order of the alphabet. */
export function measureCoverage(operations: readonly OperationSpec[], seen: ReadonlySet<string>): CoverageLedger {
  const exempt = Object.fromEntries(
    operations
      .flatMap(({ id, console }) => ("exempt" in console ? [[id, console.exempt] as const] : []))
      .toSorted(([a], [b]) => a.localeCompare(b)),
  );
  const wanted = operations.map(({ id }) => id).filter((id) => !(id in exempt));
  return {
    covered: wanted.filter((id) => seen.has(id)).toSorted(),
    exempt,
    missing: wanted.filter((id) => !seen.has(id)).toSorted(),
  };
}

/** Why the console does not offer everything, compared with the ledger in the tree; empty when it does. */
export function judgeCoverage(
  operations: readonly OperationSpec[],
  now: CoverageLedger,
  kept: CoverageLedger,
): string[] {
  if (operations.length === 0) return ["no operation was loaded, so nothing can be said"];
  const known = new Set(operations.map(({ id }) => id));
  const lost = kept.covered.filter((id) => known.has(id) && !now.covered.includes(id) && !(id in now.exempt));
  const unlisted = now.missing.filter((id) => !kept.missing.includes(id) && !lost.includes(id));
  const exempted = Object.keys(now.exempt).filter((id) => !(id in kept.exempt));
  const unreasoned = Object.entries(now.exempt).filter(([, reason]) => reason.trim().length < 10);
  return [
    ...lost.map((id) => `${id} was reached from the console before and is not now`),
    ...unlisted.map((id) => `${id} has no screen that reaches it and no exemption`),
    ...exempted.map((id) => `${id} is exempt in the contract and not in the ledger: an exemption is reviewed there`),
    ...unreasoned.map(([id]) => `${id} is exempt without a reason`),
    ...(now.covered.length < kept.covered.filter((id) => known.has(id)).length
      ? ["fewer operations are covered than before"]
      : []),
  ];
}
