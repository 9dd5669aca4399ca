import * as fs from "node:fs";
import * as path from "node:path";
import { fromHashText, HASH_BYTES, perfectRoot } from "../tlog/hash.ts";
import type { SubtreeReader } from "../tlog/proof.ts";
import { TILE_WIDTH, tilePath, tileWidth } from "../tlog/tile.ts";
import type { TileFile } from "../tlog/tile-builder.ts";
import { DIRECTORY_MODE, syncDirectory, writeAll, type AuditIo } from "./io.ts";

/** Writes tiles and bundles in the background, in the order in which they come. */
export interface TileWriter {
  add(file: TileFile): void;
  /** Resolves when all that was added is on the disk; rejects with the first error there ever was. */
  sync(): Promise<void>;
}

export function createTileWriter({ directory, io }: { directory: string; io: AuditIo }): TileWriter {
  const folders = new Set<string>();
  const unsynced = new Set<string>();
  let queue = Promise.resolve();
  let failure: { error: unknown } | undefined;

  return {
    add(tile) {
      queue = queue.then(() => writeTile(tile)).catch((error: unknown) => void (failure ??= { error }));
    },
    async sync() {
      // In the queue too: a full tile that came meanwhile would drop partial ones that are being synced.
      queue = queue.then(syncAll).catch((error: unknown) => void (failure ??= { error }));
      await queue;
      if (failure !== undefined) throw failure.error;
    },
  };

  async function syncAll(): Promise<void> {
    const files = [...unsynced];
    unsynced.clear();
    for (const file of files) await syncFile(file);
    for (const folder of new Set(files.map((file) => path.dirname(file)))) await syncDirectory(io, folder);
  }

  async function writeTile(tile: TileFile): Promise<void> {
    const file = path.join(directory, tile.path);
    await makeFolder(path.dirname(file));
    const { O_WRONLY, O_CREAT, O_TRUNC } = fs.constants;
    const fd = await io.open(file, O_WRONLY | O_CREAT | O_TRUNC);
    try {
      await writeAll(io, fd, tile.bytes, tile.bytes.length, 0);
    } finally {
      await io.close(fd);
    }
    unsynced.add(file);
    if (tile.place.width === undefined) await dropPartials(`${file}.p`);
  }

  /** C2SP allows partial tiles to go once the full one is there. */
  async function dropPartials(folder: string): Promise<void> {
    folders.delete(folder);
    for (const file of unsynced) if (file.startsWith(folder)) unsynced.delete(file);
    await fs.promises.rm(folder, { recursive: true, force: true });
  }

  async function makeFolder(folder: string): Promise<void> {
    if (folders.has(folder)) return;
    await fs.promises.mkdir(folder, { recursive: true, mode: DIRECTORY_MODE });
    folders.add(folder);
  }

  async function syncFile(file: string): Promise<void> {
    const fd = await io.open(file, fs.constants.O_RDONLY);
    try {
      await io.fsync(fd);
    } finally {
      await io.close(fd);
    }
  }
}

/** Reads a tile of the tree of `size` leaves: the full one, else the partial one of that size. Throws where neither is whole. */
export async function readTile(
  directory: string,
  size: number,
  level: number | "entries",
  index: number,
): Promise<Buffer> {
  const width = tileWidth(size, level === "entries" ? 0 : level, index);
  const full = await readWhere(path.join(directory, tilePath({ level, index })));
  const bytes = full ?? (await readWhere(path.join(directory, tilePath({ level, index, width }))));
  if (bytes === undefined) throw new Error(`${tilePath({ level, index, width })} is missing`);
  if (level !== "entries" && bytes.length < width * HASH_BYTES)
    throw new Error(`${tilePath({ level, index, width })} is cut short`);
  return level === "entries" ? bytes : bytes.subarray(0, width * HASH_BYTES);
}

/** Tiles above the leaves that were read already: they are few, and nearly every proof needs them. */
export type TileCache = Map<string, Buffer>;

const CACHED_TILES_MAX = 256;

/** Reads the hash of any perfect subtree within the tree of `size` leaves from its tiles. */
export function createSubtreeReader(directory: string, size: number, cache: TileCache): SubtreeReader {
  const tiles = new Map<string, Promise<Buffer>>();
  return async (level, index) => {
    const tileLevel = Math.floor(level / 8);
    const count = 2 ** (level % 8);
    const first = index * count;
    const tileIndex = Math.floor(first / TILE_WIDTH);
    const key = `${tileLevel}/${tileIndex}`;
    let tile = tiles.get(key);
    if (tile === undefined) tiles.set(key, (tile = readCached(tileLevel, tileIndex)));
    return fromHashText(perfectRoot(await tile, first % TILE_WIDTH, count));
  };

  async function readCached(level: number, index: number): Promise<Buffer> {
    const key = `${directory} ${level}/${index}/${tileWidth(size, level, index)}`;
    const known = cache.get(key);
    if (known !== undefined) return known;
    const tile = await readTile(directory, size, level, index);
    if (cache.size >= CACHED_TILES_MAX) cache.clear();
    if (level > 0) cache.set(key, tile);
    return tile;
  }
}

async function readWhere(file: string): Promise<Buffer | undefined> {
  try {
    return await fs.promises.readFile(file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}
