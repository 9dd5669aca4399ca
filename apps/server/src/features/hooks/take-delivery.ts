import { hookDefaults, isHilumError, type Context, type ErrorCode, type HilumError } from "@hilum/contract";
import type { HookOrigin, HookVerdict } from "@hilum/contract/api";
import {
  govern,
  toHandleParams,
  verifySignature,
  type CallContext,
  type CallRecord,
  type Decision,
  type Governor,
  type SignatureVerdict,
  type SignedRequest,
} from "@hilum/host";
import type { HookContent, Hooks, NewHookDelivery } from "@hilum/store";
import { makeId } from "../../make-id.ts";
import type { FoundHook } from "./find-hook.ts";
import type { HandedOver, HandOver } from "./hand-over.ts";
import { contentOf } from "./kept-request.ts";

/** A delivery as it is kept, and what the vendor is answered: the plugin's words, or an error. */
export interface Taken {
  row: NewHookDelivery;
  answer?: HookContent["answer"];
  error?: HilumError;
}

export type TakeDelivery = (
  context: Context,
  found: FoundHook,
  request: SignedRequest,
  origin: Extract<HookOrigin, "vendor" | "test">,
) => Promise<Taken>;

export interface TakeDeliveryParts {
  governor: Governor;
  hooks: Hooks;
  handOver: HandOver;
  nextCall(): string;
  ref(resource: string, id: string): string;
  /** Whether one more refused delivery of this hook is kept: anybody can send those. */
  keepsRefused(hook: string): boolean;
}

/**
 * Takes one webhook in, from whoever sends it: signature, age, repetition, then the plugin, through the pipeline. What is
 * refused leaves a folded denial, what is handed over an intent and an outcome; either is kept for the inspector.
 */
export function createTakeDelivery(parts: TakeDeliveryParts): TakeDelivery {
  const { governor, hooks, handOver, keepsRefused } = parts;
  /** Requests that are in a plugin's hands now, by their identity: a copy that comes meanwhile waits for its answer elsewhere. */
  const inFlight = new Set<string>();

  return async (context, found, request, origin) => {
    const { key, hook } = found;
    const startedMs = performance.now();
    const at = context.now();
    const id = makeId(at.getTime());
    const ref = parts.ref("HookDelivery", id);
    const signed = await verify(found, request);
    const reserved = origin === "vendor" && signed.ok ? reserve(inFlight, found, signed.identity) : undefined;
    const draft = {
      ...key,
      id,
      hook: hook.id,
      at: at.toISOString(),
      method: "POST",
      origin,
      bytes: request.body.length,
    };
    const describe = (result: Result, answer?: HookContent["answer"]): NewHookDelivery => ({
      ...draft,
      ...result,
      durationMs: Math.round(performance.now() - startedMs),
      content: contentOf(request, hook.signature, { isSigned: signed.ok, answer }),
    });
    const caller = callContextOf(context, found);
    let refusal: Extract<Decision, { allow: false }> | undefined;
    let taken: Taken | undefined;
    try {
      return await govern(governor, caller, recordOf(parts.nextCall(), found, ref), {
        resolve: () => undefined,
        decide: async () => {
          const decision = await decide(hooks, found, signed, { atMs: at.getTime(), origin, reserved });
          if (!decision.allow) refusal = decision;
          return decision;
        },
        perform: async () => {
          const params = toHandleParams(hook, request, at);
          const handed = await handOver(caller, { key, hook, ref }, params);
          taken = present(handed, describe);
          await hooks.add(signed.ok && origin === "vendor" ? { ...taken.row, identity: signed.identity } : taken.row);
          if (taken.error !== undefined) throw taken.error;
          return taken;
        },
        measure: ({ row: { bytes, verdict, status } }) => ({ bytes, detail: { hook: hook.id, verdict, status } }),
      });
    } catch (error) {
      if (taken?.error !== undefined && error === taken.error) return taken;
      if (refusal === undefined || !isHilumError(error) || error.code !== refusal.code) throw error;
      const result = resultOf(error, refusal.reason);
      const row = describe(result);
      if (keepsRefused(`${key.plugin}/${key.instance}/${hook.id}`)) await hooks.add(row);
      return { row, ...(result.status < 300 ? {} : { error }) };
    } finally {
      if (reserved?.isFree === true) inFlight.delete(reserved.name);
    }
  };
}

/** By the secret that is saved, else by that of a setup which waits for this very call. */
async function verify({ hook, signingKey, awaitedKey }: FoundHook, request: SignedRequest): Promise<SignatureVerdict> {
  const saved = verifySignature(hook.signature, signingKey, request);
  if (saved.ok) return saved;
  const awaited = await awaitedKey();
  return awaited === undefined || awaited === signingKey ? saved : verifySignature(hook.signature, awaited, request);
}

type Result = { verdict: HookVerdict; status: number; reason?: string };

/** An identity taken for the time of a call, or found taken. */
interface Reservation {
  name: string;
  isFree: boolean;
}

function reserve(inFlight: Set<string>, { key, hook }: FoundHook, identity: string): Reservation {
  const name = `${key.plugin}/${key.instance}/${hook.id} ${identity}`;
  const isFree = !inFlight.has(name);
  if (isFree) inFlight.add(name);
  return { name, isFree };
}

/** Right signature, right age, not handed over before. A test is signed here and now, and may be sent again at will. */
async function decide(
  hooks: Hooks,
  { key, hook }: FoundHook,
  signed: SignatureVerdict,
  { atMs, origin, reserved }: { atMs: number; origin: string; reserved: Reservation | undefined },
): Promise<Decision> {
  if (!signed.ok) return { allow: false, code: "hook.bad_signature", reason: signed.fault };
  const windowMs = (hook.replaySeconds ?? hookDefaults.replaySeconds) * 1000;
  if (signed.signedAtMs !== undefined && Math.abs(atMs - signed.signedAtMs) > windowMs)
    return { allow: false, code: "hook.stale", reason: signed.signedAtMs < atMs ? "too_old" : "from_the_future" };
  if (origin !== "vendor" || reserved === undefined) return { allow: true };
  if (!reserved.isFree) return { allow: false, code: "hook.replayed", reason: "in_flight" };
  // A timestamp may be from either side of now, so what it covers can come again for twice as long.
  const since = new Date(atMs - (signed.signedAtMs === undefined ? 1 : 2) * windowMs).toISOString();
  const isHandled = await hooks.isHandled(key, hook.id, signed.identity, since);
  return isHandled ? { allow: false, code: "hook.replayed", reason: "handled" } : { allow: true };
}

const verdicts: Readonly<Partial<Record<ErrorCode, HookVerdict>>> = {
  "hook.bad_signature": "bad_signature",
  "hook.stale": "stale",
  "hook.replayed": "replayed",
};

/**
 * What a refusal is kept as. A copy of what was handed over already is answered well: the vendor did not hear the first
 * answer and would come again and again, and nothing is done twice.
 */
function resultOf({ code, spec }: HilumError, reason: string): Result {
  return { verdict: verdicts[code] ?? "plugin_failed", status: reason === "handled" ? 200 : spec.status, reason };
}

function present(
  handed: HandedOver,
  describe: (result: Result, answer?: HookContent["answer"]) => NewHookDelivery,
): Taken {
  if (handed.verdict !== "accepted") {
    const { verdict, error } = handed;
    return { row: describe({ verdict, status: error.spec.status, reason: error.code }), error };
  }
  const { verdict, status, answer } = handed;
  const row = describe({ verdict, status }, answer);
  return { row, ...(answer === undefined ? {} : { answer }) };
}

/** Longest name of an actor in the audit log, in characters. */
const actorCharsMax = 128;

/** Nobody is known who calls a hook, only which one: refusals are folded per hook, and none hides behind another's. */
function callContextOf({ actor, requestId }: Context, { key }: FoundHook): CallContext {
  const id = `hook:${key.plugin}/${key.instance}`.slice(0, actorCharsMax);
  return { actor: actor.kind === "anonymous" ? { id } : actor, requestId, purpose: "TREAT" };
}

function recordOf(call: string, { key, hook }: FoundHook, ref: string): CallRecord {
  return {
    call,
    action: "receiveHook",
    audit: "intent",
    ...key,
    resource: "HookDelivery",
    ref,
    detail: { hook: hook.id },
  };
}
