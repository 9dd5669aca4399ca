import type { HookSignature } from "@hilum/contract";
import { verifyEd25519 } from "./schemes/ed25519.ts";
import { signHmac, verifyHmac } from "./schemes/hmac.ts";
import { signStandardWebhooks, verifyStandardWebhooks } from "./schemes/standard-webhooks.ts";
import { signTwilio, verifyTwilio } from "./schemes/twilio.ts";
import { wrong, type SignatureVerdict, type SignedRequest } from "./signed-request.ts";

/**
 * Whether a request is from whom the hook's scheme says it must be. `key` is the value of the setting that the scheme names;
 * without one nothing is right. Compares in constant time; never throws for what came in.
 */
export function verifySignature(by: HookSignature, key: string | undefined, request: SignedRequest): SignatureVerdict {
  if (key === undefined || key === "") return wrong("key_missing");
  switch (by.scheme) {
    case "hmac":
      return verifyHmac(by, key, request);
    case "standard-webhooks":
      return verifyStandardWebhooks(by, key, request);
    case "twilio":
      return verifyTwilio(by, key, request);
    case "ed25519":
      return verifyEd25519(by, key, request);
  }
}

/** False where only the vendor has what a signature is made with. */
export const canSign = (by: HookSignature): boolean => by.scheme !== "ed25519";

/** The name of the setting that holds the key: a secret, or the vendor's public key. */
export const keySetting = (by: HookSignature): string => (by.scheme === "ed25519" ? by.publicKey : by.secret);

/** The headers that a signature is checked by, beside the body. */
export function signatureHeaders(by: HookSignature): string[] {
  switch (by.scheme) {
    case "hmac":
      return by.timestampHeader === undefined ? [by.header] : [by.header, by.timestampHeader];
    case "standard-webhooks":
      return ["webhook-id", "webhook-timestamp", "webhook-signature"];
    case "twilio":
      return ["x-twilio-signature"];
    case "ed25519":
      return [by.header, by.timestampHeader];
  }
}

/** True where the signature covers the address, so that its query can be believed. */
export const signsAddress = (by: HookSignature): boolean => by.scheme === "twilio";

/** Signs a request as the vendor would, for a test delivery. Throws a TypeError where that cannot be done. */
export function signRequest(
  by: HookSignature,
  key: string,
  request: SignedRequest,
  { atMs, id }: { atMs: number; id: string },
): SignedRequest {
  const { target, headers } = sign(by, key, request, String(Math.floor(atMs / 1000)), id);
  return { ...request, target, headers: { ...request.headers, ...headers } };
}

function sign(
  by: HookSignature,
  key: string,
  request: SignedRequest,
  timestamp: string,
  id: string,
): { target: string; headers: Record<string, string> } {
  const { target, body } = request;
  switch (by.scheme) {
    case "hmac":
      return { target, headers: signHmac(by, key, body, timestamp) };
    case "standard-webhooks":
      return { target, headers: signStandardWebhooks(key, body, timestamp, id) };
    case "twilio":
      return signTwilio(key, request);
    case "ed25519":
      throw new TypeError("only the vendor has the private key");
  }
}
