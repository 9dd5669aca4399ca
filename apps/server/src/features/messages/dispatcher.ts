import { HilumError, type Log } from "@hilum/contract";
import type { ClaimedMessage, Store } from "@hilum/store";
import { createWorkerRest } from "../../worker-rest.ts";
import { deliverMessage, type DeliveryParts } from "./deliver-message.ts";

/** Messages taken at once, and how long they are ours before another process may take them over. */
const batch = 64;
const leaseMs = 120_000;
/** Attempts under way at once in this process; what a plugin itself takes at once is its own admission queue. */
const underWayMax = 128;
/** How long to sleep when nothing is due: other processes accept messages too. */
const idleMs = 5_000;

export interface DispatcherParts extends Omit<DeliveryParts, "store" | "now" | "random"> {
  store: Pick<Store, "messages" | "routes" | "blobs">;
  /** True where no other process works on this store: what others claimed is left over from a crash. */
  single: boolean;
  log: Log;
  now?(): Date;
  random?(): number;
}

export interface Dispatcher {
  /** There may be work now. */
  wake(): void;
  /** Takes up what a crash left behind, then works until `close`. */
  start(): Promise<void>;
  /** Takes nothing new and waits for what is under way. */
  close(): Promise<void>;
}

/**
 * Moves accepted messages to their providers. The attempt is durable before the provider is asked, so a crash leaves a
 * trace of everything that may have gone out; such a message is tried again and says that it may arrive twice.
 */
export function createDispatcher(parts: DispatcherParts): Dispatcher {
  const { store, owner, log, now = () => new Date(), random = Math.random } = parts;
  const underWay = new Set<Promise<void>>();
  let closing = false;
  const resting = createWorkerRest();
  let running: Promise<void> = Promise.resolve();
  let upkeep: NodeJS.Timeout | undefined;
  const held = new Set<string>();

  async function run(): Promise<void> {
    while (!closing) {
      resting.begin();
      const room = underWayMax - underWay.size;
      const claimed =
        room <= 0
          ? []
          : await store.messages.claim(owner, Math.min(batch, room), leaseMs).catch((error: unknown) => waitOut(error));
      if (claimed.length > 0) {
        const routes = store.routes.list();
        for (const message of claimed) track(message.id, deliver(message, routes));
      }
      if (claimed.length === 0 || underWay.size >= underWayMax) await rest();
    }
  }

  async function deliver(message: ClaimedMessage, routes: ReturnType<Store["routes"]["list"]>): Promise<void> {
    const route = (await routes).find(({ channel }) => channel === message.channel);
    await deliverMessage({ ...parts, now, random }, message, route);
  }

  function waitOut(error: unknown): ClaimedMessage[] {
    log.warn("messages.claim_failed", { code: error instanceof HilumError ? error.code : "unknown" });
    return [];
  }

  function track(id: string, work: Promise<void>): void {
    held.add(id);
    const done = work
      .catch((error: unknown) =>
        log.error("messages.attempt_failed", { code: error instanceof HilumError ? error.code : "unknown" }),
      )
      .finally(() => {
        underWay.delete(done);
        held.delete(id);
        resting.wake();
      });
    underWay.add(done);
  }

  async function rest(): Promise<void> {
    if (resting.isWoken()) return;
    const due = underWay.size > 0 ? undefined : await store.messages.nextDue().catch(() => undefined);
    await resting.take(Math.max(20, Math.min(idleMs, due === undefined ? idleMs : Date.parse(due) - now().getTime())));
  }

  /**
   * At least once: what a crash cut off is tried again under the same idempotency key and at the same provider, which
   * alone can tell that it has it already, and stays marked as perhaps sent twice.
   */
  async function takeOver(which: "all" | "expired"): Promise<void> {
    for (const { id, attempt, rounds, plugin, instance } of await store.messages.recoverClaims(owner, which))
      await store.messages.finishAttempt(id, attempt, {
        state: "retrying",
        nextAttemptAt: now().toISOString(),
        position: { rounds, next: { plugin, instance }, only: true },
        code: "plugin.link_lost",
        cause: "other",
        detail: "Hilum stopped during this attempt, so the message may have gone out. It is tried again.",
      });
  }

  async function maintain(): Promise<void> {
    if (held.size > 0) await store.messages.renewClaims(owner, [...held], leaseMs);
    if (!parts.single) await takeOver("expired");
  }

  return {
    wake: () => resting.wake(),
    async start() {
      await takeOver(parts.single ? "all" : "expired");
      running = run();
      upkeep = setInterval(() => void maintain().catch(waitOut), leaseMs / 4).unref();
    },
    async close() {
      closing = true;
      clearInterval(upkeep);
      resting.wake();
      await running;
      await Promise.all(underWay);
    },
  };
}
