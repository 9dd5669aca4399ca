export interface TokenBucket {
  /** False when there is none left. */
  take(): boolean;
}

/** So many at once, filled again at a rate; `now` in milliseconds. */
export function createTokenBucket({
  size,
  perSecond,
  now,
}: {
  size: number;
  perSecond: number;
  now(): number;
}): TokenBucket {
  let tokens = size;
  let at = now();
  return {
    take() {
      const time = now();
      tokens = Math.min(size, tokens + ((time - at) / 1000) * perSecond);
      at = time;
      if (tokens < 1) return false;
      tokens -= 1;
      return true;
    },
  };
}
