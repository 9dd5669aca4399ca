import { HilumError } from "@hilum/contract";

export interface Slots {
  /** `undefined` when a slot was free; otherwise resolves in turn. Throws `lane.full` when too many wait already. */
  enter(deadlineAtMs: number): Promise<void> | undefined;
  leave(): void;
  /** Refuses those whose deadline has passed while they waited. */
  sweep(nowMs: number): void;
  /** Refuses all who wait; those inside finish. */
  refuseAll(error: Error): void;
  /** Resolves when nobody is inside. */
  idle(): Promise<void>;
  readonly inside: number;
  readonly waiting: number;
}

interface Waiter {
  deadlineAtMs: number;
  resolve(): void;
  reject(error: Error): void;
}

/** A bounded queue before a bounded number of slots: a slow plugin sheds its own callers and nobody else's (threat 220). */
export function createSlots({ concurrency, queueMax }: { concurrency: number; queueMax: number }): Slots {
  let inside = 0;
  let waiters: Waiter[] = [];
  let onIdle: (() => void)[] = [];

  return {
    enter(deadlineAtMs) {
      if (inside < concurrency) {
        inside += 1;
        return undefined;
      }
      if (waiters.length >= queueMax) throw new HilumError("lane.full");
      return new Promise((resolve, reject) => waiters.push({ deadlineAtMs, resolve, reject }));
    },
    leave() {
      const next = waiters.shift();
      // The slot passes from one to the next without being free in between.
      if (next !== undefined) return next.resolve();
      inside -= 1;
      if (inside > 0 || onIdle.length === 0) return;
      for (const resolve of onIdle) resolve();
      onIdle = [];
    },
    sweep(nowMs) {
      if (waiters.length === 0) return;
      const late = waiters.filter((waiter) => waiter.deadlineAtMs <= nowMs);
      if (late.length === 0) return;
      waiters = waiters.filter((waiter) => waiter.deadlineAtMs > nowMs);
      for (const waiter of late)
        waiter.reject(new HilumError("lane.full", { detail: "The call waited for its turn until its deadline" }));
    },
    refuseAll(error) {
      const refused = waiters;
      waiters = [];
      for (const waiter of refused) waiter.reject(error);
    },
    idle: () => (inside === 0 ? Promise.resolve() : new Promise((resolve) => void onIdle.push(resolve))),
    get inside() {
      return inside;
    },
    get waiting() {
      return waiters.length;
    },
  };
}
