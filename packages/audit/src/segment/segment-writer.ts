import { constants } from "node:fs";
import * as path from "node:path";
import { syncDirectory, writeAll, writeAllSync, type AuditIo } from "../log/io.ts";
import { FRAME_HEADER_BYTES, sealFrame, SEGMENT_HEADER_BYTES, segmentHeader, segmentName } from "./format.ts";
import { segmentsDirectory } from "./segment-files.ts";

/** Where writing goes on: a segment, and the first byte after its last frame. */
export interface WritePosition {
  segmentId: number;
  offset: number;
}

/** One commit: a buffer whose first bytes are left free for the frame's header. */
export interface CommitFrame {
  buffer: Buffer;
  /** Bytes of the whole frame, header included. */
  bytes: number;
  firstIndex: number;
  count: number;
}

/** Writes frames one after the other. After an error it is dead: the caller must not write again. */
export interface SegmentWriter {
  write(frame: CommitFrame): Promise<void>;
  /** True where the frame fits into the open segment, so that `writeSync` may be used. */
  fits(frame: CommitFrame): boolean;
  writeSync(frame: CommitFrame): void;
  /** Segments that hold entries or are ready to. */
  readonly segments: number;
  close(): Promise<void>;
}

export interface SegmentWriterOptions {
  directory: string;
  io: AuditIo;
  segmentBytes: number;
  /** Undefined for a new log. */
  position: WritePosition | undefined;
  /** Ids of segments that recovery found prepared and unused. */
  prepared: readonly number[];
}

/** Zeros are written in pieces, so that a commit never waits behind a whole segment in the thread pool. */
const ZERO_PIECE = Buffer.alloc(256 * 1024);
const PREPARE_AGAIN_AFTER_MS = 1_000;
/** Absent on Windows, where each write is followed by a sync instead. */
const O_DSYNC: number = constants.O_DSYNC ?? 0;

interface OpenSegment {
  id: number;
  fd: number;
}

/** Opens the segment to write to, and keeps the next one zero-filled ahead in the background. */
export async function createSegmentWriter({
  directory,
  io,
  segmentBytes,
  position,
  prepared,
}: SegmentWriterOptions): Promise<SegmentWriter> {
  const folder = segmentsDirectory(directory);
  const ready = [...prepared];
  let current = await openSegment(position?.segmentId ?? (await takeOrPrepare(0)));
  let offset = position?.offset ?? SEGMENT_HEADER_BYTES;
  let next: Promise<OpenSegment> | undefined;
  let preparedAtMs = Number.NEGATIVE_INFINITY;

  return {
    async write(frame) {
      if (!fits(frame)) await roll(frame);
      seal(frame);
      await writeAll(io, current.fd, frame.buffer, frame.bytes, offset);
      if (O_DSYNC === 0) await io.fsync(current.fd);
      advance(frame);
    },
    fits,
    writeSync(frame) {
      seal(frame);
      writeAllSync(io, current.fd, frame.buffer, frame.bytes, offset);
      advance(frame);
    },
    get segments() {
      return current.id + 1;
    },
    async close() {
      const following = await next?.catch(() => undefined);
      if (following !== undefined) await io.close(following.fd);
      await io.close(current.fd);
    },
  };

  function fits(frame: CommitFrame): boolean {
    return offset + frame.bytes <= segmentBytes;
  }

  function seal(frame: CommitFrame): void {
    sealFrame(frame.buffer, frame.bytes, { firstIndex: frame.firstIndex, count: frame.count, segmentId: current.id });
  }

  function advance(frame: CommitFrame): void {
    offset += frame.bytes;
    if (offset > segmentBytes / 2 && next === undefined && performance.now() - preparedAtMs > PREPARE_AGAIN_AFTER_MS)
      prepareAhead();
  }

  function prepareAhead(): void {
    preparedAtMs = performance.now();
    next = takeOrPrepare(current.id + 1).then(openSegment);
    // Not fatal yet: it is tried again, and only a commit that needs the segment fails with it.
    next.catch(() => (next = undefined));
  }

  async function roll(frame: CommitFrame): Promise<void> {
    if (SEGMENT_HEADER_BYTES + frame.bytes > segmentBytes) throw new RangeError("a commit is larger than a segment");
    const following = await (next ?? takeOrPrepare(current.id + 1).then(openSegment));
    next = undefined;
    preparedAtMs = Number.NEGATIVE_INFINITY;
    const full = current;
    current = following;
    offset = SEGMENT_HEADER_BYTES;
    await io.close(full.fd);
  }

  async function openSegment(id: number): Promise<OpenSegment> {
    return { id, fd: await io.open(path.join(folder, segmentName(id)), constants.O_WRONLY | O_DSYNC) };
  }

  async function takeOrPrepare(id: number): Promise<number> {
    if (ready[0] === id) return ready.shift() ?? id;
    await prepareSegment({ folder, io, segmentBytes, id });
    return id;
  }
}

/** Largest payload of a commit that a segment of `segmentBytes` can take. */
export function commitBytesMax(segmentBytes: number): number {
  return segmentBytes - SEGMENT_HEADER_BYTES - FRAME_HEADER_BYTES;
}

/** Makes a durable, zero-filled segment. Its name appears only when it is whole. */
async function prepareSegment({
  folder,
  io,
  segmentBytes,
  id,
}: {
  folder: string;
  io: AuditIo;
  segmentBytes: number;
  id: number;
}): Promise<void> {
  const file = path.join(folder, segmentName(id));
  const { O_WRONLY, O_CREAT, O_TRUNC } = constants;
  const fd = await io.open(`${file}.tmp`, O_WRONLY | O_CREAT | O_TRUNC);
  try {
    for (let at = 0; at < segmentBytes; at += ZERO_PIECE.length)
      await writeAll(io, fd, ZERO_PIECE, Math.min(ZERO_PIECE.length, segmentBytes - at), at);
    await writeAll(io, fd, segmentHeader(id), SEGMENT_HEADER_BYTES, 0);
    await io.fsync(fd);
  } finally {
    await io.close(fd);
  }
  await io.rename(`${file}.tmp`, file);
  await syncDirectory(io, folder);
}
