import { lookup } from "node:dns/promises";
import { HilumError } from "@hilum/contract";

/** All addresses of a name, in one answer. Rejects when there are none. */
export type ResolveHost = (host: string) => Promise<readonly string[]>;

/** The system's own resolver, so that the hospital's hosts file and search domains count. libuv keeps such look-ups off half of its pool. */
export const resolveBySystem: ResolveHost = async (host) => {
  const answers = await lookup(host, { all: true, order: "verbatim" });
  return answers.map(({ address }) => address);
};

/**
 * One look-up at a time per instance: a name with a slow server delays its own plugin only. A look-up that outlives `timeoutMs`
 * is given up by the caller but holds its turn until the system lets go.
 */
export function createTurnedResolver(
  resolve: ResolveHost,
  { timeoutMs, waitersMax }: { timeoutMs: number; waitersMax: number },
): ResolveHost {
  let turn: Promise<unknown> = Promise.resolve();
  let waiting = 0;
  return async (host) => {
    if (waiting >= waitersMax)
      throw new HilumError("lane.full", { detail: "Too many names are being resolved for this plugin" });
    waiting += 1;
    const mine = turn
      .then(() => resolve(host))
      .finally(() => {
        waiting -= 1;
      });
    turn = mine.catch(() => undefined);
    return await withTimeout(mine, timeoutMs);
  };
}

async function withTimeout<T>(work: Promise<T>, timeoutMs: number): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(
    () =>
      reject(
        new HilumError("provider.unreachable", { detail: "The name of the destination was not resolved in time" }),
      ),
    timeoutMs,
  );
  try {
    return await Promise.race([work, promise]);
  } finally {
    clearTimeout(timer);
  }
}
