import type { Checkpoint } from "../tlog/checkpoint.ts";
import { HASH_BYTES, leafHash } from "../tlog/hash.ts";
import { hashesAtLevel, TILE_WIDTH } from "../tlog/tile.ts";
import { createTileBuilder, type TreeEdge } from "../tlog/tile-builder.ts";
import { readTile } from "./tile-files.ts";

/** Reads the unfinished tiles of the tree that a checkpoint signs; undefined where they do not have its root. */
export async function readEdge(
  directory: string,
  { size, root }: Pick<Checkpoint, "size" | "root">,
): Promise<TreeEdge | undefined> {
  try {
    const edge = await readEdgeAt(directory, size, size);
    return createTileBuilder({ edge }).root().equals(root) ? edge : undefined;
  } catch {
    // Tiles are derived: what is missing or cut short is made again from the segments, which must then match the root.
    return undefined;
  }
}

/**
 * Reads the unfinished tiles of the tree of `size` leaves from the tiles that were published for `published` leaves. Throws
 * where one is missing or does not match its bundle.
 */
export async function readEdgeAt(directory: string, size: number, published: number): Promise<TreeEdge> {
  const tiles: Buffer[] = [];
  for (let level = 0; hashesAtLevel(size, level) > 0; level += 1) {
    const hashes = hashesAtLevel(size, level);
    const width = hashes % TILE_WIDTH;
    tiles.push(
      width === 0
        ? Buffer.alloc(0)
        : (await readTile(directory, published, level, Math.floor(hashes / TILE_WIDTH))).subarray(
            0,
            width * HASH_BYTES,
          ),
    );
  }
  const leaves = tiles[0] ?? Buffer.alloc(0);
  const bundle =
    leaves.length === 0 ? leaves : await readTile(directory, published, "entries", Math.floor(size / TILE_WIDTH));
  return { size, tiles, bundle: bundle.subarray(0, bundleEnd(bundle, leaves)) };
}

/** End of the bundle's entries that belong to `leaves`. */
function bundleEnd(bundle: Buffer, leaves: Buffer): number {
  let offset = 0;
  for (let at = 0; at < leaves.length; at += HASH_BYTES) {
    const end = offset + 2 + bundle.readUInt16BE(offset);
    if (!leafHash(bundle.subarray(offset + 2, end)).equals(leaves.subarray(at, at + HASH_BYTES)))
      throw new Error("an entry bundle does not match its tile");
    offset = end;
  }
  return offset;
}
