import { createHmac } from "node:crypto";
import type { HookSignature } from "@hilum/contract";
import { decodeBytes, identityOf, parseSeconds, sameBytes, wrong, type VerifyScheme } from "../signed-request.ts";

type Hmac = Extract<HookSignature, { scheme: "hmac" }>;

/** HMAC (RFC 2104) over the body, or over `timestamp.body`, in a header of its own: GitHub, and most others. */
export const verifyHmac: VerifyScheme<Hmac> = (by, key, { headers, body }) => {
  const { algorithm, encoding, prefix = "", timestampHeader } = by;
  const given = headers[by.header];
  if (given === undefined) return wrong("signature_missing");
  if (!given.startsWith(prefix)) return wrong("signature_malformed");
  const expected = hmacOf(by, key, timestampHeader === undefined ? undefined : headers[timestampHeader], body);
  const signature = decodeBytes(given.slice(prefix.length), encoding, expected.length);
  if (signature === undefined) return wrong("signature_malformed");
  if (by.signed === "body" || timestampHeader === undefined)
    return sameBytes(signature, expected)
      ? { ok: true, identity: identityOf(algorithm, body) }
      : wrong("signature_wrong");
  const timestamp = headers[timestampHeader];
  if (timestamp === undefined) return wrong("timestamp_missing");
  const signedAtMs = parseSeconds(timestamp);
  if (signedAtMs === undefined) return wrong("timestamp_malformed");
  return sameBytes(signature, expected)
    ? { ok: true, identity: identityOf(algorithm, timestamp, ".", body), signedAtMs }
    : wrong("signature_wrong");
};

export function signHmac(by: Hmac, key: string, body: Buffer, timestamp: string): Record<string, string> {
  const { header, encoding, prefix = "", timestampHeader } = by;
  const signature = hmacOf(by, key, timestamp, body).toString(encoding);
  return {
    [header]: `${prefix}${signature}`,
    ...(timestampHeader === undefined ? {} : { [timestampHeader]: timestamp }),
  };
}

function hmacOf({ algorithm, signed }: Hmac, key: string, timestamp: string | undefined, body: Buffer): Buffer {
  const hmac = createHmac(algorithm, key);
  if (signed === "timestamp.body") hmac.update(`${timestamp ?? ""}.`);
  return hmac.update(body).digest();
}
