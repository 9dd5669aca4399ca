/** One coarse timer for all that waits: deadlines, frame limits, idle tunnels, rate windows. */
export interface Ticker {
  /** Runs `tick` about every `everyMs` while the subscription is open, with the monotonic time in milliseconds. */
  subscribe(tick: (nowMs: number) => void): () => void;
  /** Monotonic milliseconds, exact. */
  now(): number;
  close(): void;
}

/**
 * A timer per call costs more than the call, so every connection looks at its deadlines on this one tick. It runs only
 * while somebody is subscribed and never keeps the process alive.
 */
export function createTicker({ everyMs = 20 }: { everyMs?: number } = {}): Ticker {
  const ticks = new Set<(nowMs: number) => void>();
  let timer: NodeJS.Timeout | undefined;

  const run = (): void => {
    const nowMs = performance.now();
    for (const tick of ticks) tick(nowMs);
  };
  const stop = (): void => {
    clearInterval(timer);
    timer = undefined;
  };

  return {
    now: () => performance.now(),
    subscribe(tick) {
      ticks.add(tick);
      timer ??= setInterval(run, everyMs).unref();
      return () => {
        ticks.delete(tick);
        if (ticks.size === 0) stop();
      };
    },
    close() {
      ticks.clear();
      stop();
    },
  };
}
