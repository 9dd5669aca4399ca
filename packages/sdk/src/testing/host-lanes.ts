import {
  HilumError,
  wireErrorCodes,
  wireLimits,
  type BlobReadParams,
  type LogParams,
  type RecordMethod,
  type StateParams,
  type UpdateDeliveryParams,
} from "@hilum/contract";
import {
  frameErrorOf,
  parseBlobRead,
  parseLogParams,
  parseState,
  parseUpdateDelivery,
  type FrameError,
} from "@hilum/contract/wire";
import { createTokenBucket, decide, type Grant, type Lane } from "@hilum/policy";
import { Buffer } from "node:buffer";
import type { Handler } from "../protocol/peer.ts";
import { WireRefusal } from "../wire-refusal.ts";
import type { FaultyMethod, PlantedFaults } from "./faults.ts";
import type { HostFetch } from "./host-fetch.ts";
import type { TestCalls } from "./calls.ts";
import type { createRecordLanes } from "./record-lanes.ts";
import type { TestTables } from "./tables.ts";

/** What the test host knows while a plugin asks. */
export interface HostLanesOptions {
  key: { plugin: string; instance: string };
  grants: readonly Grant[];
  tables: TestTables;
  calls: TestCalls;
  /** What is asked of the platform's records. */
  records: ReturnType<typeof createRecordLanes>;
  log(line: LogParams): void;
  deliveries: UpdateDeliveryParams[];
  now(): Date;
  fetch: HostFetch;
  strike: PlantedFaults["strike"];
}

type OwnMethod = Exclude<FaultyMethod, "http.fetch" | "blobs.write" | RecordMethod>;

interface Asked {
  /** Done once the lane is allowed. */
  perform(): unknown;
  /** Whose the thing is that is asked for; undefined when nobody's. */
  owner: { plugin: string; instance: string } | undefined;
}

/** Answers what a plugin asks, decided by the real policy and refused as the real host refuses. */
export function createHostLanes(options: HostLanesOptions): {
  requests: Map<string, Handler>;
  notifications: Map<string, (params: Record<string, unknown>) => void>;
} {
  const { key, grants, tables, deliveries, now, fetch, strike } = options;
  const state = (read: (params: StateParams) => unknown) => ({
    lane: "state" as const,
    resolve: (given: Record<string, unknown>): Asked => {
      const params = parseState(given);
      return { owner: key, perform: () => read(params) };
    },
  });
  const lanes: Record<OwnMethod, { lane: Lane; resolve(params: Record<string, unknown>): Asked }> = {
    "messages.updateDelivery": {
      lane: "messages",
      resolve(given) {
        const params = parseUpdateDelivery(given);
        const owner = tables.message(params.message) === undefined ? undefined : key;
        return { owner, perform: () => updateDelivery(tables, deliveries, params) };
      },
    },
    "blobs.read": {
      lane: "messages",
      resolve(given) {
        const params = parseBlobRead(given);
        const bytes = options.calls.bytesOf(params.call, params.id);
        if (bytes === undefined)
          throw new HilumError("blob.not_found", { detail: "The call in hand carries no such attachment" });
        return { owner: key, perform: () => readBlob(bytes, params) };
      },
    },
    "state.get": state(({ key: name }) => tables.getState(name)),
    "state.put": state((params) => tables.putState(params.key, valueOf(params), params.version)),
    "state.delete": state(({ key: name }) => tables.deleteState(name)),
  };

  const actor = { kind: "plugin", id: `plugin:${key.plugin}/${key.instance}`, ...key } as const;
  const takesMessage = createRate(() => now().getTime());
  const requests = new Map<string, Handler>([
    ["http.fetch", guarded("http.fetch", (params, call) => fetch.answer(params, call))],
  ]);
  for (const [method, answer] of options.records) requests.set(method, guarded(method, answer));
  for (const [method, { lane, resolve }] of Object.entries(lanes))
    requests.set(
      method,
      guarded(method as OwnMethod, async (params) => {
        const { owner, perform } = resolve(params);
        const about = owner === undefined ? {} : { owner };
        const decision = decide({ actor, lane, action: method, ...about, now: now().getTime() }, grants, 1);
        if (!decision.allow) throw new HilumError("policy.denied");
        return perform() ?? {};
      }),
    );
  return {
    requests,
    notifications: new Map([
      ["log", (params: Record<string, unknown>) => (takesMessage() ? writeLog(options.log, params) : undefined)],
    ]),
  };

  /** The rate first, as at the link; then what the test has planted. */
  function guarded(method: FaultyMethod, answer: Handler): Handler {
    return async (params, call) => {
      if (!takesMessage()) throw new WireRefusal(wireErrorCodes.full, "Too many messages");
      await strike(method, call);
      return await answer(params, call);
    };
  }
}

/** A refusal as the plugin sees it. */
export const presentHostError = (error: unknown): FrameError =>
  error instanceof WireRefusal ? { code: error.code, message: error.message } : frameErrorOf(error);

function createRate(nowMs: () => number): () => boolean {
  const { messagesPerSecond, messagesBurst } = wireLimits;
  const bucket = createTokenBucket({ perSecond: messagesPerSecond, burst: messagesBurst, nowMs: nowMs() });
  return () => bucket.take(nowMs());
}

function updateDelivery(tables: TestTables, deliveries: UpdateDeliveryParams[], params: UpdateDeliveryParams): void {
  tables.updateMessage(params.message, { state: params.state, providerId: params.providerId });
  deliveries.push(params);
}

function readBlob(bytes: Uint8Array, { offset, length }: BlobReadParams): { base64: string; size: number } {
  return { base64: Buffer.from(bytes.subarray(offset, offset + length)).toString("base64"), size: bytes.length };
}

function valueOf({ value }: StateParams): string {
  if (value === undefined)
    throw new HilumError("request.invalid", { problems: [{ pointer: "/value", message: "it is a string" }] });
  return value;
}

/** A log line that is no log line is dropped: there is nobody to tell. */
function writeLog(log: HostLanesOptions["log"], params: Record<string, unknown>): void {
  try {
    log(parseLogParams(params));
  } catch {
    // As at the real host.
  }
}
