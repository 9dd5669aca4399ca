import {
  HilumError,
  type BlobReadParams,
  type BlobReadResult,
  type PluginMethod,
  type RecordMethod,
  type StateParams,
  type UpdateDeliveryParams,
} from "@hilum/contract";
import { parseBlobRead, parseLogParams, parseState, parseUpdateDelivery, type BlobWrites } from "@hilum/contract/wire";
import type { Lane as PolicyLane } from "@hilum/policy";
import type { Served } from "../connection/request-desk.ts";
import type { Serve } from "../connection/incoming-calls.ts";
import { pluginContext, type InstanceKey } from "../instance-key.ts";
import type { PluginLog } from "../logs/plugin-log.ts";
import { govern, type CallRecord, type Governor } from "../pipeline.ts";
import type { DecidePlugin } from "../plugin-decisions.ts";
import { createRecordLanes } from "../records/record-lanes.ts";
import type { RecordsPort } from "../records/records-port.ts";
import type { CallsInFlight } from "../supervisor/calls-in-flight.ts";

/** What a plugin can get done, as the server does it. The key is the channel's; a handler never learns another. */
export interface LanePorts {
  /** The instance that the message was handed to; `undefined` for a message that is not there. */
  ownerOfMessage(message: string): Promise<{ plugin: string; instance: string } | undefined>;
  updateDelivery(key: InstanceKey, params: UpdateDeliveryParams): Promise<void>;
  readBlob(key: InstanceKey, params: BlobReadParams): Promise<BlobReadResult>;
  getState(key: InstanceKey, params: StateParams): Promise<{ value?: string; version?: number }>;
  /** Throws `request.conflict` when `version` is given and is not the stored one. */
  putState(key: InstanceKey, params: StateParams): Promise<{ version: number }>;
  deleteState(key: InstanceKey, params: StateParams): Promise<void>;
  /** Without it there are no records here, and nobody can ask for any. */
  records?: RecordsPort;
}

export interface LaneOptions {
  key: InstanceKey;
  lanes: LanePorts;
  /** Serves `http.fetch`, which has steps of its own. */
  fetch: Serve;
  log: PluginLog;
  calls: CallsInFlight;
  writes: BlobWrites;
  governor: Governor;
  decide: DecidePlugin;
  nextCall(): string;
}

interface Lane<Params> {
  /** A read of the plugin's own small state leaves no trace; the rest does. */
  audit: CallRecord["audit"];
  lane: PolicyLane;
  resource: string;
  /** Whose the thing is that is asked for. */
  owner(params: Params): Owner | Promise<Owner>;
  parse(params: Record<string, unknown>): Params;
  perform(params: Params): Promise<unknown>;
}

type Owner = { plugin: string; instance: string } | undefined;

/** Methods of this file; those of records have a file of their own. */
type RequestMethod = Exclude<PluginMethod, "log" | "blobs.write" | RecordMethod>;

/** What one instance may ask of the platform, each through the pipeline. */
export function createLanes(options: LaneOptions): Served {
  const { key, lanes, calls, log } = options;
  const own = (): Owner => key;
  const state = { lane: "state", resource: "PluginState", owner: own, parse: parseState } as const;
  const requests: Record<RequestMethod, Serve> = {
    "messages.updateDelivery": governed(options, "messages.updateDelivery", {
      audit: "intent",
      lane: "messages",
      resource: "Communication",
      owner: (params) => lanes.ownerOfMessage(params.message),
      parse: parseUpdateDelivery,
      perform: (params) => lanes.updateDelivery(key, params),
    }),
    "blobs.read": governed(options, "blobs.read", {
      audit: "intent",
      lane: "messages",
      resource: "Binary",
      owner: own,
      parse: (params) => held(calls, parseBlobRead(params)),
      perform: (params) => lanes.readBlob(key, params),
    }),
    "state.get": governed(options, "state.get", {
      ...state,
      audit: "denials",
      perform: (params) => lanes.getState(key, params),
    }),
    "state.put": governed(options, "state.put", {
      ...state,
      audit: "intent",
      perform: (params) => lanes.putState(key, withValue(params)),
    }),
    "state.delete": governed(options, "state.delete", {
      ...state,
      audit: "intent",
      perform: (params) => lanes.deleteState(key, params),
    }),
    "http.fetch": options.fetch,
  };
  const records = lanes.records === undefined ? [] : createRecordLanes({ ...options, records: lanes.records });
  return {
    requests: new Map([...Object.entries(requests), ...records]),
    notifications: new Map([["log", (params) => writeLog(log, calls, params)]]),
  };
}

function governed<Params>(
  options: LaneOptions,
  method: Exclude<RequestMethod, "http.fetch">,
  lane: Lane<Params>,
): Serve {
  const { key, governor, decide, nextCall } = options;
  const context = pluginContext(key);
  return (params) => {
    const record: CallRecord = {
      call: nextCall(),
      action: method,
      audit: lane.audit,
      plugin: key.plugin,
      instance: key.instance,
      resource: lane.resource,
    };
    return govern(governor, context, record, {
      resolve: () => lane.parse(params),
      decide: async (asked) => decide(key, { lane: lane.lane, action: method, ...ownerOf(await lane.owner(asked)) }),
      perform: lane.perform,
    });
  };
}

const ownerOf = (owner: Owner): { owner?: NonNullable<Owner> } => (owner === undefined ? {} : { owner });

function held(calls: CallsInFlight, params: BlobReadParams): BlobReadParams {
  if (!calls.holdsBlob(params.call, params.id))
    throw new HilumError("blob.not_found", { detail: "The call in hand carries no such attachment" });
  return params;
}

function withValue(params: StateParams): StateParams {
  if (params.value === undefined)
    throw new HilumError("request.invalid", { problems: [{ pointer: "/value", message: "it is a string" }] });
  return params;
}

/** A log line that is no log line is dropped: there is nobody to tell. */
function writeLog(log: PluginLog, calls: CallsInFlight, params: Record<string, unknown>): void {
  let line;
  try {
    line = parseLogParams(params);
  } catch {
    return;
  }
  const { level, text, call } = line;
  log.write({ level, source: "plugin", text, ...(call !== undefined && calls.has(call) ? { call } : {}) });
}
