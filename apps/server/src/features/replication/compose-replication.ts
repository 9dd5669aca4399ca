import type { Log } from "@hilum/contract";
import type { Repair } from "@hilum/contract/api";
import { pluginFailureData, type Host } from "@hilum/host";
import type { InstanceKey, Records, Store } from "@hilum/store";
import { makeId } from "../../make-id.ts";
import type { Consents } from "../consent/consents.ts";
import type { CallCounter } from "../plugins/call-counter.ts";
import type { InstanceRunner } from "../plugins/runner.ts";
import { createConsentGuard } from "./consent-guard.ts";
import { createHandOver, createLookUp } from "./hand-over.ts";
import { judgeRefusal } from "./judge-refusal.ts";
import { createRecordContent } from "./record-content.ts";
import { createPrimaryRole } from "./primary/primary-role.ts";
import { createRehearsal } from "./primary/rehearse.ts";
import { createSettler } from "./primary/settler.ts";
import { createTakeIn } from "./primary/take-in.ts";
import { createWriteThrough } from "./primary/write-through.ts";
import { createReplicationService } from "./replication.ts";
import { createStoreHandlers } from "./routes.ts";
import { listStoreRepairs } from "./store-repairs.ts";

export interface ReplicationFeatureParts {
  store: Store;
  host(): Host;
  runner: Pick<InstanceRunner, "status" | "takesTestsOnly">;
  consents: Pick<Consents, "decide">;
  /** Everything on this Hilum is made up: its records may go to instances in test mode. */
  testMode(): boolean;
  counter: CallCounter;
  /** Names this process. */
  boot: string;
  ref(resource: string, id: string): string;
  log: Log;
}

/** Carries records to plugins with `store_records` that have a role. */
export interface ReplicationFeature {
  /** The way of every write of records. */
  write: Records["write"];
  handlers: ReturnType<typeof createStoreHandlers>;
  repairs(): Promise<Repair[]>;
  onInstanceRunning(key: InstanceKey): void;
  start(): Promise<void>;
  close(): Promise<void>;
}

export function composeReplication(parts: ReplicationFeatureParts): ReplicationFeature {
  const { store, host, runner, consents, testMode, counter, boot, ref, log } = parts;
  const now = (): Date => new Date();
  const shared = {
    ...{ records: store.records, primaryWrites: store.primaryWrites, now, log },
    nextId: () => makeId(Date.now()),
    handOver: createHandOver({ host, ref, counter, contentOf: createRecordContent(store) }),
    lookUp: createLookUp({ host }),
    guard: createConsentGuard({ store, consents, now }),
    judge: (error: unknown) => judgeRefusal(error, pluginFailureData(error)),
    standing(key: InstanceKey) {
      if (runner.status(key)?.state !== "running") return "stopped" as const;
      return runner.takesTestsOnly(key) && !testMode() ? ("tests_only" as const) : undefined;
    },
  };
  const writing = { ...shared, role: createPrimaryRole(store.recordStores), stores: store.recordStores };
  const through = createWriteThrough(writing);
  const service = createReplicationService({
    ...{ ...shared, store, owner: boot, random: Math.random, wasHanded: through.wasHanded },
    takeIn: createTakeIn({ host, write: through.write, now }),
    rehearse: createRehearsal(shared),
    settling: (holds) => createSettler({ ...writing, through, holds }),
  });
  return {
    write: (writes) => through.write(writes),
    handlers: createStoreHandlers(service),
    repairs: async () => listStoreRepairs(await service.list()),
    onInstanceRunning: service.onInstanceRunning,
    start: service.start,
    close: service.close,
  };
}
