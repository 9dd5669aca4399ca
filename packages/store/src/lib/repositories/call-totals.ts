import type { CauseClass } from "@hilum/contract/api";
import type { CallTotals } from "../ports/operations.ts";

/** Upper bounds in milliseconds of `CallMinute.histogram`: each a quarter above the one before; the last bucket has none. */
export const callBuckets: readonly number[] = Array.from(
  { length: 60 },
  (_, index) => Math.round(0.1 * 1.25 ** index * 1000) / 1000,
);

interface Minute {
  plugin: string;
  instance: string;
  calls: number;
  failed: number;
  cause: CauseClass | null;
  /** JSON array. */
  histogram: string;
}

/** Adds minutes up per instance, slowest first. `minutes` are oldest first: the newest cause is kept. */
export function totalCalls(minutes: readonly Minute[]): CallTotals[] {
  const totals = new Map<string, CallTotals & { histogram: number[] }>();
  for (const { plugin, instance, calls, failed, cause, histogram } of minutes) {
    const key = `${plugin}/${instance}`;
    const total = totals.get(key) ?? { plugin, instance, calls: 0, failed: 0, histogram: [] };
    total.calls += calls;
    total.failed += failed;
    if (cause !== null) total.cause = cause;
    (JSON.parse(histogram) as number[]).forEach(
      (count, index) => (total.histogram[index] = (total.histogram[index] ?? 0) + count),
    );
    totals.set(key, total);
  }
  return [...totals.values()]
    .map(({ histogram, ...total }) => ({ ...total, ...quantiles(histogram) }))
    .toSorted((a, b) => (b.p95Ms ?? 0) - (a.p95Ms ?? 0));
}

function quantiles(histogram: readonly number[]): { p50Ms?: number; p95Ms?: number } {
  const p50Ms = quantile(histogram, 0.5);
  const p95Ms = quantile(histogram, 0.95);
  return { ...(p50Ms === undefined ? {} : { p50Ms }), ...(p95Ms === undefined ? {} : { p95Ms }) };
}

/** Upper bound of the bucket in which the quantile lies: at most a quarter too high. */
function quantile(histogram: readonly number[], share: number): number | undefined {
  const calls = Array.from(histogram, (count) => count ?? 0);
  const total = calls.reduce((sum, count) => sum + count, 0);
  if (total === 0) return undefined;
  let seen = 0;
  const index = calls.findIndex((count) => (seen += count) >= total * share);
  return callBuckets[Math.min(index, callBuckets.length - 1)];
}
