import { createCipheriv, createDecipheriv, randomFillSync, type KeyObject } from "node:crypto";
import { HilumError } from "@hilum/contract/errors";

/** Where a sealed value stands. It is authenticated, so that a value moved elsewhere, or an older one, does not open. */
export interface Place {
  table: string;
  /** Primary key of the row; composite keys joined with `/`. */
  id: string;
  field: string;
  /** Version of the row that the value belongs to. */
  version: number;
}

/** A data key of one collection. `id` is written into the envelope, so that keys can be rotated. */
export interface SealingKey {
  id: number;
  deployment: string;
  key: KeyObject;
}

/** `[version u8][key id u32][nonce 12][ciphertext][tag 16]` */
export const envelopeVersion = 1;
export const envelopeOverheadBytes = 1 + 4 + 12 + 16;

const headerBytes = 5;
const nonceBytes = 12;
const tagBytes = 16;
const cipherName = "aes-256-gcm";

/**
 * AES-256-GCM (NIST SP 800-38D) with a random 96-bit nonce and a tag that is always 16 bytes. Everything that says
 * where the value stands is additional authenticated data.
 */
export function sealEnvelope(key: SealingKey, place: Place, plaintext: Uint8Array | string): Uint8Array {
  const content = typeof plaintext === "string" ? Buffer.from(plaintext, "utf8") : plaintext;
  const envelope = Buffer.allocUnsafe(envelopeOverheadBytes + content.length);
  envelope[0] = envelopeVersion;
  envelope.writeUInt32BE(key.id, 1);
  randomFillSync(envelope, headerBytes, nonceBytes);
  const nonce = envelope.subarray(headerBytes, headerBytes + nonceBytes);
  const cipher = createCipheriv(cipherName, key.key, nonce, { authTagLength: tagBytes });
  cipher.setAAD(placeBytes(key, place));
  const ciphertext = cipher.update(content);
  ciphertext.copy(envelope, headerBytes + nonceBytes);
  cipher.final();
  cipher.getAuthTag().copy(envelope, envelope.length - tagBytes);
  return envelope;
}

/** Id of the key that sealed. Throws `envelope.invalid` for a version that is not on the list, or a cut envelope. */
export function envelopeKeyId(envelope: Uint8Array): number {
  if (envelope.length < envelopeOverheadBytes) throw invalidEnvelope("it is too short");
  if (envelope[0] !== envelopeVersion) throw invalidEnvelope("its version is not known");
  return asBuffer(envelope).readUInt32BE(1);
}

/** Opens nothing until the tag is verified. Throws `envelope.invalid`, which names the place and nothing of the content. */
export function openEnvelope(key: SealingKey, place: Place, envelope: Uint8Array): Buffer {
  if (envelopeKeyId(envelope) !== key.id) throw invalidEnvelope("it was sealed with another key");
  const bytes = asBuffer(envelope);
  const nonce = bytes.subarray(headerBytes, headerBytes + nonceBytes);
  const decipher = createDecipheriv(cipherName, key.key, nonce, { authTagLength: tagBytes });
  decipher.setAAD(placeBytes(key, place));
  decipher.setAuthTag(bytes.subarray(bytes.length - tagBytes));
  const plaintext = decipher.update(bytes.subarray(headerBytes + nonceBytes, bytes.length - tagBytes));
  try {
    decipher.final();
  } catch (cause) {
    throw new HilumError("envelope.invalid", {
      detail: `${place.table} ${place.field}: the stored value does not verify.`,
      cause,
    });
  }
  return plaintext;
}

/** JSON keeps the parts apart whatever they hold. */
function placeBytes(key: SealingKey, place: Place): Buffer {
  const parts = [envelopeVersion, key.deployment, place.table, place.id, place.field, place.version, key.id];
  return Buffer.from(JSON.stringify(parts), "utf8");
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function invalidEnvelope(why: string): HilumError {
  return new HilumError("envelope.invalid", { detail: `A stored value cannot be opened: ${why}.` });
}
