import { createHmac } from "node:crypto";

/** Characters of a reference: 132 bits, so that no two records of a deployment meet by chance. */
const REF_CHARS = 22;

/**
 * The reference of a record in the log: HMAC-SHA-256 over class and id, base64url, cut to 22 characters. The key is the
 * deployment's and is not stored with the log, so ids cannot be guessed from it with a dictionary.
 */
export function recordRef(key: Buffer, resourceClass: string, id: string): string {
  return createHmac("sha256", key).update(`${resourceClass}\0${id}`, "utf8").digest("base64url").slice(0, REF_CHARS);
}
