import { verify } from "node:crypto";
import { COSIGNATURE_V1, parseVerifierKey, type NoteVerifier, type SignedNote } from "./note.ts";

/** Who cosigns checkpoints: the key of a witness by its text form, `<name>+<id in hex>+<base64>`. */
export type WitnessKey = NoteVerifier;

/** Throws a SyntaxError for what is no key of a witness. */
export const parseWitnessKey = (text: string): WitnessKey => parseVerifierKey(text, COSIGNATURE_V1);

/**
 * When the witness saw the checkpoint that the note carries (C2SP tlog-cosignature, "Ed25519 signed messages"); undefined where it did not
 * cosign it. Of several lines the latest that holds.
 */
export function verifyCosignature(note: SignedNote, witness: WitnessKey): Date | undefined {
  const seconds = note.signatures
    .filter(({ name, keyId, signature }) => name === witness.name && keyId === witness.keyId && signature.length === 72)
    .filter(({ signature }) => isCosigned(note.text, signature, witness))
    .map(({ signature }) => Number(signature.readBigUInt64BE(0)));
  return seconds.length === 0 ? undefined : new Date(Math.max(...seconds) * 1_000);
}

function isCosigned(text: string, signature: Buffer, { publicKey }: WitnessKey): boolean {
  const time = signature.readBigUInt64BE(0);
  // What no clock shows is no time; it would be no date either.
  if (time === 0n || time > 253_402_300_799n) return false;
  return verify(null, Buffer.from(`cosignature/v1\ntime ${time}\n${text}`, "utf8"), publicKey, signature.subarray(8));
}
