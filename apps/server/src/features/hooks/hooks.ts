import { HilumError, hooksOf, type Context } from "@hilum/contract";
import type { Hook, HookDelivery, HookDeliveryDetail } from "@hilum/contract/api";
import { canSign, signRequest, toHandleParams, type SignedRequest } from "@hilum/host";
import type { HookContent, HookFilter, InstanceKey, NewHookDelivery, Page, Store } from "@hilum/store";
import { makeId } from "../../make-id.ts";
import { loadInstance } from "../plugins/load-instance.ts";
import { findHook, type FoundHook } from "./find-hook.ts";
import type { HandOver } from "./hand-over.ts";
import { hookAddress } from "./hook-address.ts";
import { requestOf } from "./kept-request.ts";
import { presentDelivery, presentDetail, presentHook, sampleOf, whyNotReplayable } from "./present-hook.ts";
import type { TakeDelivery } from "./take-delivery.ts";

/** What people do with hooks: see them, test them, read what arrived, hand it over again. */
export interface HooksService {
  list(key: InstanceKey): Promise<Hook[]>;
  /** Signs a body as the vendor would and takes it in by the vendor's way. */
  test(
    context: Context,
    key: InstanceKey,
    hook: string,
    body: { contentType?: string; text?: string },
  ): Promise<HookDelivery>;
  deliveries(key: InstanceKey, filter: HookFilter): Promise<Page<HookDelivery>>;
  read(key: InstanceKey, delivery: string): Promise<HookDeliveryDetail>;
  /** Hands a delivery over again, by the right of the person who asks. */
  replay(context: Context, key: InstanceKey, delivery: string): Promise<HookDelivery>;
}

interface Parts {
  store: Store;
  take: TakeDelivery;
  handOver: HandOver;
  publicUrl(): string;
  ref(resource: string, id: string): string;
}

export function createHooksService({ store, take, handOver, publicUrl, ref }: Parts): HooksService {
  async function find(key: InstanceKey, hook: string): Promise<FoundHook> {
    await loadInstance(store, key);
    const found = await findHook(store, key, hook);
    if (found === undefined) throw new HilumError("hook.not_found");
    return found;
  }

  async function findDelivery(key: InstanceKey, id: string) {
    await loadInstance(store, key);
    const row = await store.hooks.find(key, id);
    if (row === undefined) throw new HilumError("hook.delivery_not_found");
    return row;
  }

  return {
    async list(key) {
      const { manifest } = await loadInstance(store, key);
      return await Promise.all(
        hooksOf(manifest).map(async ({ id }) =>
          presentHook(await find(key, id), hookAddress(publicUrl(), key, id), await store.hooks.last(key, id)),
        ),
      );
    },
    async test(context, key, id, body) {
      const found = await find(key, id);
      const request = signTest(found, publicUrl(), context, body);
      return presentDelivery((await take(context, found, request, "test")).row);
    },
    async deliveries(key, filter) {
      await loadInstance(store, key);
      const { items, next } = await store.hooks.list(key, filter);
      return { items: items.map(presentDelivery), ...(next === undefined ? {} : { next }) };
    },
    read: async (key, id) => presentDetail(await findDelivery(key, id)),
    async replay(context, key, id) {
      const original = await findDelivery(key, id);
      const { content } = original;
      const why = whyNotReplayable(original);
      if (why !== undefined || content === undefined)
        throw new HilumError("hook.not_replayable", {
          detail: why === "signature" ? "Its signature was not right." : "Nothing of it was read.",
        });
      const { key: place, hook } = await find(key, original.hook);
      const startedMs = performance.now();
      const at = context.now();
      const params = toHandleParams(hook, requestOf(content, publicUrl()), new Date(original.at));
      const { actor, requestId } = context;
      const newId = makeId(at.getTime());
      const handed = await handOver(
        { actor, requestId, purpose: "TREAT" },
        { key: place, hook, ref: ref("HookDelivery", newId) },
        params,
      );
      const row: NewHookDelivery = {
        ...place,
        id: newId,
        hook: hook.id,
        at: at.toISOString(),
        method: original.method,
        origin: "replay",
        replayOf: original.id,
        verdict: handed.verdict,
        ...(handed.verdict === "accepted"
          ? { status: handed.status }
          : { status: handed.error.spec.status, reason: handed.error.code }),
        bytes: original.bytes,
        durationMs: Math.round(performance.now() - startedMs),
        content: withAnswer(content, handed.verdict === "accepted" ? handed.answer : undefined),
      };
      await store.hooks.add(row);
      return presentDelivery(row);
    },
  };
}

/** Throws for what only the vendor can sign, or what is not set. */
function signTest(
  { key, hook, signingKey }: FoundHook,
  origin: string,
  context: Context,
  { contentType, text }: { contentType?: string; text?: string },
): SignedRequest {
  if (!canSign(hook.signature)) throw new HilumError("hook.not_signable");
  if (signingKey === undefined) throw new HilumError("hook.secret_missing");
  const sample = sampleOf(hook);
  const draft = {
    origin,
    target: new URL(hookAddress(origin, key, hook.id)).pathname,
    headers: { "content-type": contentType ?? sample.contentType },
    body: Buffer.from(text ?? sample.text),
  };
  const atMs = context.now().getTime();
  try {
    return signRequest(hook.signature, signingKey, draft, { atMs, id: `test_${makeId(atMs)}` });
  } catch (cause) {
    throw new HilumError("hook.not_signable", { detail: "The secret that is set is not one of this scheme.", cause });
  }
}

const withAnswer = ({ answer: _before, ...content }: HookContent, answer: HookContent["answer"]): HookContent => ({
  ...content,
  ...(answer === undefined ? {} : { answer }),
});

/** A delivery as it came, from what was kept of it. */
