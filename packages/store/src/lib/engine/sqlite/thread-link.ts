import { Worker } from "node:worker_threads";
import { HilumError } from "@hilum/contract/errors";
import { toHilumError, type Failure } from "../failure.ts";
import type { ThreadData, ThreadReply, ThreadRequest, ThreadValue } from "./protocol.ts";

type WithoutId<T> = T extends { id: number } ? Omit<T, "id"> : never;

/** The main thread's end of a database thread. */
export interface ThreadLink {
  /** Resolves with the thread's answer, or rejects with a HilumError. */
  request(request: WithoutId<ThreadRequest>): Promise<ThreadValue>;
  readonly waiting: number;
  close(): Promise<void>;
}

interface Waiter {
  resolve: (value: ThreadValue) => void;
  reject: (error: Error) => void;
}

/** Above this the database is too slow for what arrives. */
const waitingMax = 20_000;

/** Starts the thread; resolves when its database is open. Throws a HilumError when it cannot be opened. */
export async function startThread(data: ThreadData): Promise<ThreadLink> {
  const worker = new Worker(new URL("./thread.ts", import.meta.url), { workerData: data, name: `store-${data.mode}` });
  const waiters = new Map<number, Waiter>();
  let outbox: ThreadRequest[] = [];
  let nextId = 1;
  let gone: Failure | undefined;

  /** All requests of one tick in one message: a message costs more than what it carries. */
  const flush = (): void => {
    const requests = outbox;
    outbox = [];
    worker.postMessage(requests);
  };

  const endAll = (failure: Failure): void => {
    gone ??= failure;
    for (const { reject } of waiters.values()) reject(toHilumError(failure));
    waiters.clear();
    worker.unref();
  };

  worker.on("message", (replies: ThreadReply[]) => {
    for (const reply of replies) {
      const waiter = waiters.get(reply.id);
      waiters.delete(reply.id);
      if ("failure" in reply) waiter?.reject(toHilumError(reply.failure));
      else waiter?.resolve(reply.value);
    }
  });
  worker.on("error", (error) =>
    endAll({ kind: "unavailable", message: error instanceof Error ? error.message : String(error) }),
  );
  worker.on("exit", () => endAll({ kind: "unavailable", message: "the database thread has ended" }));

  const request = (body: WithoutId<ThreadRequest>): Promise<ThreadValue> => {
    if (gone !== undefined) return Promise.reject(toHilumError(gone));
    if (waiters.size >= waitingMax)
      return Promise.reject(
        new HilumError("store.unavailable", { detail: "Too many writes wait for the database.", retryAfterMs: 1_000 }),
      );
    if (outbox.length === 0) setImmediate(flush);
    const id = nextId;
    nextId += 1;
    outbox.push({ id, ...body });
    return new Promise((resolve, reject) => waiters.set(id, { resolve, reject }));
  };

  await new Promise<ThreadValue>((resolve, reject) => waiters.set(0, { resolve, reject })).catch(
    async (error: unknown) => {
      await worker.terminate();
      throw error;
    },
  );

  return {
    request,
    get waiting() {
      return waiters.size;
    },
    close: async () => {
      if (gone !== undefined) return;
      const ended = new Promise<void>((resolve) => worker.once("exit", () => resolve()));
      await request({ kind: "close" });
      gone = { kind: "unavailable", message: "the store is closed" };
      await ended;
    },
  };
}
