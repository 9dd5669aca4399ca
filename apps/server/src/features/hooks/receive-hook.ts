import { HilumError, hookDefaults, isHilumError, type Context } from "@hilum/contract";
import type { HookVerdict } from "@hilum/contract/api";
import type { Hooks, Store } from "@hilum/store";
import type { Readable } from "node:stream";
import { makeId } from "../../make-id.ts";
import { createBuckets, createCounts } from "./buckets.ts";
import { findHook, type AwaitedSettings, type FoundHook } from "./find-hook.ts";
import { readBody } from "./read-body.ts";
import type { TakeDelivery, Taken } from "./take-delivery.ts";

/** What one sender, one hook and all of them may take of this process. */
export interface HookLimits {
  /** Of one address, in the long run and at once. */
  addressPerSecond: number;
  addressBurst: number;
  hookPerSecond: number;
  hookBurst: number;
  /** Bodies of one address that are on their way, and of everybody. */
  addressAtOnce: number;
  atOnce: number;
  bodyTimeoutMs: number;
}

export const hookLimits: HookLimits = {
  addressPerSecond: 50,
  addressBurst: 200,
  hookPerSecond: 100,
  hookBurst: 500,
  addressAtOnce: 32,
  atOnce: 256,
  bodyTimeoutMs: 10_000,
};

export interface HookCall {
  params: { plugin: string; instance: string; path: string };
  /** Path and query as they came. */
  target: string;
  headers: Readonly<Record<string, string | string[] | undefined>>;
  bytes: Readable;
  peer: { address: string };
}

export interface ReceiverParts {
  store: Pick<Store, "plugins" | "instances" | "settings"> & { hooks: Hooks };
  take: TakeDelivery;
  publicUrl(): string;
  awaited?: AwaitedSettings;
  limits?: Partial<HookLimits>;
  now?(): number;
}

/** A vendor's own call: found, counted, read, then taken in. Everything before `take` costs nobody anything that lasts. */
export function createHookReceiver({
  store,
  take,
  publicUrl,
  awaited,
  limits = {},
  now = () => performance.now(),
}: ReceiverParts): (context: Context, call: HookCall) => Promise<Taken> {
  const limit: HookLimits = { ...hookLimits, ...limits };
  const ofAddress = createBuckets({ perSecond: limit.addressPerSecond, burst: limit.addressBurst });
  const ofHook = createBuckets({ perSecond: limit.hookPerSecond, burst: limit.hookBurst });
  /** One row tells of a flood; a row for each call would be a flood of its own. */
  const busyRows = createBuckets({ perSecond: 0.1, burst: 1 });
  const atOnce = createCounts(limit.atOnce);
  const atOnceOfAddress = createCounts(limit.addressAtOnce);

  return async (context, { params, target, headers, bytes, peer }) => {
    const { plugin, instance, path } = params;
    const found = await findHook(store, { plugin, instance }, path, awaited);
    const isWelcome = ofAddress.take(peer.address, now());
    if (found === undefined) {
      if (!isWelcome) throw new HilumError("request.too_many", { retryAfterMs: 1000 });
      throw new HilumError("request.not_found");
    }
    const name = `${plugin}/${instance}/${path}`;
    if (!isWelcome || !ofHook.take(name, now())) throw await refuse(context, found, "busy", "rate");
    const body = await read(context, found, bytes, headers, peer.address);
    return await take(context, found, { origin: publicUrl(), target, headers: flatten(headers), body }, "vendor");
  };

  async function read(
    context: Context,
    found: FoundHook,
    bytes: Readable,
    headers: HookCall["headers"],
    address: string,
  ): Promise<Buffer> {
    if (!atOnce.enter("")) throw await refuse(context, found, "busy", "at_once");
    try {
      if (!atOnceOfAddress.enter(address)) throw await refuse(context, found, "busy", "at_once");
      try {
        const declared = headers["content-length"];
        const bytesMax = found.hook.bytesMax ?? hookDefaults.bytesMax;
        return await readBody(bytes, typeof declared === "string" ? declared : undefined, {
          bytesMax,
          timeoutMs: limit.bodyTimeoutMs,
        });
      } catch (error) {
        if (isHilumError(error) && error.code === "request.body_too_large")
          throw await refuse(context, found, "too_large", "body", error);
        throw error;
      } finally {
        atOnceOfAddress.leave(address);
      }
    } finally {
      atOnce.leave("");
    }
  }

  /** Keeps that something was turned away unread. */
  async function refuse(
    context: Context,
    { key, hook }: FoundHook,
    verdict: Extract<HookVerdict, "busy" | "too_large">,
    reason: string,
    error = new HilumError("request.too_many", { retryAfterMs: 1000 }),
  ): Promise<HilumError> {
    if (!busyRows.take(`${key.plugin}/${key.instance}/${hook.id} ${verdict}`, now())) return error;
    const at = context.now();
    await store.hooks.add({
      ...key,
      id: makeId(at.getTime()),
      hook: hook.id,
      at: at.toISOString(),
      method: "POST",
      origin: "vendor",
      verdict,
      reason,
      status: error.spec.status,
      bytes: 0,
      durationMs: 0,
    });
    return error;
  }
}

function flatten(headers: HookCall["headers"]): Record<string, string | undefined> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(", ") : value]),
  );
}
