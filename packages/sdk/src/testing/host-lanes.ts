import {
  errorCatalogue,
  HilumError,
  isHilumError,
  wireErrorCodes,
  wireLimits,
  type BlobReadParams,
  type FetchParams,
  type LogParams,
  type PluginMethod,
  type StateParams,
  type UpdateDeliveryParams,
} from "@hilum/contract";
import type { FrameError } from "@hilum/contract/wire";
import { decide, type Grant, type Lane } from "@hilum/policy";
import type { Handler } from "../protocol/peer.ts";
import { answerFetch, type HostFetchOptions } from "./host-fetch.ts";
import type { TestRecords } from "./records.ts";

/** What the test host knows while a plugin asks. */
export interface HostLanesOptions {
  key: { plugin: string; instance: string };
  grants: readonly Grant[];
  records: TestRecords;
  /** Attachments of the calls in flight, by call and id. */
  blobs: ReadonlyMap<string, ReadonlyMap<string, Uint8Array>>;
  log(line: LogParams): void;
  deliveries: UpdateDeliveryParams[];
  now(): Date;
  fetch: Omit<HostFetchOptions, "allows">;
}

type Request = Exclude<PluginMethod, "log" | "http.fetch">;

/** Answers what a plugin asks, decided by the real policy and refused as the real host refuses. */
export function createHostLanes(options: HostLanesOptions): {
  requests: Map<string, Handler>;
  notifications: Map<string, (params: Record<string, unknown>) => void>;
} {
  const { key, grants, records, deliveries, now } = options;
  const handlers: Record<Request, { lane: Lane; perform(params: Record<string, unknown>): unknown }> = {
    "messages.updateDelivery": {
      lane: "messages",
      perform: (params) => updateDelivery(records, deliveries, params as unknown as UpdateDeliveryParams),
    },
    "blobs.read": {
      lane: "messages",
      perform: (params) => readBlob(options.blobs, params as unknown as BlobReadParams),
    },
    "state.get": { lane: "state", perform: (params) => records.getState(stateKey(params)) },
    "state.put": { lane: "state", perform: (params) => putState(records, params as unknown as StateParams) },
    "state.delete": { lane: "state", perform: (params) => records.deleteState(stateKey(params)) },
  };
  const actor = { kind: "plugin", id: `plugin:${key.plugin}/${key.instance}`, ...key } as const;
  const requests = new Map<string, Handler>([
    [
      "http.fetch",
      (params) =>
        answerFetch(
          {
            ...options.fetch,
            allows: (scope) =>
              decide({ actor, lane: "egress", action: "http.fetch", scope, now: now().getTime() }, grants, 1).allow,
          },
          params as unknown as FetchParams,
        ),
    ],
  ]);
  for (const [action, { lane, perform }] of Object.entries(handlers))
    requests.set(action, async (params) => {
      const decision = decide({ actor, lane, action, owner: key, now: now().getTime() }, grants, 1);
      if (!decision.allow) throw new HilumError("policy.denied", { detail: decision.reason });
      return perform(params) ?? {};
    });
  const notifications = new Map([["log", (params: Record<string, unknown>) => writeLog(options.log, params)]]);
  return { requests, notifications };
}

/** A refusal as the plugin sees it. */
export function presentHostError(error: unknown): FrameError {
  const { code, problems, sent, detail, retryAfterMs } = isHilumError(error)
    ? error
    : new HilumError("server.internal");
  const { title, fix, retryable } = errorCatalogue[code];
  const wireCode =
    code === "request.invalid"
      ? wireErrorCodes.invalidParams
      : code === "policy.denied"
        ? wireErrorCodes.denied
        : wireErrorCodes.failed;
  return {
    code: wireCode,
    message: title,
    data: {
      ...{ code, fix, retry: retryable ? "later" : "never" },
      ...(problems.length === 0 ? {} : { problems }),
      ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
      ...(sent === undefined ? {} : { sent, detail }),
    },
  };
}

const invalid = (pointer: string, message: string): HilumError =>
  new HilumError("request.invalid", { problems: [{ pointer, message }] });

function updateDelivery(records: TestRecords, deliveries: UpdateDeliveryParams[], params: UpdateDeliveryParams): void {
  if (params.state !== "delivered" && params.state !== "failed") throw invalid("/state", "it is delivered or failed");
  if (typeof params.at !== "string" || Number.isNaN(Date.parse(params.at)))
    throw invalid("/at", "it is an RFC 3339 time");
  if (typeof params.message !== "string" || records.message(params.message) === undefined)
    throw new HilumError("policy.denied");
  records.updateMessage(params.message, { state: params.state, providerId: params.providerId });
  deliveries.push(params);
}

function readBlob(
  blobs: HostLanesOptions["blobs"],
  { id, call, offset, length }: BlobReadParams,
): { base64: string; size: number } {
  if (!isWhole(offset, Number.MAX_SAFE_INTEGER)) throw invalid("/offset", "it is a whole number");
  if (!isWhole(length, wireLimits.blobChunkBytesMax))
    throw invalid("/length", `it is a whole number of at most ${wireLimits.blobChunkBytesMax}`);
  const bytes = blobs.get(call)?.get(id);
  if (bytes === undefined) throw new HilumError("blob.not_found");
  return { base64: Buffer.from(bytes.subarray(offset, offset + length)).toString("base64"), size: bytes.length };
}

function isWhole(value: unknown, max: number): boolean {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0 && value <= max;
}

function stateKey({ key }: Record<string, unknown>): string {
  if (typeof key !== "string" || !/^[A-Za-z0-9][A-Za-z0-9._:/-]{0,199}$/.test(key))
    throw invalid("/key", "it is not a valid identifier");
  return key;
}

function putState(records: TestRecords, params: StateParams): { version: number } {
  const key = stateKey({ ...params });
  if (typeof params.value !== "string" || params.value.length > 65_536)
    throw invalid("/value", "it is a string of at most 65536 characters");
  return records.putState(key, params.value, params.version);
}

function writeLog(log: HostLanesOptions["log"], { level, text, call }: Record<string, unknown>): void {
  if ((level === "debug" || level === "info" || level === "warn" || level === "error") && typeof text === "string")
    log({ level, text, ...(typeof call === "string" ? { call } : {}) });
}
