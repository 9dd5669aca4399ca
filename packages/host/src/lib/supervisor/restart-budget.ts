export interface RestartBudget {
  /** Spends one restart: how long to wait before it, or `undefined` when the budget is used up. */
  spend(nowMs: number): number | undefined;
  readonly spent: number;
  readonly limit: number;
}

export interface RestartBudgetOptions {
  /** Restarts within `windowMs` before the instance is quarantined. */
  limit?: number;
  windowMs?: number;
  firstDelayMs?: number;
  delayMsMax?: number;
  /** In [0, 1). */
  random?(): number;
}

/** Exponential backoff with full jitter over a sliding window; a plugin that stays up for the window starts afresh (threat 219). */
export function createRestartBudget({
  limit = 5,
  windowMs = 10 * 60_000,
  firstDelayMs = 250,
  delayMsMax = 30_000,
  random = Math.random,
}: RestartBudgetOptions = {}): RestartBudget {
  let restarts: number[] = [];
  return {
    spend(nowMs) {
      restarts = restarts.filter((at) => nowMs - at < windowMs);
      if (restarts.length >= limit) return undefined;
      const ceiling = Math.min(delayMsMax, firstDelayMs * 2 ** restarts.length);
      restarts.push(nowMs);
      return ceiling / 2 + (random() * ceiling) / 2;
    },
    get spent() {
      return restarts.length;
    },
    limit,
  };
}
