import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";
import { HilumError } from "@hilum/contract/errors";

export const keyBytes = 32;
const nonceBytes = 12;
const tagBytes = 16;
/** `[version u8][nonce 12][ciphertext 32][tag 16]` */
const wrappedVersion = 1;

/** Seals a key of 32 bytes with another (AES-256-GCM). `context` must be given again to open it. */
export function wrapKey(kek: Uint8Array, key: Uint8Array, context: string): Buffer {
  const nonce = randomBytes(nonceBytes);
  const cipher = createCipheriv("aes-256-gcm", kek, nonce, { authTagLength: tagBytes });
  cipher.setAAD(contextBytes(context));
  const ciphertext = Buffer.concat([cipher.update(key), cipher.final()]);
  return Buffer.concat([Buffer.of(wrappedVersion), nonce, ciphertext, cipher.getAuthTag()]);
}

/** Undefined when `kek` or `context` is not what it was sealed with. Throws `data.corrupt` for what is no wrapped key. */
export function unwrapKey(kek: Uint8Array, wrapped: Uint8Array, context: string): Buffer | undefined {
  const bytes = Buffer.from(wrapped);
  if (bytes[0] !== wrappedVersion || bytes.length !== 1 + nonceBytes + keyBytes + tagBytes)
    throw new HilumError("data.corrupt", { detail: "A wrapped data key in the database is damaged." });
  const decipher = createDecipheriv("aes-256-gcm", kek, bytes.subarray(1, 1 + nonceBytes), { authTagLength: tagBytes });
  decipher.setAAD(contextBytes(context));
  decipher.setAuthTag(bytes.subarray(bytes.length - tagBytes));
  const key = decipher.update(bytes.subarray(1 + nonceBytes, bytes.length - tagBytes));
  try {
    decipher.final();
  } catch {
    return undefined;
  }
  return key;
}

function contextBytes(context: string): Buffer {
  return Buffer.from(`hilum/wrap/${wrappedVersion}/${context}`, "utf8");
}
