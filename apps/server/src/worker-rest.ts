/** The rest of a worker between its rounds, which ends early when there is work. */
export interface WorkerRest {
  /** Called as a round begins: whoever wakes from now on means the next one. */
  begin(): void;
  /** True where somebody woke the worker since the round began. */
  isWoken(): boolean;
  /** Waits `ms`, or until somebody wakes it; not at all where somebody has. */
  take(ms: number): Promise<void>;
  wake(): void;
}

export function createWorkerRest(): WorkerRest {
  let woken = false;
  let wakeUp: (() => void) | undefined;
  return {
    begin: () => void (woken = false),
    isWoken: () => woken,
    take: async (ms) => {
      if (woken) return;
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, ms);
        wakeUp = () => {
          clearTimeout(timer);
          resolve();
        };
      });
      wakeUp = undefined;
    },
    wake: () => {
      woken = true;
      wakeUp?.();
    },
  };
}
