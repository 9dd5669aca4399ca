import { createPublicKey, verify, type KeyObject } from "node:crypto";
import type { HookSignature } from "@hilum/contract";
import { decodeBytes, identityOf, parseSeconds, wrong, type VerifyScheme } from "../signed-request.ts";

type Ed25519 = Extract<HookSignature, { scheme: "ed25519" }>;

/** Ed25519 (RFC 8032) over the timestamp directly followed by the body. */
export const verifyEd25519: VerifyScheme<Ed25519> = (by, key, { headers, body }) => {
  const publicKey = readPublicKey(key);
  if (publicKey === undefined) return wrong("key_invalid");
  const { [by.header]: given, [by.timestampHeader]: timestamp } = headers;
  if (given === undefined) return wrong("signature_missing");
  if (timestamp === undefined) return wrong("timestamp_missing");
  const signature = decodeBytes(given, by.encoding, 64);
  if (signature === undefined) return wrong("signature_malformed");
  const signedAtMs = parseSeconds(timestamp);
  if (signedAtMs === undefined) return wrong("timestamp_malformed");
  return isSignature(publicKey, Buffer.concat([Buffer.from(timestamp), body]), signature)
    ? { ok: true, identity: identityOf("ed25519 ", timestamp, body), signedAtMs }
    : wrong("signature_wrong");
};

export function isSignature(publicKey: KeyObject, content: Uint8Array, signature: Uint8Array): boolean {
  try {
    return verify(null, content, publicKey, signature);
  } catch {
    // A point that is on no curve.
    return false;
  }
}

const spkiPrefix = Buffer.from("302a300506032b6570032100", "hex");

/** 32 bytes as hex or base64, or SubjectPublicKeyInfo (RFC 8410) as base64 or PEM. `undefined` for anything else. */
export function readPublicKey(text: string): KeyObject | undefined {
  const trimmed = text.trim();
  try {
    const key = trimmed.startsWith("-----")
      ? createPublicKey(trimmed)
      : createPublicKey({ key: readSpki(trimmed), format: "der", type: "spki" });
    return key.asymmetricKeyType === "ed25519" ? key : undefined;
  } catch {
    return undefined;
  }
}

function readSpki(text: string): Buffer {
  const raw = decodeBytes(text, "hex", 32) ?? decodeBytes(text, "base64", 32);
  return raw === undefined ? Buffer.from(text, "base64") : Buffer.concat([spkiPrefix, raw]);
}
