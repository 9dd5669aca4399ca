import { HilumError } from "@hilum/contract";

/** Lets work wait for its turn: bundling takes a core for a moment. Throws `request.too_many` when too many wait. */
export function createOneAtATime(waitingMax: number): <T>(work: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve();
  let waiting = 0;
  return async (work) => {
    if (waiting >= waitingMax)
      throw new HilumError("request.too_many", { detail: "Several plugins are being packed.", retryAfterMs: 5_000 });
    waiting += 1;
    const turn = last.then(work, work);
    last = turn.catch(() => undefined);
    try {
      return await turn;
    } finally {
      waiting -= 1;
    }
  };
}
