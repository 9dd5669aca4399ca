import type { Log } from "@hilum/contract";
import type { Store } from "@hilum/store";

/** Does `work` while no other process of the deployment does that of the same name; false where one does. */
export type HoldLease = (name: string, work: () => Promise<void>) => Promise<boolean>;

const leaseMs = 30_000;
const renewMs = 10_000;

/** Whether other processes may be at the same database: one in a file has one process. */
export function createSharedCheck(store: Pick<Store, "status">): () => Promise<boolean> {
  let shared: Promise<boolean> | undefined;
  return () => (shared ??= store.status().then(({ dialect }) => dialect === "postgresql"));
}

export function createHoldLease({
  store,
  owner,
  log,
}: {
  store: Pick<Store, "leases" | "status">;
  owner: string;
  log: Log;
}): HoldLease {
  const held = new Set<string>();
  // Where there is one process, what a dead one held would keep its successor waiting.
  const isShared = createSharedCheck(store);

  return async (name, work) => {
    if (held.has(name)) return false;
    held.add(name);
    let renewal: NodeJS.Timeout | undefined;
    try {
      if (await isShared()) {
        if ((await store.leases.acquire(name, owner, leaseMs)) === undefined) return false;
        renewal = setInterval(
          () => void store.leases.renew(name, owner, leaseMs).catch(() => log.warn("lease.not_renewed")),
          renewMs,
        ).unref();
      }
      await work();
      return true;
    } finally {
      clearInterval(renewal);
      held.delete(name);
      if (renewal !== undefined) await store.leases.release(name, owner).catch(() => undefined);
    }
  };
}
