import { HilumError } from "@hilum/contract";
import type { FrameError } from "@hilum/contract/wire";
import { parseErrorData, PluginFailure } from "./answers.ts";

/** Requests of the host that wait for an answer. */
export interface OutgoingCalls {
  add(deadlineAtMs: number): { id: number; answer: Promise<unknown> };
  /** Settle a request. False for an id that was never asked or was answered already: a stray (threat 28). */
  succeed(id: number, result: unknown): boolean;
  fail(id: number, error: FrameError): boolean;
  /** Gives up a request; its late answer will be no stray. */
  drop(id: number, error: Error): boolean;
  /** Ids whose deadline has passed. */
  late(nowMs: number): number[];
  dropAll(error: (id: number) => Error): void;
  readonly size: number;
}

interface Waiting {
  deadlineAtMs: number;
  resolve(result: unknown): void;
  reject(error: Error): void;
}

/** Late answers that are still expected, per connection. */
const EXPECTED_LATE_MAX = 1024;

export function createOutgoingCalls(): OutgoingCalls {
  const waiting = new Map<number, Waiting>();
  const expectedLate = new Set<number>();
  let lastId = 0;

  const settle = (id: number): Waiting | undefined => {
    const call = waiting.get(id);
    if (call !== undefined) waiting.delete(id);
    return call;
  };

  return {
    add(deadlineAtMs) {
      lastId += 1;
      const id = lastId;
      const answer = new Promise<unknown>((resolve, reject) => {
        waiting.set(id, { deadlineAtMs, resolve, reject });
      });
      return { id, answer };
    },
    succeed(id, result) {
      const call = settle(id);
      if (call === undefined) return expectedLate.delete(id);
      call.resolve(result);
      return true;
    },
    fail(id, error) {
      const call = settle(id);
      if (call === undefined) return expectedLate.delete(id);
      call.reject(new PluginFailure(parseErrorData(error.data)));
      return true;
    },
    drop(id, error) {
      const call = settle(id);
      if (call === undefined) return false;
      if (expectedLate.size < EXPECTED_LATE_MAX) expectedLate.add(id);
      call.reject(error);
      return true;
    },
    late(nowMs) {
      const ids: number[] = [];
      for (const [id, { deadlineAtMs }] of waiting) if (deadlineAtMs <= nowMs) ids.push(id);
      return ids;
    },
    dropAll(error) {
      const calls = [...waiting];
      waiting.clear();
      for (const [id, call] of calls) call.reject(error(id));
    },
    get size() {
      return waiting.size;
    },
  };
}

export const timedOut = (): HilumError => new HilumError("plugin.timeout");
