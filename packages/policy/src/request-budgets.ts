import { HilumError } from "@hilum/contract";

/** What one instance may send to one destination by `http.fetch`. */
export const requestLimits: RequestLimits = { inFlightMax: 64, requestsPerMinute: 600, bytesPerDay: 64 * 1024 ** 2 };

/** A store of records is handed every record, by a person's decision: its budget is for that and not for little. */
export const storeRequestLimits: BudgetLimits = { requestsPerMinute: 6000, bytesPerDay: 8 * 1024 ** 3 };

export interface RequestLimits extends BudgetLimits {
  /** Requests of one instance to one destination at once. */
  inFlightMax: number;
}

export interface BudgetLimits {
  /** Requests to one destination of one instance in a minute. */
  requestsPerMinute: number;
  /** Bytes of requests to one destination of one instance in a day. */
  bytesPerDay: number;
}

/** What a plugin may send to a host it is allowed to reach: a lot for its work, little for carrying a database away (threat 102). */
export interface Budgets {
  /** Throws `lane.full` when the budget is used up; else counts the request. `limits`: another budget than the usual one. */
  take(key: { plugin: string; instance: string }, destination: string, bytes: number, limits?: BudgetLimits): void;
}

interface Window {
  count: number;
  untilMs: number;
}

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;

/** They outlive restarts of the plugin: a crash buys nothing. */
export function createBudgets(usual: BudgetLimits, nowMs: () => number): Budgets {
  const minutes = new Map<string, Window>();
  const days = new Map<string, Window>();

  function windowOf(windows: Map<string, Window>, name: string, lengthMs: number): Window {
    const found = windows.get(name);
    if (found !== undefined && nowMs() < found.untilMs) return found;
    const fresh = { count: 0, untilMs: nowMs() + lengthMs };
    windows.set(name, fresh);
    return fresh;
  }

  return {
    take({ plugin, instance }, destination, bytes, limits = usual) {
      const name = `${plugin}/${instance} ${destination}`;
      const minute = windowOf(minutes, name, MINUTE_MS);
      const day = windowOf(days, name, DAY_MS);
      if (minute.count >= limits.requestsPerMinute)
        throw full(`more than ${limits.requestsPerMinute} requests in a minute`, minute.untilMs - nowMs());
      if (day.count + bytes > limits.bytesPerDay)
        throw full(`more than ${limits.bytesPerDay} bytes in a day`, day.untilMs - nowMs());
      minute.count += 1;
      day.count += bytes;
    },
  };
}

const full = (what: string, retryAfterMs: number): HilumError =>
  new HilumError("lane.full", { detail: `The plugin would send ${what} to this destination.`, retryAfterMs });
