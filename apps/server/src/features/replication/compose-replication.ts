import type { Log } from "@hilum/contract";
import type { Repair } from "@hilum/contract/api";
import { pluginFailureData, type Host } from "@hilum/host";
import type { InstanceKey, Store } from "@hilum/store";
import { makeId } from "../../make-id.ts";
import type { Consents } from "../consent/consents.ts";
import type { CallCounter } from "../plugins/call-counter.ts";
import type { InstanceRunner } from "../plugins/runner.ts";
import { createConsentGuard } from "./consent-guard.ts";
import { createHandOver, createLookUp } from "./hand-over.ts";
import { judgeRefusal } from "./judge-refusal.ts";
import { createRecordContent } from "./record-content.ts";
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
  handlers: ReturnType<typeof createStoreHandlers>;
  repairs(): Promise<Repair[]>;
  onInstanceRunning(key: InstanceKey): void;
  start(): Promise<void>;
  close(): Promise<void>;
}

export function composeReplication(parts: ReplicationFeatureParts): ReplicationFeature {
  const { store, host, runner, consents, testMode, counter, boot, ref, log } = parts;
  const now = (): Date => new Date();
  const service = createReplicationService({
    ...{ store, records: store.records, owner: boot, now, log, random: Math.random },
    nextId: () => makeId(Date.now()),
    handOver: createHandOver({ host, ref, counter, contentOf: createRecordContent(store) }),
    lookUp: createLookUp({ host }),
    guard: createConsentGuard({ store, consents, now }),
    judge: (error) => judgeRefusal(error, pluginFailureData(error)),
    standing(key) {
      if (runner.status(key)?.state !== "running") return "stopped";
      return runner.takesTestsOnly(key) && !testMode() ? "tests_only" : undefined;
    },
  });
  return {
    handlers: createStoreHandlers(service),
    repairs: async () => listStoreRepairs(await service.list()),
    onInstanceRunning: service.onInstanceRunning,
    start: service.start,
    close: service.close,
  };
}
