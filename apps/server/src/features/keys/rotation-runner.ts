import { setTimeout as sleep } from "node:timers/promises";
import { isHilumError, type Log } from "@hilum/contract";
import type { Store } from "@hilum/store";

const lease = "key_rotation";
const leaseMs = 60_000;
const renewMs = 20_000;
/** While another process rotates, and after a database that was not there. */
const againMs = 10_000;

export interface RotationRunner {
  /** There may be a rotation to do, or none any more. */
  wake(): void;
  /** What a running rotation waits for. */
  fault(): { code: string; detail: string } | undefined;
  /** Stops after the transaction that it is in; the rotation stays as it stands and goes on at the next start. */
  close(): Promise<void>;
  /** Until nothing is under way here. */
  idle(): Promise<void>;
}

/** Works off the running rotation, in one process at a time. What the database refuses for a while is tried again. */
export function createRotationRunner(parts: {
  store: Pick<Store, "keys" | "leases">;
  owner: string;
  log: Log;
}): RotationRunner {
  const { store, owner, log } = parts;
  const closing = new AbortController();
  let working: Promise<void> | undefined;
  let resting = new AbortController();
  let fault: { code: string; detail: string } | undefined;

  async function work(): Promise<void> {
    while (!closing.signal.aborted) {
      try {
        if ((await store.keys.rotation())?.state !== "running") return;
        if ((await store.leases.acquire(lease, owner, leaseMs)) !== undefined) {
          await rotate();
          return;
        }
      } catch (error) {
        fault = isHilumError(error)
          ? { code: error.code, detail: error.detail }
          : { code: "server.internal", detail: "An error that nobody expected; it is in the process log." };
        log.warn("keys.rotation_waits", { code: fault.code });
      }
      resting = new AbortController();
      const over = AbortSignal.any([closing.signal, resting.signal]);
      await sleep(againMs, undefined, { signal: over, ref: false }).catch(() => undefined);
    }
  }

  async function rotate(): Promise<void> {
    const renewing = setInterval(() => {
      void store.leases.renew(lease, owner, leaseMs).catch(() => undefined);
    }, renewMs);
    try {
      const rotation = await store.keys.run(closing.signal);
      fault = undefined;
      log.info("keys.rotation", { state: rotation?.state ?? "none", done: rotation?.done ?? 0 });
    } finally {
      clearInterval(renewing);
      await store.leases.release(lease, owner).catch(() => undefined);
    }
  }

  return {
    wake: () => {
      resting.abort();
      working ??= work().finally(() => {
        working = undefined;
      });
    },
    fault: () => fault,
    idle: async () => working,
    close: async () => {
      closing.abort();
      await working;
    },
  };
}
