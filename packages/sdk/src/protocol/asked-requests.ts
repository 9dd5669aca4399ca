import { cancelMethod } from "@hilum/contract";
import type { FrameError, FrameId, Message } from "@hilum/contract/wire";

/** What the other side answered instead of a result. */
export class PeerError extends Error {
  readonly code: number;
  readonly data: Readonly<Record<string, unknown>>;
  constructor({ code, message, data }: FrameError) {
    super(message);
    this.name = "PeerError";
    this.code = code;
    this.data = data ?? {};
  }
}

/** The channel ended before the answer came. */
export class PeerClosedError extends Error {
  constructor() {
    super("The link to the other side is closed");
    this.name = "PeerClosedError";
  }
}

export interface PeerRequestOptions {
  /** Gives the request up: the other side is told, and the promise rejects with the signal's reason. */
  signal?: AbortSignal;
}

/** Requests of this side that wait for an answer. */
export interface AskedRequests {
  ask(method: string, params: object, options?: PeerRequestOptions): Promise<unknown>;
  /** False for an answer that nobody waits for. */
  succeed(id: FrameId, result: unknown): boolean;
  fail(id: FrameId | null, error: FrameError): boolean;
  /** The link has ended. */
  dropAll(): void;
}

type Waiting = Pick<PromiseWithResolvers<unknown>, "resolve" | "reject">;

export function createAskedRequests(send: (message: Message) => void): AskedRequests {
  const waiting = new Map<FrameId, Waiting>();
  let nextId = 1;

  function take(id: FrameId | null): Waiting | undefined {
    if (id === null) return undefined;
    const request = waiting.get(id);
    waiting.delete(id);
    return request;
  }
  return {
    async ask(method, params, { signal } = {}) {
      signal?.throwIfAborted();
      const id = nextId++;
      const { promise, resolve, reject } = Promise.withResolvers<unknown>();
      const giveUp = (): void => {
        send({ method: cancelMethod, params: { id } });
        reject(signal?.reason);
      };
      waiting.set(id, { resolve, reject });
      signal?.addEventListener("abort", giveUp, { once: true });
      try {
        send({ id, method, params });
        return await promise;
      } finally {
        signal?.removeEventListener("abort", giveUp);
        // A request that was given up stays known, so that its late answer is no stray.
        if (signal?.aborted !== true) waiting.delete(id);
      }
    },
    succeed(id, result) {
      const request = take(id);
      request?.resolve(result);
      return request !== undefined;
    },
    fail(id, error) {
      const request = take(id);
      request?.reject(new PeerError(error));
      return request !== undefined;
    },
    dropAll() {
      for (const { reject } of waiting.values()) reject(new PeerClosedError());
      waiting.clear();
    },
  };
}
