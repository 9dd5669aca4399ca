import { createHmac } from "node:crypto";
import { fhirRoot, type Repair } from "@hilum/contract/api";
import type { Log } from "@hilum/contract";
import type { GrantSnapshot, Governor, RecordsPort } from "@hilum/host";
import { createGuessBudget, guessLimits } from "@hilum/policy";
import type { InstanceKey, Store } from "@hilum/store";
import type { PurposeUnderGlass } from "../glass/purpose-under-glass.ts";
import { createCursors } from "./cursor.ts";
import { createGovernAct } from "./govern-acts.ts";
import { listGuessRepairs } from "./guess-repairs.ts";
import type { RecordGuards } from "./record-guards.ts";
import { createPluginRecords } from "./plugin-records.ts";
import { createRecordsService } from "./records.ts";
import type { RecordsService } from "./records-service.ts";
import { createFhirHandlers } from "./routes.ts";

export interface RecordsFeatureParts {
  store: Store;
  governor: Governor;
  guards: RecordGuards;
  purposeUnderGlass: PurposeUnderGlass;
  /** Key of this deployment, from which those for links and guesses are made. */
  linkKey: Buffer;
  version: string;
  startedAt: Date;
  publicUrl(): string;
  ref(resource: string, id: string): string;
  grantsOf(key: InstanceKey): GrantSnapshot;
  log: Log;
}

/** Records: the FHIR API, and the service that everything else which touches records goes through. */
export interface RecordsFeature {
  handlers: ReturnType<typeof createFhirHandlers>;
  records: RecordsService;
  /** The lane of plugins. */
  port: RecordsPort;
  repairs(): Promise<Repair[]>;
}

export function composeRecords(parts: RecordsFeatureParts): RecordsFeature {
  const { store, governor, guards, linkKey, version, startedAt, publicUrl, ref } = parts;
  const now = (): Date => new Date();
  const baseUrl = (): string => `${publicUrl()}${fhirRoot}`;
  const keyFor = (use: string): Buffer => createHmac("sha256", linkKey).update(use).digest();
  const guesses = createGuessBudget(guessLimits, () => now().getTime());
  const records = createRecordsService({
    ...{ store, guards, guesses, baseUrl },
    cursors: createCursors(keyFor("record page"), now),
    guessKey: keyFor("record search"),
    govern: createGovernAct({ governor, purposeUnderGlass: parts.purposeUnderGlass, ref }),
  });
  return {
    handlers: createFhirHandlers({ records, version, startedAt, baseUrl }),
    records,
    port: createPluginRecords({ records, blobs: store.blobs, grantsOf: parts.grantsOf, ref, now, log: parts.log }),
    repairs: async () => listGuessRepairs(guesses.guessers()),
  };
}
