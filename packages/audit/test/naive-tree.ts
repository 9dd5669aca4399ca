import { createHash } from "node:crypto";

/** RFC 6962 section 2.1 written down word for word, to hold the fast tree against. */
export function naiveRoot(entries: readonly Buffer[]): Buffer {
  const [only] = entries;
  if (only === undefined) return sha256();
  if (entries.length === 1) return sha256(Buffer.of(0), only);
  const k = splitAt(entries.length);
  return sha256(Buffer.of(1), naiveRoot(entries.slice(0, k)), naiveRoot(entries.slice(k)));
}

/** PATH(m, D[n]). */
export function naivePath(index: number, entries: readonly Buffer[]): Buffer[] {
  if (entries.length <= 1) return [];
  const k = splitAt(entries.length);
  return index < k
    ? [...naivePath(index, entries.slice(0, k)), naiveRoot(entries.slice(k))]
    : [...naivePath(index - k, entries.slice(k)), naiveRoot(entries.slice(0, k))];
}

/** PROOF(m, D[n]). */
export function naiveConsistency(oldSize: number, entries: readonly Buffer[]): Buffer[] {
  return subProof(oldSize, entries, true);
}

function subProof(m: number, entries: readonly Buffer[], isComplete: boolean): Buffer[] {
  if (m === entries.length) return isComplete ? [] : [naiveRoot(entries)];
  const k = splitAt(entries.length);
  return m <= k
    ? [...subProof(m, entries.slice(0, k), isComplete), naiveRoot(entries.slice(k))]
    : [...subProof(m - k, entries.slice(k), false), naiveRoot(entries.slice(0, k))];
}

function splitAt(count: number): number {
  let k = 1;
  while (k * 2 < count) k *= 2;
  return k;
}

function sha256(...parts: Buffer[]): Buffer {
  return createHash("sha256").update(Buffer.concat(parts)).digest();
}
