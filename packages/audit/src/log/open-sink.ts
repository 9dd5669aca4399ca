import { HilumError, isHilumError } from "@hilum/contract";
import { FRAME_HEADER_BYTES, writeEntry } from "../segment/format.ts";
import { readRawEntries } from "../segment/read-entries.ts";
import { createSegmentWriter, type CommitFrame } from "../segment/segment-writer.ts";
import type { NoteVerifier } from "../tlog/note.ts";
import { TILE_WIDTH } from "../tlog/tile.ts";
import type { TileFile } from "../tlog/tile-builder.ts";
import type { AuditIo } from "./io.ts";
import { recoverLog, type RecoveredLog } from "./recover-log.ts";
import type { Sink } from "./sinks.ts";
import { createTileWriter } from "./tile-files.ts";

/** A copy of the log after recovery. */
export interface OpenSink {
  sink: Sink;
  recovered: RecoveredLog;
  /** Sends the tiles that this copy's tree completes from now on somewhere else. */
  redirectTiles(onTile: (file: TileFile) => void): void;
}

export interface OpenSinkOptions {
  directory: string;
  verifier: NoteVerifier;
  io: AuditIo;
  segmentBytes: number;
}

/** Recovers one copy of the log and makes it ready to be written. */
export async function openSink({ directory, verifier, io, segmentBytes }: OpenSinkOptions): Promise<OpenSink> {
  const tiles = createTileWriter({ directory, io });
  let onTile = tiles.add;
  const recovered = await recoverLog({ directory, verifier, io, onTile: (file) => onTile(file) });
  const segments = await createSegmentWriter({
    directory,
    io,
    segmentBytes,
    position: recovered.position,
    prepared: recovered.prepared,
  });
  return {
    sink: { directory, segments, tiles },
    recovered,
    redirectTiles(receive) {
      onTile = receive;
    },
  };
}

/**
 * Opens every copy that can be opened. One whose disk fails is left out; one that was tampered with stops the log
 * (`audit.broken`), because then the other cannot be trusted either until somebody has looked.
 */
export async function openSinks(
  directories: readonly string[],
  options: Omit<OpenSinkOptions, "directory">,
): Promise<{ leading: OpenSink; all: OpenSink[] }> {
  const results = await Promise.allSettled(directories.map((directory) => openSink({ ...options, directory })));
  const all = results.flatMap((result) => (result.status === "fulfilled" ? [result.value] : []));
  const errors = results.flatMap((result) => (result.status === "rejected" ? [result.reason as unknown] : []));
  const broken = errors.find((error) => isHilumError(error));
  const leading = all.reduce<OpenSink | undefined>(
    (best, one) => (best !== undefined && sizeOf(best) >= sizeOf(one) ? best : one),
    undefined,
  );
  if (broken !== undefined || leading === undefined) {
    await Promise.all(all.map(({ sink }) => sink.segments.close()));
    throw broken ?? new HilumError("audit.blocked", { cause: errors[0] });
  }
  for (const lagging of all) if (lagging !== leading) await catchUp(lagging, leading);
  return { leading, all };
}

/** Copies what a copy of the log missed while it could not be written, and requires that the two are then the same tree. */
async function catchUp(lagging: OpenSink, leading: OpenSink): Promise<void> {
  const { tree } = lagging.recovered;
  let frame = emptyFrame(tree.size);
  for await (const { prefixed } of readRawEntries(leading.sink.directory, tree.size, sizeOf(leading))) {
    frame.bytes = writeEntry(frame.buffer, frame.bytes, prefixed.toString("latin1", 1));
    frame.count += 1;
    tree.add(prefixed);
    if (frame.count < ENTRIES_PER_COPY) continue;
    await lagging.sink.segments.write(frame);
    frame = emptyFrame(tree.size);
  }
  if (frame.count > 0) await lagging.sink.segments.write(frame);
  if (!tree.root().equals(leading.recovered.tree.root()))
    throw new HilumError("audit.broken", { detail: "The two copies of the audit log differ." });
}

/** Few enough that a frame of the largest entries fits into the smallest segment. */
const ENTRIES_PER_COPY = TILE_WIDTH / 32;

function emptyFrame(firstIndex: number): CommitFrame {
  return {
    buffer: Buffer.alloc(FRAME_HEADER_BYTES + ENTRIES_PER_COPY * 4200),
    bytes: FRAME_HEADER_BYTES,
    firstIndex,
    count: 0,
  };
}

const sizeOf = ({ recovered }: OpenSink): number => recovered.tree.size;
