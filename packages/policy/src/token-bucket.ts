export interface TokenBucket {
  /** Takes one token; false when there is none. */
  take(nowMs: number): boolean;
}

/** Lets `burst` through at once and `perSecond` in the long run. Times are monotonic milliseconds. */
export function createTokenBucket({
  perSecond,
  burst,
  nowMs,
}: {
  perSecond: number;
  burst: number;
  nowMs: number;
}): TokenBucket {
  let tokens = burst;
  let filledAt = nowMs;
  return {
    take(now) {
      if (tokens < 1 || now - filledAt > 1000) {
        tokens = Math.min(burst, tokens + ((now - filledAt) * perSecond) / 1000);
        filledAt = now;
      }
      if (tokens < 1) return false;
      tokens -= 1;
      return true;
    },
  };
}
