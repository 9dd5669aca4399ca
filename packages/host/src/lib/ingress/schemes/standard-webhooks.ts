import { createHmac } from "node:crypto";
import type { HookSignature } from "@hilum/contract";
import { decodeBytes, identityOf, parseSeconds, sameBytes, wrong, type VerifyScheme } from "../signed-request.ts";

type StandardWebhooks = Extract<HookSignature, { scheme: "standard-webhooks" }>;

/** So many signatures of one request are looked at: a vendor that changes its secret sends two. */
const signaturesMax = 8;

/**
 * Standard Webhooks 1.0 with a shared secret: HMAC-SHA256 over `id.timestamp.body`, version `v1`; other versions in the
 * header are passed over. The id is the vendor's own name of the event and stays the same when it is sent again.
 */
export const verifyStandardWebhooks: VerifyScheme<StandardWebhooks> = (_by, key, { headers, body }) => {
  const secret = readSecret(key);
  if (secret === undefined) return wrong("key_invalid");
  const { "webhook-id": id, "webhook-timestamp": timestamp, "webhook-signature": given } = headers;
  if (given === undefined) return wrong("signature_missing");
  if (id === undefined) return wrong("id_missing");
  if (timestamp === undefined) return wrong("timestamp_missing");
  // A full stop would let a part of the id pass for the timestamp.
  if (!/^[\x21-\x2d\x2f-\x7e]{1,256}$/.test(id)) return wrong("id_malformed");
  const signedAtMs = parseSeconds(timestamp);
  if (signedAtMs === undefined) return wrong("timestamp_malformed");
  const expected = hmacOf(secret, id, timestamp, body);
  const signatures = given
    .split(" ")
    .slice(0, signaturesMax)
    .flatMap((part) => (part.startsWith("v1,") ? (decodeBytes(part.slice(3), "base64", 32) ?? []) : []));
  if (signatures.length === 0) return wrong("signature_malformed");
  return signatures.some((signature) => sameBytes(signature, expected))
    ? { ok: true, identity: identityOf("standard-webhooks ", id), signedAtMs }
    : wrong("signature_wrong");
};

/** Throws for a key that is none. */
export function signStandardWebhooks(key: string, body: Buffer, timestamp: string, id: string): Record<string, string> {
  const secret = readSecret(key);
  if (secret === undefined) throw new TypeError("the key is not base64");
  return {
    "webhook-id": id,
    "webhook-timestamp": timestamp,
    "webhook-signature": `v1,${hmacOf(secret, id, timestamp, body).toString("base64")}`,
  };
}

/** The secret is base64, with or without its prefix. */
function readSecret(key: string): Buffer | undefined {
  const text = key.startsWith("whsec_") ? key.slice("whsec_".length) : key;
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(text)) return undefined;
  const secret = Buffer.from(text, "base64");
  return secret.length === 0 ? undefined : secret;
}

function hmacOf(secret: Buffer, id: string, timestamp: string, body: Buffer): Buffer {
  return createHmac("sha256", secret).update(`${id}.${timestamp}.`).update(body).digest();
}
