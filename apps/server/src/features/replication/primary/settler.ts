import { isHilumError, type Log } from "@hilum/contract";
import type { InstanceKey, PrimaryWrites, RecordStores } from "@hilum/store";
import { createWorkerRest } from "../../../worker-rest.ts";
import type { LookUp } from "../hand-over.ts";
import type { PrimaryRole, PrimaryStore } from "./primary-role.ts";
import { settleWrite, type SettleParts } from "./settle-write.ts";
import type { WriteThrough } from "./write-through.ts";

export interface SettlerParts extends SettleParts {
  role: PrimaryRole;
  stores: Pick<RecordStores, "setRefusal">;
  primaryWrites: Pick<PrimaryWrites, "end" | "list" | "pending">;
  lookUp: LookUp;
  through: Pick<WriteThrough, "isUnderWay">;
  standing(key: InstanceKey): "stopped" | "tests_only" | undefined;
  /** One process at a time settles what is left. */
  holds(): boolean;
  now(): Date;
  log: Log;
}

/** Brings the writes to their end that a crash or an outage left, and finds out when a primary store is back. */
export interface Settler {
  /** The store may answer again. */
  wake(): void;
  /** Writes that wait for the store, by `plugin/instance`. */
  waiting(): Promise<ReadonlyMap<string, number>>;
  close(): Promise<void>;
}

const pauseMs = 2_000;
/** No record has it; asked for to see whether the store answers. */
const nobody = "hilum-is-the-store-there";

export function createSettler(parts: SettlerParts): Settler {
  const { role, primaryWrites, through, standing, holds, log } = parts;
  const resting = createWorkerRest();
  let closing = false;

  async function run(): Promise<void> {
    while (!closing) {
      resting.begin();
      if (holds())
        await round().catch((error: unknown) =>
          log.warn("primary.not_settled", { code: isHilumError(error) ? error.code : "unknown" }),
        );
      if (!closing) await resting.take(pauseMs);
    }
  }

  async function round(): Promise<void> {
    const store = await role.current();
    if (store === undefined || standing(store) !== undefined) return;
    const key = { plugin: store.plugin, instance: store.instance };
    const left = await leftOf(key);
    if (left.length === 0) return await look(store);
    const writes = new Set(left.map(({ id }) => id));
    for (const write of (await primaryWrites.list(key)).filter(({ id }) => writes.has(id))) {
      if (closing) return;
      await settleWrite(write, parts);
    }
  }

  /** Those that are on no way any more. */
  const leftOf = async ({ plugin, instance }: InstanceKey) =>
    (await primaryWrites.pending()).filter(
      (write) => write.plugin === plugin && write.instance === instance && !through.isUnderWay(write.id),
    );

  /** A store that refused is looked at until it answers: nobody may be writing. */
  async function look(store: PrimaryStore): Promise<void> {
    if (store.refusal === undefined) return;
    const key = { plugin: store.plugin, instance: store.instance };
    await parts.lookUp(key, store.primaryOf?.[0] ?? "Patient", [nobody]);
    await parts.stores.setRefusal(key, undefined, parts.now().toISOString());
  }

  const running = run();
  return {
    wake: () => resting.wake(),
    async waiting() {
      const counts = new Map<string, number>();
      for (const { id, plugin, instance } of await primaryWrites.pending()) {
        if (through.isUnderWay(id)) continue;
        const name = `${plugin}/${instance}`;
        counts.set(name, (counts.get(name) ?? 0) + 1);
      }
      return counts;
    },
    async close() {
      closing = true;
      resting.wake();
      await running;
    },
  };
}
