import { vi } from "vitest";

/** Moves the wall clock of this process, and so of a server in it, until the end of the `using` block. Timers keep their pace. */
export function moveClock(ms: number): Disposable {
  vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + ms });
  return { [Symbol.dispose]: () => void vi.useRealTimers() };
}
