import type { Ticker } from "../ticker.ts";

/** A ticker that ticks when a test says so. */
export function createManualTicker(): Ticker & { advance(durationMs: number): void } {
  const ticks = new Set<(nowMs: number) => void>();
  let nowMs = 0;
  return {
    now: () => nowMs,
    subscribe(tick) {
      ticks.add(tick);
      return () => void ticks.delete(tick);
    },
    close: () => ticks.clear(),
    advance(durationMs) {
      nowMs += durationMs;
      for (const tick of ticks) tick(nowMs);
    },
  };
}
