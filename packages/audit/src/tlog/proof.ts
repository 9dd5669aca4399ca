import { hashNode, nodeHash, fromHashText, toHashText } from "./hash.ts";

/** Hash of the perfect subtree of 2^level leaves that starts at leaf index * 2^level. */
export type SubtreeReader = (level: number, index: number) => Promise<Buffer>;

type Range = readonly [from: number, to: number];

/** Audit path of leaf `index` in the tree of `size` leaves, from the leaf upwards (RFC 6962 section 2.1.1). */
export function proveInclusion(index: number, size: number, read: SubtreeReader): Promise<Buffer[]> {
  if (!isCount(size) || !isCount(index) || index >= size) throw new RangeError(`no leaf ${index} in a tree of ${size}`);
  return hashRanges(inclusionRanges(0, size, index), read);
}

/** Proof that the tree of `oldSize` leaves is a prefix of the tree of `size` leaves (RFC 6962 section 2.1.2). */
export function proveConsistency(oldSize: number, size: number, read: SubtreeReader): Promise<Buffer[]> {
  if (!isCount(size) || !isCount(oldSize) || oldSize > size)
    throw new RangeError(`no tree of ${oldSize} within one of ${size}`);
  if (oldSize === 0 || oldSize === size) return Promise.resolve([]);
  return hashRanges(consistencyRanges(0, size, oldSize, true), read);
}

/** Root of the first `size` leaves, read from perfect subtrees. `size` is at least 1. */
export function readRoot(size: number, read: SubtreeReader): Promise<Buffer> {
  return hashRange([0, size], read);
}

/** True where `proof` leads from the leaf's hash to `root` (RFC 9162 section 2.1.3.2). */
export function verifyInclusion(
  index: number,
  size: number,
  leaf: Buffer,
  proof: readonly Buffer[],
  root: Buffer,
): boolean {
  if (!isCount(index) || !isCount(size) || index >= size) return false;
  let node = index;
  let last = size - 1;
  let hash = leaf;
  for (const sibling of proof) {
    if (last === 0) return false;
    if (node % 2 === 1 || node === last) {
      hash = nodeHash(sibling, hash);
      while (node % 2 === 0 && node !== 0) [node, last] = [node / 2, Math.floor(last / 2)];
    } else {
      hash = nodeHash(hash, sibling);
    }
    [node, last] = [Math.floor(node / 2), Math.floor(last / 2)];
  }
  return last === 0 && hash.equals(root);
}

/** True where `proof` shows that the tree (oldSize, oldRoot) is a prefix of (size, root) (RFC 9162 section 2.1.4.2). */
export function verifyConsistency(
  oldSize: number,
  size: number,
  oldRoot: Buffer,
  root: Buffer,
  proof: readonly Buffer[],
): boolean {
  if (!isCount(oldSize) || !isCount(size) || oldSize > size) return false;
  if (oldSize === size) return proof.length === 0 && oldRoot.equals(root);
  if (oldSize === 0) return proof.length === 0;
  const path = isPowerOfTwo(oldSize) ? [oldRoot, ...proof] : [...proof];
  const first = path.shift();
  if (first === undefined) return false;
  let node = oldSize - 1;
  let last = size - 1;
  while (node % 2 === 1) [node, last] = [Math.floor(node / 2), Math.floor(last / 2)];
  let oldHash = first;
  let newHash = first;
  for (const sibling of path) {
    if (last === 0) return false;
    if (node % 2 === 1 || node === last) {
      oldHash = nodeHash(sibling, oldHash);
      newHash = nodeHash(sibling, newHash);
      while (node % 2 === 0 && node !== 0) [node, last] = [node / 2, Math.floor(last / 2)];
    } else {
      newHash = nodeHash(newHash, sibling);
    }
    [node, last] = [Math.floor(node / 2), Math.floor(last / 2)];
  }
  return last === 0 && oldHash.equals(oldRoot) && newHash.equals(root);
}

function inclusionRanges(from: number, to: number, index: number): Range[] {
  if (to - from === 1) return [];
  const middle = from + splitPoint(to - from);
  return index < middle
    ? [...inclusionRanges(from, middle, index), [middle, to]]
    : [...inclusionRanges(middle, to, index), [from, middle]];
}

function consistencyRanges(from: number, to: number, oldSize: number, isOldRoot: boolean): Range[] {
  if (oldSize === to) return isOldRoot ? [] : [[from, to]];
  const middle = from + splitPoint(to - from);
  return oldSize <= middle
    ? [...consistencyRanges(from, middle, oldSize, isOldRoot), [middle, to]]
    : [...consistencyRanges(middle, to, oldSize, false), [from, middle]];
}

function hashRanges(ranges: readonly Range[], read: SubtreeReader): Promise<Buffer[]> {
  return Promise.all(ranges.map((range) => hashRange(range, read)));
}

/** MTH of a range that starts where its largest subtree is aligned, as every range of a proof does. */
async function hashRange([from, to]: Range, read: SubtreeReader): Promise<Buffer> {
  const subtrees: Promise<Buffer>[] = [];
  for (let start = from; start < to;) {
    const level = Math.floor(Math.log2(to - start));
    subtrees.push(read(level, start / 2 ** level));
    start += 2 ** level;
  }
  const texts = (await Promise.all(subtrees)).map(toHashText);
  return fromHashText(texts.reduceRight((right, left) => hashNode(left, right)));
}

/** Largest power of two smaller than `count`. */
function splitPoint(count: number): number {
  return 2 ** Math.floor(Math.log2(count - 1));
}

const isPowerOfTwo = (value: number): boolean => value === 2 ** Math.floor(Math.log2(value));
const isCount = (value: number): boolean => Number.isSafeInteger(value) && value >= 0;
