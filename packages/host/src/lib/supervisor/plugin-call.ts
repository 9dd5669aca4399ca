import { HilumError, isHilumError, wireLimits, type CallMeta, type ContentInfo } from "@hilum/contract";
import type { BlobWrites } from "@hilum/contract/wire";
import { answerParsers } from "../connection/answers.ts";
import type { InstanceKey } from "../instance-key.ts";
import { govern, type CallContext, type CallRecord, type Decision, type Governor } from "../pipeline.ts";
import type { Ticker } from "../ticker.ts";
import type { CallStats } from "./call-stats.ts";
import type { CallsInFlight } from "./calls-in-flight.ts";
import { withoutHeldSecrets } from "./handshake.ts";
import type { InstanceSpec } from "./instance-spec.ts";
import type { Live } from "./live.ts";
import type { Slots } from "./slots.ts";

/** One call of the host to a plugin. */
export interface PluginCall {
  method: string;
  /** Without `meta`, which the host adds. */
  params: Record<string, unknown>;
  /** Clamped to the limits of the wire (threat 39). */
  deadlineMs: number;
  /** The action in the audit log, where it is not the method. */
  action?: string;
  resource?: string;
  ref?: string;
  via?: string;
  detail?: CallRecord["detail"];
  /** How many plugins stand between the first caller and this call (threat 40). */
  hops?: number;
  /** End the process when the deadline passes, instead of leaving the call to itself. */
  killOnTimeout?: boolean;
  /** What stands besides against this very call, such as a patient's consent: asked last, and after the wait for a slot. */
  decide?(): Promise<Decision>;
}

/** Asked before the host calls into a plugin, or starts it; by facts of the host alone. */
export interface CallRequest {
  key: InstanceKey;
  kind: "call" | "start";
  /** Who asks, as in the audit log. */
  actor: string;
  method: string;
}
export type DecideCall = (request: CallRequest) => Decision | Promise<Decision>;

export interface CallerOptions {
  key: InstanceKey & Pick<InstanceSpec, "heldSecrets">;
  governor: Governor;
  decideCall: DecideCall;
  ticker: Ticker;
  nextCall(): string;
  slots: Slots;
  stats: CallStats;
  calls: CallsInFlight;
  /** Bytes that the plugin writes in its calls. */
  writes: BlobWrites;
  /** The life that calls go to now, or throws why there is none. */
  current(): Live;
  /** A call ended at its deadline; answered calls in between reset the count. */
  onTimeout(live: Live, inARow: number, kill: boolean): void;
}

/** Makes the function that calls into one instance through the pipeline. */
export function createPluginCaller(
  options: CallerOptions,
): (context: CallContext, call: PluginCall) => Promise<unknown> {
  const { key, governor, decideCall, ticker, slots } = options;
  const perform = createPerformer(options);

  return (context, call) => {
    const id = options.nextCall();
    const deadlineAtMs = ticker.now() + clampDeadline(call.deadlineMs);
    const request: CallRequest = { key, kind: "call", actor: context.actor.id, method: call.method };
    return govern(governor, context, recordOf(key, id, call), {
      resolve: () => resolveLive(options.current(), call),
      admit: () => slots.enter(deadlineAtMs),
      decide: () => decideBoth(decideCall(request), call),
      perform: () => perform(id, call, deadlineAtMs),
      release: slots.leave,
    });
  };
}

/** A call without a decision of its own costs no turn of the queue. */
function decideBoth(decision: Decision | Promise<Decision>, call: PluginCall): Decision | Promise<Decision> {
  const { decide } = call;
  if (decide === undefined) return decision;
  return Promise.resolve(decision).then((first) => (first.allow === true ? decide() : first));
}

function resolveLive(live: Live, { method, hops = 0 }: PluginCall): Live {
  if (hops >= wireLimits.hopsMax) throw new HilumError("call.too_deep");
  if (!answerParsers.has(method) || !live.methods.has(method))
    throw new HilumError("plugin.not_served", { detail: `The plugin does not answer ${method}` });
  if (!live.connection.writable)
    throw new HilumError("lane.full", { detail: "The plugin does not read what it is sent" });
  return live;
}

function createPerformer({ key, ticker, stats, calls, writes, current, onTimeout }: CallerOptions) {
  let timeoutsInARow = 0;

  return async (id: string, call: PluginCall, deadlineAtMs: number): Promise<unknown> => {
    // The life of now, which may be a later one than when the call began to wait.
    const live = current();
    const beganMs = ticker.now();
    const meta: CallMeta = {
      call: id,
      deadlineMs: Math.max(1, Math.floor(deadlineAtMs - beganMs)),
      hops: call.hops ?? 0,
    };
    calls.add(id, call.method, call.params);
    try {
      const params = paramsOf(key, call.params);
      const answer = await live.connection.request(call.method, { ...params, meta }, deadlineAtMs);
      timeoutsInARow = 0;
      const result = parseAnswer(call, answer);
      keepContent(writes, id, result);
      stats.add(ticker.now() - beganMs, false);
      return result;
    } catch (error) {
      stats.add(ticker.now() - beganMs, true);
      if (isHilumError(error) && error.code === "plugin.timeout")
        onTimeout(live, (timeoutsInARow += 1), call.killOnTimeout === true);
      throw error;
    } finally {
      calls.remove(id);
      writes.end(id);
    }
  };
}

/** `settings` of a check hold no secret that the host keeps to itself. */
function paramsOf(key: CallerOptions["key"], params: Record<string, unknown>): Record<string, unknown> {
  const { settings } = params;
  if (key.heldSecrets === undefined || typeof settings !== "object" || settings === null) return params;
  return { ...params, settings: withoutHeldSecrets(key, settings as Record<string, unknown>) };
}

function parseAnswer({ method, params }: PluginCall, answer: unknown): unknown {
  const parse = answerParsers.get(method);
  if (parse === undefined) throw new HilumError("plugin.not_served");
  return parse(answer, params);
}

/** The bytes of an answered record are those that the plugin wrote in this very call; whoever asked has them from now on. */
function keepContent(writes: BlobWrites, call: string, result: unknown): void {
  const { content } = (result ?? {}) as { content?: ContentInfo };
  if (content !== undefined && writes.take(call, content) === undefined)
    throw new HilumError("plugin.bad_reply", {
      problems: [{ pointer: "/content", message: "its bytes were not written in this call" }],
    });
}

function recordOf({ plugin, instance }: InstanceKey, id: string, call: PluginCall): CallRecord {
  const record: CallRecord = { call: id, action: call.action ?? call.method, audit: "intent", plugin, instance };
  if (call.resource !== undefined) record.resource = call.resource;
  if (call.ref !== undefined) record.ref = call.ref;
  if (call.via !== undefined) record.via = call.via;
  if (call.detail !== undefined) record.detail = call.detail;
  return record;
}

const clampDeadline = (deadlineMs: number): number =>
  Number.isFinite(deadlineMs)
    ? Math.min(wireLimits.deadlineMsMax, Math.max(wireLimits.deadlineMsMin, deadlineMs))
    : wireLimits.deadlineMsMin;
