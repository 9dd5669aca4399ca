import { createHash, createPublicKey, verify, type KeyObject } from "node:crypto";
import { HilumError } from "@hilum/contract";

/** A signed statement of a link's key, made for one use. */
export interface Proof {
  /** RFC 3339. */
  at: string;
  nonce: string;
  /** Ed25519 (RFC 8032), base64url. */
  signature: string;
}

/** How far the two clocks may be apart (threat 72). */
export const skewMsMax = 30_000;

const noncePattern = /^[A-Za-z0-9_-]{16,64}$/;
const signaturePattern = /^[A-Za-z0-9_-]{86}$/;
const instantPattern = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d{1,9})?Z$/;

/** Checks form, clock and signature. Whether the nonce is new is the store's to say, and is asked only after this. */
export function checkProof(
  { at, nonce, signature }: Proof,
  { statement, publicKey, now }: { statement: string; publicKey: string; now: Date },
): void {
  const formed = noncePattern.test(nonce) && signaturePattern.test(signature) && instantPattern.test(at);
  if (!formed) throw new HilumError("proof.invalid");
  const skewMs = Math.abs(Date.parse(at) - now.getTime());
  if (!(skewMs <= skewMsMax))
    throw new HilumError("proof.invalid", { detail: "The clocks are more than 30 seconds apart" });
  if (!verify(null, Buffer.from(statement, "utf8"), readPublicKey(publicKey), Buffer.from(signature, "base64url")))
    throw new HilumError("proof.invalid");
}

/** Reads an Ed25519 public key (SPKI, base64url); any other kind of key is refused (threat 73). */
export function readPublicKey(text: string): KeyObject {
  try {
    const key = createPublicKey({ key: Buffer.from(text, "base64url"), format: "der", type: "spki" });
    if (key.asymmetricKeyType === "ed25519") return key;
  } catch {
    // Told below, without what the decoder said about the bytes.
  }
  throw new HilumError("request.invalid", {
    problems: [{ pointer: "/publicKey", message: "it is an Ed25519 public key, SPKI, base64url" }],
  });
}

export const sha256Hex = (text: string): string => createHash("sha256").update(text, "utf8").digest("hex");
