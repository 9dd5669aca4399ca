import { HilumError } from "@hilum/contract";

export interface GuessLimits {
  /** Different searches of one asker that found nothing, within one window. */
  missesMax: number;
  windowMs: number;
}

export const guessLimits: GuessLimits = { missesMax: 200, windowMs: 600_000 };

/** Who tries out what others know: identifiers, names, dates of birth. */
export interface Guesser {
  actor: string;
  /** When the budget was used up, in milliseconds since the epoch. */
  since: number;
}

/**
 * An index that is asked for equality answers guesses, so the answers are counted (threat 51): who searches for many different
 * values that are not there is stopped for the rest of the window, and shown to the operator.
 */
export interface GuessBudget {
  /** Throws `search.guessing` while the budget of the actor is used up. */
  admit(actor: string): void;
  /** A search found nothing. `what` tells one search from another; it is kept as it comes, so give a keyed hash. */
  miss(actor: string, what: string): void;
  /** Those who are stopped now, and those who were within the last day. */
  guessers(): Guesser[];
}

interface Window {
  seen: Set<string>;
  untilMs: number;
}

const dayMs = 86_400_000;
/** Windows of so many actors are kept at once; the oldest go first. */
const actorsMax = 10_000;

export function createGuessBudget(limits: GuessLimits, nowMs: () => number): GuessBudget {
  const windows = new Map<string, Window>();
  const stopped = new Map<string, number>();

  function windowOf(actor: string): Window | undefined {
    const found = windows.get(actor);
    if (found === undefined || nowMs() < found.untilMs) return found;
    windows.delete(actor);
    return undefined;
  }

  function begin(actor: string): Window {
    const [oldest] = windows.keys();
    if (windows.size >= actorsMax && oldest !== undefined) windows.delete(oldest);
    const window: Window = { seen: new Set(), untilMs: nowMs() + limits.windowMs };
    windows.set(actor, window);
    return window;
  }

  return {
    admit(actor) {
      const window = windowOf(actor);
      if (window === undefined || window.seen.size < limits.missesMax) return;
      throw new HilumError("search.guessing", {
        detail: `${limits.missesMax} different searches found nothing within ${limits.windowMs / 60_000} minutes.`,
        retryAfterMs: window.untilMs - nowMs(),
      });
    },
    miss(actor, what) {
      const { seen } = windowOf(actor) ?? begin(actor);
      if (seen.size >= limits.missesMax) return;
      seen.add(what);
      if (seen.size === limits.missesMax) stopped.set(actor, nowMs());
    },
    guessers() {
      for (const [actor, since] of stopped) if (nowMs() - since > dayMs) stopped.delete(actor);
      return [...stopped].map(([actor, since]) => ({ actor, since }));
    },
  };
}
