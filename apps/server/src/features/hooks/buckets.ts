import { createTokenBucket, type TokenBucket } from "@hilum/host";

/** Token buckets by name, for names that anybody can make up: at most `namesMax` are remembered, the oldest goes first. */
export function createBuckets({
  perSecond,
  burst,
  namesMax = 10_000,
}: {
  perSecond: number;
  burst: number;
  namesMax?: number;
}): { take(name: string, nowMs: number): boolean } {
  const buckets = new Map<string, TokenBucket>();
  return {
    take(name, nowMs) {
      const known = buckets.get(name);
      const bucket = known ?? createTokenBucket({ perSecond, burst, nowMs });
      // Set anew, so that who comes again is remembered longest.
      if (known !== undefined) buckets.delete(name);
      buckets.set(name, bucket);
      if (buckets.size > namesMax) buckets.delete(buckets.keys().next().value ?? "");
      return bucket.take(nowMs);
    },
  };
}

/** How many are inside by name; a name is forgotten when nobody is. */
export function createCounts(max: number): { enter(name: string): boolean; leave(name: string): void } {
  const inside = new Map<string, number>();
  return {
    enter(name) {
      const count = inside.get(name) ?? 0;
      if (count >= max) return false;
      inside.set(name, count + 1);
      return true;
    },
    leave(name) {
      const count = (inside.get(name) ?? 1) - 1;
      if (count <= 0) inside.delete(name);
      else inside.set(name, count);
    },
  };
}
