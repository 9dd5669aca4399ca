import * as fs from "node:fs";
import { HilumError } from "@hilum/contract";
import type { AuditEntry, IndexedEntry } from "../entry/entry.ts";
import { fromHashText, hashPrefixedLeaf } from "../tlog/hash.ts";
import { entryEnd, readFrame, SEGMENT_HEADER_BYTES, type Frame } from "./format.ts";
import { listSegments, segmentAt } from "./segment-files.ts";

/** An entry as it is stored, with its RFC 6962 leaf hash. */
export interface StoredEntry extends IndexedEntry {
  leafHash: Buffer;
}

/** The entry's bytes with the leading 0x00, on the segment's own memory. */
export interface RawEntry {
  index: number;
  prefixed: Buffer;
}

/** Reads entries `from` (inclusive) to `to` (exclusive), a segment at a time. Throws `audit.broken` naming the entry. */
export async function* readEntries(directory: string, from: number, to: number): AsyncGenerator<StoredEntry> {
  for await (const { index, prefixed } of readRawEntries(directory, from, to)) {
    yield { index, entry: parseStoredEntry(prefixed), leafHash: fromHashText(hashPrefixedLeaf(prefixed)) };
  }
}

/** `readEntries` without parsing. */
export async function* readRawEntries(directory: string, from: number, to: number): AsyncGenerator<RawEntry> {
  const segments = await listSegments(directory);
  let expected = from;
  for (const { id, file } of segments.slice(segmentAt(segments, from))) {
    if (expected >= to) return;
    const bytes = await fs.promises.readFile(file);
    for (let offset = SEGMENT_HEADER_BYTES; expected < to;) {
      const frame = readFrame(bytes, offset, id);
      if (frame.kind === "end") break;
      if (frame.kind === "bad") throw unreadable(expected, frame.message);
      offset = frame.payloadEnd;
      if (frame.firstIndex + frame.count <= expected) continue;
      for (const entry of entriesOf(bytes, frame)) {
        if (entry.index < expected || entry.index >= to) continue;
        yield entry;
        expected = entry.index + 1;
      }
    }
  }
  if (expected < to) throw unreadable(expected, "the log ends before it");
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
