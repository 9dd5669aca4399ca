import { emptyRoot, fromHashText, hashNode, hashPrefixedLeaf, HASH_BYTES, perfectRoot, type HashText } from "./hash.ts";
import { TILE_WIDTH, tilePath, type TilePlace } from "./tile.ts";

/** A file of the published tree: a tile or an entry bundle, and its bytes. */
export interface TileFile {
  place: TilePlace;
  path: string;
  bytes: Buffer;
}

/** The tree head at one size, with the partial tiles that a checkpoint of that size needs. */
export interface TreeSnapshot {
  size: number;
  root: Buffer;
  partials: TileFile[];
}

/** The growing edge of the tree. Holds one unfinished tile per level and one unfinished bundle, about 40 kB. */
export interface TileBuilder {
  readonly size: number;
  /** Adds the entry in `prefixed`, which begins with the stored 0x00; returns its leaf hash. */
  add(prefixed: Buffer): HashText;
  /** Adds 256 leaves at once by the root over them. The edge must be at a tile's border. */
  addSubtree(root: HashText): void;
  root(): Buffer;
  snapshot(): TreeSnapshot;
}

interface Level {
  tile: Buffer;
  width: number;
  index: number;
}

/** What a builder starts from: the edge of a tree of `size` leaves, as its partial tiles hold it. */
export interface TreeEdge {
  size: number;
  /** Hashes of the unfinished tile per level, level 0 first. */
  tiles: readonly Buffer[];
  /** Bytes of the unfinished entry bundle. */
  bundle: Buffer;
}

/** Builds tiles and entry bundles (C2SP tlog-tiles); `onFull` receives each as soon as it is complete. */
export function createTileBuilder({
  edge,
  onFull = () => {},
}: { edge?: TreeEdge; onFull?: (file: TileFile) => void } = {}): TileBuilder {
  let size = edge?.size ?? 0;
  const levels: Level[] = (edge?.tiles ?? []).map((hashes, level) => restoreLevel(hashes, level, size));
  let bundle: Buffer = Buffer.allocUnsafe(128 * 1024);
  let bundleBytes = 0;
  if (edge !== undefined) appendToBundle(edge.bundle);

  return {
    get size() {
      return size;
    },
    add(prefixed) {
      const hash = hashPrefixedLeaf(prefixed);
      appendEntry(prefixed);
      size += 1;
      push(0, hash);
      return hash;
    },
    addSubtree(root) {
      if ((levels[0]?.width ?? 0) !== 0) throw new RangeError("a subtree is added at a tile's border only");
      size += TILE_WIDTH;
      levelAt(0).index += 1;
      push(1, root);
    },
    root: () => rootOf(levels),
    snapshot: () => ({ size, root: rootOf(levels), partials: partials() }),
  };

  function push(number: number, hash: HashText): void {
    const level = levelAt(number);
    level.tile.write(hash, level.width * HASH_BYTES, HASH_BYTES, "latin1");
    level.width += 1;
    if (level.width < TILE_WIDTH) return;
    emit({ level: number, index: level.index }, Buffer.from(level.tile));
    if (number === 0) emitBundle(level.index);
    const root = perfectRoot(level.tile, 0, TILE_WIDTH);
    level.width = 0;
    level.index += 1;
    push(number + 1, root);
  }

  function levelAt(number: number): Level {
    return (levels[number] ??= { tile: Buffer.alloc(TILE_WIDTH * HASH_BYTES), width: 0, index: 0 });
  }

  function appendEntry(prefixed: Buffer): void {
    const length = prefixed.length - 1;
    reserve(length + 2);
    bundle.writeUInt16BE(length, bundleBytes);
    prefixed.copy(bundle, bundleBytes + 2, 1);
    bundleBytes += length + 2;
  }

  function appendToBundle(bytes: Buffer): void {
    reserve(bytes.length);
    bytes.copy(bundle, bundleBytes);
    bundleBytes += bytes.length;
  }

  function reserve(bytes: number): void {
    if (bundleBytes + bytes <= bundle.length) return;
    const larger = Buffer.allocUnsafe(Math.max(bundle.length * 2, bundleBytes + bytes));
    bundle.copy(larger, 0, 0, bundleBytes);
    bundle = larger;
  }

  function emitBundle(index: number): void {
    emit({ level: "entries", index }, Buffer.from(bundle.subarray(0, bundleBytes)));
    bundleBytes = 0;
  }

  function emit(place: TilePlace, bytes: Buffer): void {
    onFull({ place, path: tilePath(place), bytes });
  }

  function partials(): TileFile[] {
    const files: TileFile[] = [];
    const take = (place: TilePlace, bytes: Buffer): number =>
      files.push({ place, path: tilePath(place), bytes: Buffer.from(bytes) });
    for (const [number, level] of levels.entries()) {
      if (level.width === 0) continue;
      const { index, width } = level;
      take({ level: number, index, width }, level.tile.subarray(0, width * HASH_BYTES));
      if (number === 0) take({ level: "entries", index, width }, bundle.subarray(0, bundleBytes));
    }
    return files;
  }
}

function restoreLevel(hashes: Buffer, level: number, size: number): Level {
  const tile = Buffer.alloc(TILE_WIDTH * HASH_BYTES);
  hashes.copy(tile);
  return { tile, width: hashes.length / HASH_BYTES, index: Math.floor(size / TILE_WIDTH ** (level + 1)) };
}

/** Folds the perfect subtrees of the edge from right to left, which is RFC 6962's MTH. */
function rootOf(levels: readonly Level[]): Buffer {
  let root: HashText | undefined;
  for (const { tile, width } of levels) {
    let end = width;
    for (let count = 1; count <= end; count *= 2) {
      if ((width & count) === 0) continue;
      const subtree = perfectRoot(tile, end - count, count);
      root = root === undefined ? subtree : hashNode(subtree, root);
      end -= count;
    }
  }
  return root === undefined ? emptyRoot() : fromHashText(root);
}
