import type { KeyObject } from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";
import { readEdgeAt } from "../log/tree-edge.ts";
import { readTile } from "../log/tile-files.ts";
import { segmentName } from "../segment/format.ts";
import { listSegments, segmentAt, type SegmentFile } from "../segment/segment-files.ts";
import { openCheckpoint, type SignedCheckpoint } from "../tlog/checkpoint.ts";
import { perfectRoot } from "../tlog/hash.ts";
import { createNoteVerifier } from "../tlog/note.ts";
import { TILE_WIDTH } from "../tlog/tile.ts";
import { createTileBuilder, type TileBuilder, type TileFile } from "../tlog/tile-builder.ts";
import { createProblemList, type ProblemList, type VerifyReport } from "./report.ts";
import { walkSegments } from "./segment-walk.ts";
import { createTileCheck, splitBundle } from "./tile-check.ts";

export interface VerifyOptions {
  dir: string;
  origin: string;
  /** The log's Ed25519 public key, from elsewhere than `dir`. */
  publicKey: KeyObject;
  signal?: AbortSignal;
  /** Entries done and entries in all, every few milliseconds. */
  onProgress?: (done: number, total: number) => void;
  /** First entry to read; those before are taken from the tiles, which the checkpoint authenticates. */
  from?: number;
  /** End (exclusive) of the entries to read, likewise. */
  to?: number;
}

const YIELD_MS = 10;
/** Tiles and bundles that are read ahead of their check: about a megabyte. */
const TILES_WAITING_MAX = 16;

/**
 * Checks a log, live or closed, against its signed checkpoint: reads the segments one at a time, computes the tree, and
 * compares it with every tile, every bundle and the signed root. Names the entry and the file of each change. Needs no
 * lock and writes nothing. Rejects only when a file cannot be read or `signal` aborts.
 */
export async function verifyAuditLog(options: VerifyOptions): Promise<VerifyReport> {
  const problems = createProblemList();
  const checkpoint = await readCheckpoint(options, problems);
  if (checkpoint === undefined) {
    return {
      ok: false,
      entries: 0,
      size: 0,
      root: "",
      checkpoint: "",
      checked: { entries: 0, tiles: 0, checkpoints: 0 },
      ...problems.finish(),
    };
  }
  const segments = await listSegments(options.dir);
  requireAllSegments(segments, problems);
  const from = Math.floor(clamp(options.from ?? 0, checkpoint.size) / TILE_WIDTH) * TILE_WIDTH;
  const to =
    options.to === undefined || options.to >= checkpoint.size
      ? Infinity
      : Math.ceil(options.to / TILE_WIDTH) * TILE_WIDTH;
  const run = createRun(options, checkpoint, problems, Math.min(to, checkpoint.size));
  const tree = await run.start(from);
  const isRange = to !== Infinity;
  const start = segmentAt(segments, from);
  const entries = await walkSegments({
    directory: options.dir,
    segments: segments.slice(start),
    firstIndex: start === 0 ? 0 : (segments[start]?.firstIndex ?? 0),
    to,
    signed: checkpoint.size,
    problems,
    onEntry: run.onEntry,
    onSegment: run.onSegment,
    pause: run.pause,
  });
  const { size } = checkpoint;
  if (!isRange && entries < size) {
    const file = `segments/${segmentName(segments.findLast(({ firstIndex }) => firstIndex !== undefined)?.id ?? 0)}`;
    problems.add({
      kind: "truncated",
      index: entries,
      file,
      expected: String(size),
      found: String(entries),
      message: `the log ends at entry ${entries}, but ${size} were signed`,
    });
  }
  await run.finish(isRange);
  return {
    ok: problems.count === 0,
    entries: isRange ? size : entries,
    size,
    root: tree.size === size ? tree.root().toString("base64") : "",
    checkpoint: checkpoint.note,
    checked: { entries: run.entries, tiles: run.tiles, checkpoints: 1 },
    ...problems.finish(),
  };
}

interface Run {
  start(from: number): Promise<TileBuilder>;
  onEntry(index: number, prefixed: Buffer): void;
  onSegment(firstIndex: number, name: string): void;
  pause(): Promise<void>;
  /** `isRange` says that entries after those read are to be taken from the tiles. */
  finish(isRange: boolean): Promise<void>;
  readonly entries: number;
  readonly tiles: number;
}

function createRun(
  { dir, signal, onProgress = () => {} }: VerifyOptions,
  checkpoint: SignedCheckpoint,
  problems: ProblemList,
  treeEnd: number,
): Run {
  const { size } = checkpoint;
  const walked: { firstIndex: number; name: string }[] = [];
  const segmentOf = (index: number): string =>
    walked.findLast(({ firstIndex }) => firstIndex <= index)?.name ?? "segments";
  const check = createTileCheck({ directory: dir, problems, segmentOf });
  const completed: TileFile[] = [];
  const onFull = (file: TileFile): void => void completed.push(file);
  let tree = createTileBuilder({ onFull });
  let entries = 0;
  let yieldedMs = performance.now();

  return {
    async start(from) {
      signal?.throwIfAborted();
      if (from > 0) tree = createTileBuilder({ edge: await readEdgeAt(dir, from, size), onFull });
      return tree;
    },
    onEntry(index, prefixed) {
      // A commit may begin before the range and end after it.
      if (index < tree.size) return;
      if (index < treeEnd) tree.add(prefixed);
      if (index < treeEnd || treeEnd === size) entries += 1;
    },
    onSegment: (firstIndex, name) => void walked.push({ firstIndex, name }),
    async pause() {
      if (completed.length > 0) check.submit(completed.splice(0));
      await check.settle(TILES_WAITING_MAX);
      if (performance.now() - yieldedMs < YIELD_MS) return;
      onProgress(tree.size, size);
      await new Promise((resolve) => setImmediate(resolve));
      signal?.throwIfAborted();
      yieldedMs = performance.now();
    },
    async finish(isRange) {
      if (isRange) await addFromTiles(dir, tree, size, problems);
      check.submit(completed.splice(0));
      await check.settle(0);
      if (tree.size !== size) return;
      const { root, partials } = tree.snapshot();
      check.submit(partials);
      await check.settle(0);
      if (!root.equals(checkpoint.root) && !problems.hasChangedEntry(0, size)) {
        problems.add({
          kind: "root_mismatch",
          file: "checkpoint",
          expected: checkpoint.root.toString("hex"),
          found: root.toString("hex"),
          message: `the first ${size} entries do not have the root that was signed`,
        });
      }
      onProgress(size, size);
    },
    get entries() {
      return entries;
    },
    get tiles() {
      return check.tiles;
    },
  };
}

/** Adds what a range leaves out at its end: whole tiles by their hash, the rest by the entries of the last bundle. */
async function addFromTiles(dir: string, tree: TileBuilder, size: number, problems: ProblemList): Promise<void> {
  try {
    while (tree.size + TILE_WIDTH <= size) {
      const tile = tree.size / TILE_WIDTH;
      const parents = await readTile(dir, size, 1, Math.floor(tile / TILE_WIDTH));
      tree.addSubtree(perfectRoot(parents, tile % TILE_WIDTH, 1));
    }
    if (tree.size === size) return;
    const { entries } = splitBundle(await readTile(dir, size, "entries", Math.floor(size / TILE_WIDTH)));
    for (const entry of entries.slice(tree.size % TILE_WIDTH, size % TILE_WIDTH))
      tree.add(Buffer.concat([Buffer.of(0), entry]));
  } catch (error) {
    problems.add({
      kind: "tile_missing",
      index: tree.size,
      file: "tile",
      message: error instanceof Error ? error.message : "a tile cannot be read",
    });
  }
}

function requireAllSegments(segments: readonly SegmentFile[], problems: ProblemList): void {
  const ids = new Set(segments.map(({ id }) => id));
  for (let id = 0; id < (segments.at(-1)?.id ?? 0); id += 1) {
    if (!ids.has(id))
      problems.add({
        kind: "segment_missing",
        file: `segments/${segmentName(id)}`,
        message: `segments/${segmentName(id)} is missing`,
      });
  }
}

async function readCheckpoint(
  { dir, origin, publicKey }: VerifyOptions,
  problems: ProblemList,
): Promise<SignedCheckpoint | undefined> {
  try {
    return openCheckpoint(
      await fs.promises.readFile(path.join(dir, "checkpoint"), "utf8"),
      createNoteVerifier(origin, publicKey),
    );
  } catch (error) {
    const isMissing = (error as NodeJS.ErrnoException).code === "ENOENT";
    const message = isMissing ? "checkpoint is missing" : error instanceof SyntaxError ? error.message : undefined;
    if (message === undefined) throw error;
    problems.add({ kind: "checkpoint_invalid", file: "checkpoint", message });
    return undefined;
  }
}

const clamp = (value: number, max: number): number => Math.max(0, Math.min(value, max));
