import { HilumError } from "@hilum/contract";
import type { Sessions } from "@hilum/store";
import { digestOf } from "./secrets.ts";

/** Failures that cost nothing, then each doubles the wait from five seconds up to a quarter of an hour. */
const free = { user: 5, peer: 20 } as const;
const firstWaitMs = 5_000;
const waitMsMax = 15 * 60_000;

export interface Throttle {
  /** Throws `request.too_many` while one of the keys is blocked. Unknown user names are throttled like known ones (threat 163). */
  admit(username: string | undefined, peer: string, now: Date): Promise<void>;
  fail(username: string | undefined, peer: string, now: Date): Promise<void>;
  clear(username: string): Promise<void>;
}

export function createThrottle(sessions: Pick<Sessions, "throttle" | "recordFailure" | "clearFailures">): Throttle {
  const keysOf = (username: string | undefined, peer: string) => [
    ...(username === undefined ? [] : [{ key: userKey(username), free: free.user }]),
    { key: `peer:${peer}`, free: free.peer },
  ];
  return {
    async admit(username, peer, now) {
      for (const { key } of keysOf(username, peer)) {
        const until = (await sessions.throttle(key))?.blockedUntil;
        const waitMs = until === undefined ? 0 : Date.parse(until) - now.getTime();
        if (waitMs > 0)
          throw new HilumError("request.too_many", {
            detail: `Too many wrong attempts. Try again in ${Math.ceil(waitMs / 1000)} seconds.`,
            retryAfterMs: waitMs,
          });
      }
    },
    async fail(username, peer, now) {
      for (const { key, free: allowed } of keysOf(username, peer)) {
        const failures = ((await sessions.throttle(key))?.failures ?? 0) + 1;
        const over = failures - allowed;
        const waitMs = over < 0 ? 0 : Math.min(waitMsMax, firstWaitMs * 2 ** over);
        await sessions.recordFailure(key, waitMs === 0 ? undefined : new Date(now.getTime() + waitMs).toISOString());
      }
    },
    clear: (username) => sessions.clearFailures(userKey(username)),
  };
}

/** As a digest: what is typed into the wrong field, a password or a patient's address, is not kept. */
const userKey = (username: string): string => `user:${digestOf(username)}`;
