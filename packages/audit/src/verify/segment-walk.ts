import * as fs from "node:fs";
import * as path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { readTile } from "../log/tile-files.ts";
import {
  entryEnd,
  findFrame,
  findNonZero,
  FRAME_HEADER_BYTES,
  isSegmentHeader,
  readFrame,
  SEGMENT_HEADER_BYTES,
} from "../segment/format.ts";
import type { SegmentFile } from "../segment/segment-files.ts";
import { TILE_WIDTH } from "../tlog/tile.ts";
import type { ProblemList } from "./report.ts";
import { splitBundle } from "./tile-check.ts";

export interface SegmentWalkOptions {
  directory: string;
  /** Those to read, in order. */
  segments: readonly SegmentFile[];
  /** Index that the first segment must begin with. */
  firstIndex: number;
  /** Reading stops once this entry is reached. */
  to: number;
  /** Entries that the checkpoint signs. */
  signed: number;
  problems: ProblemList;
  /** Takes each entry in order; its bytes begin with the stored 0x00. */
  onEntry: (index: number, prefixed: Buffer) => void;
  onSegment: (firstIndex: number, name: string) => void;
  /** Called between commits, to let others run and to check tiles. */
  pause: () => Promise<void>;
}

/** A writer may be in the middle of a commit; it is given this long before its bytes count as damaged. */
const LIVE_RETRIES = 10;
const LIVE_RETRY_MS = 20;

interface Segment {
  id: number;
  name: string;
  file: string;
  bytes: Buffer;
  offset: number;
}

/** Reads segments one at a time and returns the index after the last entry. Goes on behind damage where it can. */
export async function walkSegments(options: SegmentWalkOptions): Promise<number> {
  const { directory, segments, firstIndex, to, signed, problems, onEntry, onSegment, pause } = options;
  let expected = firstIndex;
  let previous: Segment | undefined;
  for (const { id, file } of segments) {
    if (expected >= to) break;
    const segment: Segment = {
      id,
      file,
      name: `segments/${path.basename(file)}`,
      bytes: await fs.promises.readFile(file),
      offset: SEGMENT_HEADER_BYTES,
    };
    if (!isSegmentHeader(segment.bytes, id))
      problems.add({
        kind: "segment_header_changed",
        file: segment.name,
        message: `the header of ${segment.name} was changed`,
      });
    // The writer may have filled the rest of the last segment since it was read.
    if (previous !== undefined && expected >= signed) await walk(await reread(previous));
    onSegment(expected, segment.name);
    await walk(segment);
    previous = segment;
  }
  return expected;

  async function walk(segment: Segment): Promise<void> {
    while (expected < to) {
      const frame = readFrame(segment.bytes, segment.offset, segment.id);
      if (
        frame.kind === "frame" &&
        frame.firstIndex === expected &&
        takeEntries(segment.bytes, frame.payloadStart, frame.payloadEnd, frame.count)
      ) {
        segment.offset = frame.payloadEnd;
        await pause();
        continue;
      }
      if (frame.kind === "end" && findNonZero(segment.bytes, segment.offset) === undefined) return;
      if (frame.kind === "frame" && frame.firstIndex !== expected) {
        if (!(await skipGap(segment, frame))) return;
      } else if (
        !(await passDamage(segment, frame.kind === "bad" ? frame.message : "bytes stand where a commit should begin"))
      ) {
        return;
      }
    }
  }

  /** Takes `count` entries that fill the payload; takes none and returns false where their lengths do not allow that. */
  function takeEntries(bytes: Buffer, start: number, end: number, count: number): boolean {
    let offset: number | undefined = start;
    for (let i = 0; i < count && offset !== undefined; i += 1) offset = entryEnd(bytes, offset, end);
    if (offset !== end) return false;
    for (let at = start; at < end;) {
      const next = at + 3 + bytes.readUInt16BE(at);
      onEntry(expected, bytes.subarray(at + 2, next));
      expected += 1;
      at = next;
    }
    return true;
  }

  async function skipGap(segment: Segment, frame: { firstIndex: number; payloadEnd: number }): Promise<boolean> {
    problems.add({
      kind: "index_gap",
      index: expected,
      file: segment.name,
      expected: String(expected),
      found: String(frame.firstIndex),
      message: `entry ${frame.firstIndex} stands where entry ${expected} should be`,
    });
    if (frame.firstIndex < expected) {
      segment.offset = frame.payloadEnd;
      return true;
    }
    return substitute(Math.min(frame.firstIndex, signed));
  }

  /** Gets past a damaged commit: takes what can be read of it, and the rest from the entry bundles. */
  async function passDamage(segment: Segment, message: string): Promise<boolean> {
    if (expected >= signed && (await settles(segment))) return true;
    const next = findFrame(segment.bytes, segment.offset, segment.id);
    if (expected >= signed && next === undefined) {
      problems.add({
        kind: "unsigned_tail",
        index: expected,
        file: segment.name,
        message: `after the last checkpoint, ${message}: a torn commit, which opening the log discards and notes`,
      });
      return false;
    }
    const following = segments.find(
      ({ id, firstIndex: begins }) => id > segment.id && begins !== undefined,
    )?.firstIndex;
    const end = next === undefined ? (following ?? signed) : readIndex(segment.bytes, next);
    problems.addFrame(
      {
        kind: "frame_changed",
        index: expected,
        file: segment.name,
        message: `the commit that begins with entry ${expected} was changed: ${message}`,
      },
      end,
    );
    takeReadable(segment, end, next ?? segment.bytes.length);
    segment.offset = next ?? segment.bytes.length;
    return expected >= end || ((await substitute(end)) && next !== undefined);
  }

  /** Takes the entries of a damaged commit as far as their lengths make sense. */
  function takeReadable(segment: Segment, end: number, limit: number): void {
    let at = segment.offset + FRAME_HEADER_BYTES;
    while (expected < end) {
      const next = entryEnd(segment.bytes, at, limit);
      if (
        next === undefined ||
        next === at + 3 ||
        (expected === end - 1 && next !== limit && segment.bytes[next] !== 0)
      ) {
        problems.add({
          kind: "entry_changed",
          index: expected,
          file: segment.name,
          message: `entry ${expected} cannot be read: its length was changed`,
        });
        return;
      }
      onEntry(expected, segment.bytes.subarray(at + 2, next));
      expected += 1;
      at = next;
    }
  }

  /** Feeds the entries up to `end` from the bundles, so that what comes after can still be checked. */
  async function substitute(end: number): Promise<boolean> {
    while (expected < end) {
      const bundle = await readTile(directory, signed, "entries", Math.floor(expected / TILE_WIDTH)).catch(
        () => undefined,
      );
      const { entries } = splitBundle(bundle ?? Buffer.alloc(0));
      for (let i = expected % TILE_WIDTH; i < TILE_WIDTH && expected < end; i += 1) {
        const entry = entries[i];
        if (entry === undefined) return false;
        onEntry(expected, Buffer.concat([Buffer.of(0), entry]));
        expected += 1;
      }
      await pause();
    }
    return true;
  }

  /** True once a commit that was being written can be read. */
  async function settles(segment: Segment): Promise<boolean> {
    for (let i = 0; i < LIVE_RETRIES; i += 1) {
      await sleep(LIVE_RETRY_MS);
      await reread(segment);
      const frame = readFrame(segment.bytes, segment.offset, segment.id);
      if (frame.kind === "frame" && frame.firstIndex === expected) return true;
    }
    return false;
  }
}

async function reread(segment: Segment): Promise<Segment> {
  segment.bytes = await fs.promises.readFile(segment.file);
  return segment;
}

function readIndex(bytes: Buffer, frameOffset: number): number {
  return bytes.readUInt32BE(frameOffset + 8) * 2 ** 32 + bytes.readUInt32BE(frameOffset + 12);
}
