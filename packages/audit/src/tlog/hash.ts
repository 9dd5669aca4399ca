import { hash } from "node:crypto";

/** Bytes of a SHA-256 hash. */
export const HASH_BYTES = 32;

/**
 * A hash as 32 latin1 characters. `crypto.hash` returns a string three times faster than a Buffer, so the hot paths
 * (writer, verifier) hold hashes in this form and write them into tiles with `write(..., "latin1")`.
 */
export type HashText = string;

const EMPTY = hash("sha256", new Uint8Array(0), "binary");
const pair = Buffer.alloc(1 + 2 * HASH_BYTES);
pair[0] = 0x01;

/** MTH of the empty list (RFC 6962 section 2.1). */
export const emptyRoot = (): Buffer => fromHashText(EMPTY);

/** Leaf hash of one entry: SHA-256(0x00 || entry) (RFC 6962 section 2.1). */
export function leafHash(entry: Uint8Array): Buffer {
  const prefixed = Buffer.allocUnsafe(entry.length + 1);
  prefixed[0] = 0x00;
  prefixed.set(entry, 1);
  return fromHashText(hashPrefixedLeaf(prefixed));
}

/** Hash of an inner node: SHA-256(0x01 || left || right) (RFC 6962 section 2.1). */
export function nodeHash(left: Uint8Array, right: Uint8Array): Buffer {
  pair.set(left, 1);
  pair.set(right, 1 + HASH_BYTES);
  return fromHashText(hash("sha256", pair, "binary"));
}

/** Leaf hash of bytes that already begin with the 0x00 prefix, as segments store them: no copy. */
export function hashPrefixedLeaf(prefixed: Uint8Array): HashText {
  return hash("sha256", prefixed, "binary");
}

/** `nodeHash` on hash texts. */
export function hashNode(left: HashText, right: HashText): HashText {
  pair.write(left, 1, HASH_BYTES, "latin1");
  pair.write(right, 1 + HASH_BYTES, HASH_BYTES, "latin1");
  return hash("sha256", pair, "binary");
}

const fold = Buffer.alloc(256 * HASH_BYTES);

/** Root over `count` consecutive hashes, a power of two of at most 256, from hash number `start` of a tile. */
export function perfectRoot(tile: Buffer, start: number, count: number): HashText {
  if (count === 1) return tile.toString("latin1", start * HASH_BYTES, (start + 1) * HASH_BYTES);
  let source = tile;
  let offset = start * HASH_BYTES;
  for (let width = count >> 1; ; width >>= 1) {
    for (let i = 0; i < width; i += 1) {
      const at = offset + i * 2 * HASH_BYTES;
      source.copy(pair, 1, at, at + 2 * HASH_BYTES);
      const parent = hash("sha256", pair, "binary");
      if (width === 1) return parent;
      fold.write(parent, i * HASH_BYTES, HASH_BYTES, "latin1");
    }
    source = fold;
    offset = 0;
  }
}

export const fromHashText = (text: HashText): Buffer => Buffer.from(text, "latin1");
export const toHashText = (bytes: Buffer): HashText => bytes.toString("latin1", 0, HASH_BYTES);
