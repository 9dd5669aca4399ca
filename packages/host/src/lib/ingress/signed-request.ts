import { createHash, timingSafeEqual } from "node:crypto";

/** A webhook as it came in, before anybody believes it. */
export interface SignedRequest {
  /** `https://hilum.example.org`: what the vendor was told to call, never what the request says of itself (threat 172). */
  origin: string;
  /** Path and query, letter for letter. */
  target: string;
  /** By name in lower case. One that came several times is joined by commas, as Node does, and so fits no signature. */
  headers: Readonly<Record<string, string | undefined>>;
  body: Buffer;
}

/** Why a signature is not right, as a token for the audit log and the inspector. */
export type SignatureFault =
  | "key_missing"
  | "key_invalid"
  | "signature_missing"
  | "signature_malformed"
  | "signature_wrong"
  | "timestamp_missing"
  | "timestamp_malformed"
  | "id_missing"
  | "id_malformed"
  | "body_not_signed"
  | "query_ambiguous";

export type SignatureVerdict =
  | {
      ok: true;
      /** What the signature says that this request is: the same for each copy of it, however its unsigned parts are written. */
      identity: string;
      /** When it was signed, in milliseconds since the epoch, where the scheme says so. */
      signedAtMs?: number;
    }
  | { ok: false; fault: SignatureFault };

/** Checks one scheme. `key` is the value of the setting that the manifest names; it never throws for what came in. */
export type VerifyScheme<Scheme> = (by: Scheme, key: string, request: SignedRequest) => SignatureVerdict;

export const wrong = (fault: SignatureFault): SignatureVerdict => ({ ok: false, fault });

/** The identity of a request by what its signature covers. */
export function identityOf(...parts: readonly (string | Uint8Array)[]): string {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(part);
  return hash.digest("base64url");
}

/** Bytes written as `encoding` and of exactly that length, or `undefined`: a signature has one spelling, give or take case. */
export function decodeBytes(text: string, encoding: "hex" | "base64", length: number): Buffer | undefined {
  const form = encoding === "hex" ? /^(?:[0-9a-fA-F]{2})+$/ : /^[A-Za-z0-9+/]+={0,2}$/;
  if (text.length > 4 * length || !form.test(text)) return undefined;
  const bytes = Buffer.from(text, encoding);
  if (bytes.length !== length) return undefined;
  return encoding === "hex" || bytes.toString("base64") === text ? bytes : undefined;
}

/** In constant time; of different lengths is different. */
export function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && timingSafeEqual(a, b);
}

/** Seconds since the epoch: ten digits (until the year 2286), so that no digit can be pushed over into what follows. */
export function parseSeconds(text: string): number | undefined {
  return /^[1-9]\d{9}$/.test(text) ? Number(text) * 1000 : undefined;
}
