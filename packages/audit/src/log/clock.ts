/** The two clocks of an entry. */
export interface AuditClock {
  /** Wall clock in milliseconds since 1970. */
  now(): number;
  /** Monotonic clock in milliseconds since the process started. */
  mono(): number;
}

export const systemClock: AuditClock = { now: Date.now, mono: () => Math.floor(performance.now()) };

/** Reads both clocks and says by how much the wall clock went back since the last reading. */
export interface EntryClock {
  read(): { at: string; mono: number; regressionMs: number };
}

/** `lastMs` is the wall clock of the last entry in the log, so that a step back over a restart is seen too. */
export function createEntryClock(clock: AuditClock, lastMs = 0): EntryClock {
  let previousMs = lastMs;
  let textOf = Number.NaN;
  let text = "";
  return {
    read() {
      const now = clock.now();
      const regressionMs = Math.max(0, previousMs - now);
      previousMs = now;
      if (now !== textOf) [textOf, text] = [now, new Date(now).toISOString()];
      return { at: text, mono: clock.mono(), regressionMs };
    },
  };
}
