export interface CallStats {
  add(durationMs: number, failed: boolean): void;
  read(): { total: number; failed: number; p50Ms?: number; p95Ms?: number };
}

/** Eight buckets per doubling from 16 microseconds to about 18 minutes: within 9 % of the true value. */
const PER_DOUBLING = 8;
const FIRST_MS = 1 / 64;
const BUCKETS = 26 * PER_DOUBLING;

/** Counts and quantiles of one instance's calls since its start, in constant memory. */
export function createCallStats(): CallStats {
  const buckets = new Uint32Array(BUCKETS);
  let total = 0;
  let failed = 0;

  const quantile = (share: number): number => {
    let left = Math.ceil(total * share);
    for (let index = 0; index < BUCKETS; index += 1) {
      left -= buckets[index] ?? 0;
      if (left <= 0) return FIRST_MS * 2 ** ((index + 0.5) / PER_DOUBLING);
    }
    return FIRST_MS * 2 ** (BUCKETS / PER_DOUBLING);
  };

  return {
    add(durationMs, wasFailure) {
      total += 1;
      if (wasFailure) failed += 1;
      const index = Math.floor(Math.log2(Math.max(durationMs, FIRST_MS) / FIRST_MS) * PER_DOUBLING);
      const bucket = Math.min(index, BUCKETS - 1);
      buckets[bucket] = (buckets[bucket] ?? 0) + 1;
    },
    read: () => (total === 0 ? { total, failed } : { total, failed, p50Ms: quantile(0.5), p95Ms: quantile(0.95) }),
  };
}
