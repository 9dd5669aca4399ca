/** A clock that stands still until a test moves it. Times are milliseconds since the Unix epoch. */
export interface FakeClock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Monotonic milliseconds since the clock was made; `set` does not move it, as a stepped wall clock would not. */
  monotonic(): number;
  date(): Date;
  /** Resolves when the clock has been advanced by `durationMs`; rejects with the signal's reason when aborted. */
  sleep(durationMs: number, signal?: AbortSignal): Promise<void>;
  /** Moves wall and monotonic time, wakes due sleepers in order and lets their continuations run. */
  advance(durationMs: number): Promise<void>;
  /** Steps the wall clock alone, also backwards. */
  set(time: number | Date): void;
  /** How many sleepers wait. */
  readonly sleeping: number;
}

interface Sleeper {
  dueMs: number;
  wake: () => void;
}

const defaultStart = Date.parse("2026-03-02T08:00:00.000Z");

export function createFakeClock(options: { now?: number | Date } = {}): FakeClock {
  let wallMs = Number(options.now ?? defaultStart);
  let elapsedMs = 0;
  const sleepers = new Set<Sleeper>();

  const nextDue = (untilMs: number): Sleeper | undefined =>
    [...sleepers].filter((sleeper) => sleeper.dueMs <= untilMs).toSorted((a, b) => a.dueMs - b.dueMs)[0];

  const moveTo = (targetMs: number): void => {
    wallMs += targetMs - elapsedMs;
    elapsedMs = targetMs;
  };

  return {
    now: () => wallMs,
    monotonic: () => elapsedMs,
    date: () => new Date(wallMs),
    set: (time) => {
      wallMs = Number(time);
    },
    sleep: (durationMs, signal) =>
      new Promise((resolve, reject) => {
        if (signal?.aborted) return reject(signal.reason);
        const onAbort = (): void => {
          sleepers.delete(sleeper);
          reject(signal?.reason);
        };
        const sleeper: Sleeper = {
          dueMs: elapsedMs + Math.max(0, durationMs),
          wake: () => {
            signal?.removeEventListener("abort", onAbort);
            resolve();
          },
        };
        signal?.addEventListener("abort", onAbort, { once: true });
        sleepers.add(sleeper);
      }),
    advance: async (durationMs) => {
      const targetMs = elapsedMs + durationMs;
      for (let sleeper = nextDue(targetMs); sleeper !== undefined; sleeper = nextDue(targetMs)) {
        sleepers.delete(sleeper);
        moveTo(Math.max(elapsedMs, sleeper.dueMs));
        sleeper.wake();
        await settle();
      }
      moveTo(targetMs);
      await settle();
    },
    get sleeping() {
      return sleepers.size;
    },
  };
}

/** One turn of the event loop, so that what a wake-up started can register its next sleep. */
function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
