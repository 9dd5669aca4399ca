import * as fs from "node:fs";
import * as path from "node:path";
import { HilumError } from "@hilum/contract";
import type { AuditEntry, IndexedEntry } from "../entry/entry.ts";
import { findFrame, findNonZero, isSegmentHeader, readFrame, SEGMENT_HEADER_BYTES } from "../segment/format.ts";
import { entriesOf, parseStoredEntry, readEntries } from "../segment/read-entries.ts";
import { listSegments, segmentAt, segmentsDirectory, type SegmentFile } from "../segment/segment-files.ts";
import type { WritePosition } from "../segment/segment-writer.ts";
import { openCheckpoint, type SignedCheckpoint } from "../tlog/checkpoint.ts";
import type { NoteVerifier } from "../tlog/note.ts";
import { createTileBuilder, type TileBuilder, type TileFile, type TreeEdge } from "../tlog/tile-builder.ts";
import { DIRECTORY_MODE, syncDirectory, writeAll, type AuditIo } from "./io.ts";
import { readOpenIntents } from "./open-intents.ts";
import { readEdge } from "./tree-edge.ts";

/** A log's directory as recovery found it, ready to be written to. */
export interface RecoveredLog {
  checkpoint: SignedCheckpoint | undefined;
  tree: TileBuilder;
  position: WritePosition | undefined;
  /** Ids of segments that are prepared and unused. */
  prepared: number[];
  /** Intents without an outcome, by call. */
  openIntents: Map<string, IndexedEntry>;
  lastEntry: AuditEntry | undefined;
  /** The torn commit that was discarded, if there was one. */
  discarded: { index: number; segmentId: number; bytes: number } | undefined;
  /** True where the tiles did not match the checkpoint and were written anew from the segments. */
  tilesRebuilt: boolean;
}

export interface RecoverOptions {
  directory: string;
  verifier: NoteVerifier;
  /** Receives each tile that the replay completes. */
  onTile: (file: TileFile) => void;
  io: AuditIo;
}

/**
 * Reads a log from its last checkpoint on: rebuilds the tree's edge, finds the end, and discards a torn last commit.
 * Throws `audit.broken`, naming what differs, where anything at or below the checkpoint is missing or changed.
 */
export async function recoverLog({ directory, verifier, onTile, io }: RecoverOptions): Promise<RecoveredLog> {
  await fs.promises.mkdir(segmentsDirectory(directory), { recursive: true, mode: DIRECTORY_MODE });
  const segments = await listSegments(directory);
  const checkpoint = await readCheckpoint(directory, verifier);
  requireWhole(segments, checkpoint);
  const edge = checkpoint === undefined ? undefined : await readEdge(directory, checkpoint);
  const state = edge === undefined ? undefined : await readOpenIntents(directory, edge.size);
  const start: TreeEdge =
    edge !== undefined && state !== undefined ? edge : { size: 0, tiles: [], bundle: Buffer.alloc(0) };
  const recovery: Replay = {
    tree: createTileBuilder({ edge: start, onFull: onTile }),
    openIntents: await describeIntents(directory, state ?? []),
    lastEntry: undefined,
    end: undefined,
    discarded: undefined,
  };
  await replay(recovery, { segments, start: start.size, checkpoint });
  if (recovery.discarded !== undefined) await wipe(io, directory, segments, recovery.discarded);
  const { end } = recovery;
  return {
    checkpoint,
    tree: recovery.tree,
    position: end,
    prepared: segments.filter(({ id }) => id > (end?.segmentId ?? -1)).map(({ id }) => id),
    openIntents: recovery.openIntents,
    lastEntry: recovery.lastEntry,
    discarded: recovery.discarded,
    tilesRebuilt: checkpoint !== undefined && checkpoint.size > 0 && edge === undefined,
  };
}

interface Replay {
  tree: TileBuilder;
  openIntents: Map<string, IndexedEntry>;
  lastEntry: AuditEntry | undefined;
  end: WritePosition | undefined;
  discarded: (RecoveredLog["discarded"] & { offset: number }) | undefined;
}

interface ReplayPlan {
  segments: readonly SegmentFile[];
  /** Entries below are in the tree already. */
  start: number;
  checkpoint: SignedCheckpoint | undefined;
}

async function replay(state: Replay, plan: ReplayPlan): Promise<void> {
  const signed = plan.checkpoint?.size ?? 0;
  const first = segmentAt(plan.segments, plan.start);
  let expected = plan.segments[first]?.firstIndex ?? 0;
  for (const [i, segment] of plan.segments.entries()) {
    if (i < first || (segment.firstIndex === undefined && i !== 0)) continue;
    if (state.discarded !== undefined) throw broken(`Segment ${segment.id} goes on after a damaged entry ${expected}.`);
    expected = await replaySegment(state, plan, segment, expected);
  }
  if (expected < signed) throw broken(`The log ends at entry ${expected}, but ${signed} were signed.`);
}

/** Replays one segment and returns the index that the next one must begin with. */
async function replaySegment(state: Replay, plan: ReplayPlan, segment: SegmentFile, from: number): Promise<number> {
  const bytes = await fs.promises.readFile(segment.file);
  const name = path.basename(segment.file);
  let expected = from;
  let offset = SEGMENT_HEADER_BYTES;
  if (!isSegmentHeader(bytes, segment.id)) throw broken(`The header of segment ${name} differs.`);
  for (;;) {
    const frame = readFrame(bytes, offset, segment.id);
    if (frame.kind !== "frame") break;
    if (frame.firstIndex !== expected)
      throw broken(`Segment ${name} has entry ${frame.firstIndex} where entry ${expected} should be.`);
    for (const { index, prefixed } of entriesOf(bytes, frame)) {
      if (index >= plan.start) addEntry(state, plan, index, prefixed);
    }
    expected += frame.count;
    offset = frame.payloadEnd;
  }
  state.end = { segmentId: segment.id, offset };
  if (findNonZero(bytes, offset) !== undefined) state.discarded = tornTail(bytes, segment, offset, expected, plan);
  return expected;
}

function addEntry(state: Replay, { checkpoint }: ReplayPlan, index: number, prefixed: Buffer): void {
  const entry = parseStoredEntry(prefixed);
  state.tree.add(prefixed);
  state.lastEntry = entry;
  if (entry.kind === "intent") state.openIntents.set(entry.call, { index, entry });
  if (entry.kind === "outcome") state.openIntents.delete(entry.call);
  if (state.tree.size === checkpoint?.size && !state.tree.root().equals(checkpoint.root)) {
    throw broken(`The first ${checkpoint.size} entries do not have the root that was signed.`);
  }
}

/** What stands after the last whole frame: a torn commit if nothing follows it and nothing of it was signed. */
function tornTail(
  bytes: Buffer,
  segment: SegmentFile,
  offset: number,
  index: number,
  { checkpoint }: ReplayPlan,
): Replay["discarded"] {
  const name = path.basename(segment.file);
  if (index < (checkpoint?.size ?? 0)) throw broken(`Entry ${index} in segment ${name} is damaged.`);
  if (findFrame(bytes, offset, segment.id) !== undefined)
    throw broken(`Entry ${index} in segment ${name} is damaged, and whole entries follow it.`);
  let end = bytes.length;
  while (end > offset && bytes[end - 1] === 0) end -= 1;
  return { index, segmentId: segment.id, bytes: end - offset, offset };
}

/** Writes zeros over a torn commit, so that the segment is what an untorn one would be. */
async function wipe(
  io: AuditIo,
  directory: string,
  segments: readonly SegmentFile[],
  torn: NonNullable<Replay["discarded"]>,
): Promise<void> {
  const file = segments.find(({ id }) => id === torn.segmentId)?.file;
  if (file === undefined) return;
  const fd = await io.open(file, fs.constants.O_WRONLY);
  try {
    await writeAll(io, fd, Buffer.alloc(torn.bytes), torn.bytes, torn.offset);
    await io.fsync(fd);
  } finally {
    await io.close(fd);
  }
  await syncDirectory(io, segmentsDirectory(directory));
}

async function describeIntents(directory: string, indexes: readonly number[]): Promise<Map<string, IndexedEntry>> {
  const open = new Map<string, IndexedEntry>();
  for (const index of indexes) {
    for await (const { entry } of readEntries(directory, index, index + 1)) open.set(entry.call, { index, entry });
  }
  return open;
}

/** Reads and checks the checkpoint of a log; undefined where it has none. Throws `audit.broken` where it is not valid. */
async function readCheckpoint(directory: string, verifier: NoteVerifier): Promise<SignedCheckpoint | undefined> {
  let note: string;
  try {
    note = await fs.promises.readFile(path.join(directory, "checkpoint"), "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
  try {
    return openCheckpoint(note, verifier);
  } catch (error) {
    throw broken(
      `The file "checkpoint" is not valid: ${error instanceof Error ? error.message : "unreadable"}.`,
      error,
    );
  }
}

function requireWhole(segments: readonly SegmentFile[], checkpoint: SignedCheckpoint | undefined): void {
  const gap = segments.find(({ id }, i) => id !== i);
  if (gap !== undefined) throw broken(`The segment before ${path.basename(gap.file)} is missing.`);
  const hasEntries = segments.some(({ firstIndex }) => firstIndex !== undefined);
  if (checkpoint === undefined && hasEntries) throw broken('The file "checkpoint" is missing.');
  if (checkpoint !== undefined && segments.length === 0) throw broken("The segments are missing.");
}

function broken(detail: string, cause?: unknown): HilumError {
  return new HilumError("audit.broken", cause === undefined ? { detail } : { detail, cause });
}
