import { hookDefaults, phiClassOf, type Hook as DeclaredHook, type HookSignature } from "@hilum/contract";
import type { Hook, HookDelivery, HookDeliveryDetail } from "@hilum/contract/api";
import { canSign, keySetting } from "@hilum/host";
import type { HookContent, HookDeliveryRow } from "@hilum/store";
import type { FoundHook } from "./find-hook.ts";

/** A hook as an operator sees it. */
export function presentHook(
  { manifest, hook, signingKey }: FoundHook,
  address: string,
  last: HookDeliveryRow | undefined,
): Hook {
  const { id, title, methods = ["POST"], signature, phi } = hook;
  const setting = keySetting(signature);
  const declared = manifest.config?.properties[setting];
  return {
    id,
    title,
    address,
    methods: [...methods],
    scheme: signature.scheme,
    plain: describeSignature(signature),
    key: {
      setting,
      title: declared?.title ?? setting,
      secret: declared?.secret === true,
      set: signingKey !== undefined,
    },
    replaySeconds: hook.replaySeconds ?? hookDefaults.replaySeconds,
    bytesMax: hook.bytesMax ?? hookDefaults.bytesMax,
    phi: phi ?? phiClassOf(manifest) !== "none",
    ...presentTestable(signature, signingKey),
    sample: sampleOf(hook),
    ...(last === undefined ? {} : { last: presentDelivery(last) }),
  };
}

function presentTestable(
  signature: HookSignature,
  signingKey: string | undefined,
): Pick<Hook, "testable" | "notTestable"> {
  if (!canSign(signature)) return { testable: false, notTestable: "vendor_only" };
  return signingKey === undefined ? { testable: false, notTestable: "key_not_set" } : { testable: true };
}

/** What a test delivery sends unless somebody writes another body. */
export function sampleOf({ id, signature, sample }: DeclaredHook): { contentType: string; text: string } {
  if (sample !== undefined) return { ...sample };
  return signature.scheme === "twilio"
    ? { contentType: "application/x-www-form-urlencoded", text: `TestOf=${id}` }
    : { contentType: "application/json", text: JSON.stringify({ type: "test", hook: id }) };
}

/** The scheme in an operator's words. */
export function describeSignature(by: HookSignature): string {
  switch (by.scheme) {
    case "hmac": {
      const what = by.signed === "body" ? "the body" : `the timestamp in ${by.timestampHeader} and the body`;
      return `HMAC-${by.algorithm.toUpperCase().replace("SHA", "SHA-")} over ${what}, in the header ${by.header}`;
    }
    case "standard-webhooks":
      return "Standard Webhooks: HMAC-SHA-256 over id, timestamp and body";
    case "twilio":
      return "Twilio: HMAC-SHA-1 over the address and the form";
    case "ed25519":
      return `Ed25519 over the timestamp in ${by.timestampHeader} and the body, in the header ${by.header}`;
  }
}

export function presentDelivery(row: HookDeliveryRow): HookDelivery {
  const { id, hook, at, method, origin, verdict, reason, status, bytes, durationMs, replayOf } = row;
  return {
    ...{ id, hook, at, method, origin, verdict, status, bytes, durationMs },
    ...(reason === undefined ? {} : { reason }),
    ...(replayOf === undefined ? {} : { replayOf }),
  };
}

export function presentDetail(row: HookDeliveryRow & { content?: HookContent }): HookDeliveryDetail {
  const { content } = row;
  const why = whyNotReplayable(row);
  return {
    ...presentDelivery(row),
    ...(content === undefined
      ? {}
      : { content: { target: content.target, headers: content.headers, body: content.body } }),
    ...(content?.answer === undefined ? {} : { answer: content.answer }),
    replayable: why === undefined,
    ...(why === undefined ? {} : { notReplayable: why }),
  };
}

/** Only what its signature vouched for is ever handed to a plugin, and only what is there. */
export function whyNotReplayable({
  verdict,
  content,
}: HookDeliveryRow & { content?: HookContent }): "signature" | "no_content" | undefined {
  if (verdict === "bad_signature") return "signature";
  return content === undefined ? "no_content" : undefined;
}
