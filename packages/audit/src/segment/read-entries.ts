import { HilumError } from "@hilum/contract";
import type { AuditEntry, IndexedEntry } from "../entry/entry.ts";
import { fromHashText, hashPrefixedLeaf } from "../tlog/hash.ts";
import { entryEnd, SEGMENT_HEADER_BYTES, type Frame } from "./format.ts";
import { listSegments, segmentAt, segmentFile } from "./segment-files.ts";
import { openSegmentReader } from "./segment-reader.ts";

/** An entry as it is stored, with its RFC 6962 leaf hash. */
export interface StoredEntry extends IndexedEntry {
  leafHash: Buffer;
}

/** The entry's bytes with the leading 0x00, on memory that is read once. */
export interface RawEntry {
  index: number;
  prefixed: Buffer;
}

/** Reads a log again and again: what follows on the newest entry that was read is found without looking for it. */
export interface EntryReader {
  /** Entries `from` (inclusive) to `to` (exclusive). Throws `audit.broken` naming the entry. */
  read(from: number, to: number): AsyncGenerator<StoredEntry>;
}

export function createEntryReader(directory: string): EntryReader {
  const memory: ReadMemory = {};
  return { read: (from, to) => parseEntries(readRawEntries(directory, from, to, memory)) };
}

/** Reads entries `from` (inclusive) to `to` (exclusive), once. Throws `audit.broken` naming the entry. */
export function readEntries(directory: string, from: number, to: number): AsyncGenerator<StoredEntry> {
  return createEntryReader(directory).read(from, to);
}

async function* parseEntries(entries: AsyncGenerator<RawEntry>): AsyncGenerator<StoredEntry> {
  for await (const { index, prefixed } of entries)
    yield { index, entry: parseStoredEntry(prefixed), leafHash: fromHashText(hashPrefixedLeaf(prefixed)) };
}

/** Where the newest frame that was read begins. */
interface ReadMemory {
  newest?: { segment: number; offset: number; firstIndex: number };
}

/** `readEntries` without parsing. */
export async function* readRawEntries(
  directory: string,
  from: number,
  to: number,
  memory: ReadMemory = {},
): AsyncGenerator<RawEntry> {
  if (from >= to) return;
  let expected = from;
  for await (const { id, file, offset: start } of findPlaces(directory, from, memory)) {
    const segment = await openSegmentReader(file, id);
    try {
      for (let offset = start; expected < to;) {
        const { bytes, frame } = await segment.frameAt(offset);
        if (frame.kind === "end") break;
        if (frame.kind === "bad") throw unreadable(expected, frame.message);
        const { firstIndex, count, payloadEnd } = frame;
        if (firstIndex >= (memory.newest?.firstIndex ?? 0)) memory.newest = { segment: id, offset, firstIndex };
        offset += payloadEnd;
        if (firstIndex + count <= expected) continue;
        for (const entry of entriesOf(bytes, frame)) {
          if (entry.index < expected || entry.index >= to) continue;
          yield entry;
          expected = entry.index + 1;
        }
      }
    } finally {
      await segment.close();
    }
    if (expected >= to) return;
  }
  throw unreadable(expected, "the log ends before it");
}

/** From a frame that is further back than this, more is read than a look at every segment costs. */
const NEAR_ENTRIES = 20_000;

/** Where entry `from` may stand, and the segments after that, from their first frames on. */
async function* findPlaces(
  directory: string,
  from: number,
  { newest }: ReadMemory,
): AsyncGenerator<{ id: number; file: string; offset: number }> {
  const isNear = newest !== undefined && newest.firstIndex <= from && from - newest.firstIndex <= NEAR_ENTRIES;
  if (isNear) yield { id: newest.segment, file: segmentFile(directory, newest.segment), offset: newest.offset };
  const segments = await listSegments(directory);
  const following = isNear
    ? segments.filter(({ id }) => id > newest.segment)
    : segments.slice(segmentAt(segments, from));
  for (const { id, file } of following) yield { id, file, offset: SEGMENT_HEADER_BYTES };
}

/** The entries of a frame whose checksum was good. Throws `audit.broken` where its count and its lengths disagree. */
export function* entriesOf(bytes: Buffer, frame: Frame): Generator<RawEntry> {
  let offset = frame.payloadStart;
  for (let i = 0; i < frame.count; i += 1) {
    const end = entryEnd(bytes, offset, frame.payloadEnd);
    if (end === undefined) throw unreadable(frame.firstIndex + i, "its length is wrong");
    yield { index: frame.firstIndex + i, prefixed: bytes.subarray(offset + 2, end) };
    offset = end;
  }
  if (offset !== frame.payloadEnd)
    throw unreadable(frame.firstIndex + frame.count, "bytes follow the frame's last entry");
}

export function parseStoredEntry(prefixed: Buffer): AuditEntry {
  return JSON.parse(prefixed.toString("latin1", 1)) as AuditEntry;
}

function unreadable(index: number, message: string): HilumError {
  return new HilumError("audit.broken", { detail: `Audit entry ${index} cannot be read: ${message}.` });
}
