import * as fs from "node:fs";
import * as path from "node:path";
import { HASH_BYTES, leafHash } from "../tlog/hash.ts";
import { TILE_WIDTH } from "../tlog/tile.ts";
import type { TileFile } from "../tlog/tile-builder.ts";
import type { ProblemList } from "./report.ts";

/** Compares the tiles and bundles that follow from the segments with those on the disk. */
export interface TileCheck {
  /** Starts to check; the files are read while the caller goes on. Leaves come first: what is wrong above mostly follows. */
  submit(computed: readonly TileFile[]): void;
  /** Waits until at most `waitingMax` files wait to be checked. Rejects when a file cannot be read. */
  settle(waitingMax: number): Promise<void>;
  readonly tiles: number;
}

export interface TileCheckOptions {
  directory: string;
  problems: ProblemList;
  /** Name of the segment that holds an entry. */
  segmentOf: (index: number) => string;
}

export function createTileCheck({ directory, problems, segmentOf }: TileCheckOptions): TileCheck {
  let tiles = 0;
  const waiting: { file: TileFile; stored: Promise<Buffer | undefined> }[] = [];
  return {
    submit(computed) {
      for (const file of computed) {
        const stored = readStored(file);
        // Whether it could be read is asked when its turn comes.
        stored.catch(() => {});
        waiting.push({ file, stored });
      }
    },
    async settle(waitingMax) {
      while (waiting.length > waitingMax) {
        const next = waiting.shift();
        if (next !== undefined) await checkFile(next.file, await next.stored);
      }
    },
    get tiles() {
      return tiles;
    },
  };

  /** A partial tile may have given way to the full one since the checkpoint. */
  async function readStored(file: TileFile): Promise<Buffer | undefined> {
    return (await read(file.path)) ?? (file.place.width === undefined ? undefined : read(fullPath(file)));
  }

  async function checkFile(file: TileFile, stored: Buffer | undefined): Promise<void> {
    const { level, index, width } = file.place;
    tiles += 1;
    if (stored === undefined) {
      const kind = level === "entries" ? "bundle_missing" : "tile_missing";
      problems.add({ kind, index: firstEntry(file, 0), file: file.path, message: `${file.path} is missing` });
    } else if (level === "entries") {
      checkBundle(file, stored);
    } else {
      await checkTile(file, stored);
    }
    if (width !== undefined) await checkOlderPartials(file, `${fullPath(file)}.p`, index);
  }

  async function checkTile(file: TileFile, stored: Buffer): Promise<void> {
    const { level } = file.place;
    const relevant = file.place.width === undefined ? stored : stored.subarray(0, file.bytes.length);
    if (relevant.equals(file.bytes)) return;
    const leaves = level === 0 ? await bundleLeaves(file) : undefined;
    for (let i = 0; i * HASH_BYTES < file.bytes.length; i += 1) {
      const expected = hashAt(relevant, i);
      const found = hashAt(file.bytes, i);
      if (!expected.equals(found)) differs(file, i, expected, found, leaves?.[i]);
    }
    if (relevant.length > file.bytes.length)
      changedTile(file, file.bytes.length / HASH_BYTES, "it is longer than it was");
  }

  /** Of segment, tile and bundle two agree: the third is the one that was changed. */
  function differs(file: TileFile, i: number, stored: Buffer, computed: Buffer, bundled: Buffer | undefined): void {
    const from = firstEntry(file, i);
    if (file.place.level === 0 && bundled?.equals(stored) === true) {
      problems.add({
        kind: "entry_changed",
        index: from,
        file: segmentOf(from),
        expected: stored.toString("hex"),
        found: computed.toString("hex"),
        message: `entry ${from} is not the one that was logged`,
      });
    } else if (!problems.hasChangedEntry(from, firstEntry(file, i + 1))) {
      changedTile(file, i, `hash ${i} differs`, stored, computed);
    }
  }

  function changedTile(file: TileFile, i: number, message: string, stored?: Buffer, computed?: Buffer): void {
    const hashes = stored && computed && { expected: computed.toString("hex"), found: stored.toString("hex") };
    problems.add({
      kind: "tile_changed",
      index: firstEntry(file, i),
      file: file.path,
      ...hashes,
      message: `${file.path} was changed: ${message}`,
    });
  }

  function checkBundle(file: TileFile, stored: Buffer): void {
    const relevant = file.place.width === undefined ? stored : stored.subarray(0, file.bytes.length);
    if (relevant.equals(file.bytes)) return;
    const { entries: computed } = splitBundle(file.bytes);
    const { entries, whole } = splitBundle(relevant);
    const changed = computed.findIndex(
      (entry, i) =>
        entries[i]?.equals(entry) !== true && !problems.hasChangedEntry(firstEntry(file, i), firstEntry(file, i + 1)),
    );
    const isLonger = whole ? entries.length > computed.length : computed.length <= entries.length;
    if (changed < 0 && !isLonger) return;
    const index = firstEntry(file, changed < 0 ? computed.length : changed);
    problems.add({
      kind: "bundle_changed",
      index,
      file: file.path,
      message: `${file.path} was changed at entry ${index}`,
    });
  }

  async function bundleLeaves(file: TileFile): Promise<Buffer[]> {
    const bundlePath = file.path.replace("tile/0/", "tile/entries/");
    const bundle = (await read(bundlePath)) ?? (await read(bundlePath.replace(/\.p\/\d+$/, "")));
    return bundle === undefined ? [] : splitBundle(bundle).entries.map(leafHash);
  }

  /** Partial tiles of earlier checkpoints stay until the full tile is there; each is a prefix of what it is now. */
  async function checkOlderPartials(file: TileFile, folder: string, index: number): Promise<void> {
    const names = await fs.promises.readdir(path.join(directory, folder)).catch(() => []);
    for (const name of names) {
      const width = Number(name);
      if (!(width < (file.place.width ?? 0))) continue;
      const stored = await read(`${folder}/${name}`);
      const place = { level: file.place.level, index, width };
      if (stored === undefined) continue;
      tiles += 1;
      if (file.place.level === "entries")
        checkBundle({ place, path: `${folder}/${name}`, bytes: firstEntries(file.bytes, width) }, stored);
      else
        await checkTile(
          { place, path: `${folder}/${name}`, bytes: file.bytes.subarray(0, width * HASH_BYTES) },
          stored,
        );
    }
  }

  async function read(file: string): Promise<Buffer | undefined> {
    try {
      return await fs.promises.readFile(path.join(directory, file));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
      throw error;
    }
  }
}

/** Entries of a bundle; `whole` is false where its lengths do not add up to its bytes. */
export function splitBundle(bundle: Buffer): { entries: Buffer[]; whole: boolean } {
  const entries: Buffer[] = [];
  let offset = 0;
  while (offset + 2 <= bundle.length) {
    const end = offset + 2 + bundle.readUInt16BE(offset);
    if (end > bundle.length) break;
    entries.push(bundle.subarray(offset + 2, end));
    offset = end;
  }
  return { entries, whole: offset === bundle.length };
}

function firstEntries(bundle: Buffer, count: number): Buffer {
  const { entries } = splitBundle(bundle);
  return bundle.subarray(
    0,
    entries.slice(0, count).reduce((bytes, entry) => bytes + 2 + entry.length, 0),
  );
}

/** Index of the first entry below hash `i` of a tile, or of entry `i` of a bundle. */
function firstEntry({ place }: TileFile, i: number): number {
  const level = place.level === "entries" ? 0 : place.level;
  return (place.index * TILE_WIDTH + i) * TILE_WIDTH ** level;
}

const hashAt = (tile: Buffer, i: number): Buffer => tile.subarray(i * HASH_BYTES, (i + 1) * HASH_BYTES);

const fullPath = ({ path: file, place }: TileFile): string =>
  place.width === undefined ? file : file.slice(0, file.lastIndexOf(".p/"));
