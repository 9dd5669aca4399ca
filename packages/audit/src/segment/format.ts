import { crc32 } from "node:zlib";

/*
 * A segment is a zero-filled file of fixed size:
 *
 *   header  "HILUM-AUDIT-LOG\n" | u32 format | u32 segment id | u32 0 | u32 crc32 of the 28 bytes before
 *   frame   u32 payload bytes | u32 crc32 | u64 first index | u32 segment id | u32 entries | payload      (one per commit)
 *   payload u16 bytes | 0x00 | canonical JSON, once per entry
 *   zeros to the end
 *
 * All numbers are big-endian. A frame's crc covers everything after the crc. The stored 0x00 is the leaf prefix of
 * RFC 6962, so a leaf hash is one call on a subarray.
 */

export const SEGMENT_HEADER_BYTES = 32;
export const FRAME_HEADER_BYTES = 24;
/** Bytes that an entry needs beside its JSON. */
export const ENTRY_OVERHEAD_BYTES = 3;

const MAGIC = Buffer.from("HILUM-AUDIT-LOG\n", "latin1");
const FORMAT = 1;

/** Where one frame lies in a segment. */
export interface Frame {
  kind: "frame";
  firstIndex: number;
  count: number;
  payloadStart: number;
  payloadEnd: number;
}

/** What stands at a place where a frame may begin. */
export type FrameRead = Frame | { kind: "end" } | { kind: "bad"; message: string };

/** Name of a segment's file. */
export const segmentName = (id: number): string => `${String(id).padStart(8, "0")}.seg`;

/** Id in a segment's file name; undefined for any other name. */
export function segmentIdOf(name: string): number | undefined {
  const [, digits] = /^([0-9]{8})\.seg$/.exec(name) ?? [];
  return digits === undefined ? undefined : Number(digits);
}

export function segmentHeader(id: number): Buffer {
  const header = Buffer.alloc(SEGMENT_HEADER_BYTES);
  MAGIC.copy(header);
  header.writeUInt32BE(FORMAT, 16);
  header.writeUInt32BE(id, 20);
  header.writeUInt32BE(crc32(header.subarray(0, 28)), 28);
  return header;
}

export function isSegmentHeader(bytes: Buffer, id: number): boolean {
  return bytes.subarray(0, SEGMENT_HEADER_BYTES).equals(segmentHeader(id));
}

/** Fills in the header of the frame in the first `bytes` of `frame`. */
export function sealFrame(
  frame: Buffer,
  bytes: number,
  { firstIndex, count, segmentId }: { firstIndex: number; count: number; segmentId: number },
): void {
  frame.writeUInt32BE(bytes - FRAME_HEADER_BYTES, 0);
  frame.writeUInt32BE(Math.floor(firstIndex / 2 ** 32), 8);
  frame.writeUInt32BE(firstIndex % 2 ** 32, 12);
  frame.writeUInt32BE(segmentId, 16);
  frame.writeUInt32BE(count, 20);
  frame.writeUInt32BE(crc32(frame.subarray(8, bytes)), 4);
}

/** Reads the frame at `offset` of the segment in `bytes`: a frame, the zeros after the last one, or something broken. */
export function readFrame(bytes: Buffer, offset: number, segmentId: number): FrameRead {
  if (offset + FRAME_HEADER_BYTES > bytes.length) return { kind: "end" };
  const length = bytes.readUInt32BE(offset);
  if (length === 0) return { kind: "end" };
  const payloadStart = offset + FRAME_HEADER_BYTES;
  const payloadEnd = payloadStart + length;
  if (payloadEnd > bytes.length) return { kind: "bad", message: "the frame is longer than its segment" };
  if (crc32(bytes.subarray(offset + 8, payloadEnd)) !== bytes.readUInt32BE(offset + 4))
    return { kind: "bad", message: "the frame's checksum differs" };
  if (bytes.readUInt32BE(offset + 16) !== segmentId)
    return { kind: "bad", message: "the frame belongs to another segment" };
  return { kind: "frame", ...frameNumbers(bytes, offset), payloadStart, payloadEnd };
}

/** Offset of the next whole frame after something broken at `offset`; undefined where none follows in this segment. */
export function findFrame(bytes: Buffer, offset: number, segmentId: number): number | undefined {
  const id = Buffer.alloc(4);
  id.writeUInt32BE(segmentId);
  for (let at = bytes.indexOf(id, offset + 17); at >= 0; at = bytes.indexOf(id, at + 1)) {
    if (readFrame(bytes, at - 16, segmentId).kind === "frame") return at - 16;
  }
  return undefined;
}

/** The numbers in a frame's header, unchecked. */
export function frameNumbers(bytes: Buffer, offset: number): { firstIndex: number; count: number } {
  return {
    firstIndex: bytes.readUInt32BE(offset + 8) * 2 ** 32 + bytes.readUInt32BE(offset + 12),
    count: bytes.readUInt32BE(offset + 20),
  };
}

/** End of the entry that begins at `offset`; undefined where no entry can end by `end`. */
export function entryEnd(bytes: Buffer, offset: number, end: number): number | undefined {
  if (offset + ENTRY_OVERHEAD_BYTES > end) return undefined;
  const next = offset + ENTRY_OVERHEAD_BYTES + bytes.readUInt16BE(offset);
  return next > end || bytes[offset + 2] !== 0 ? undefined : next;
}

/** Writes one entry at `offset` and returns where the next one begins. `json` is ASCII. */
export function writeEntry(bytes: Buffer, offset: number, json: string): number {
  bytes.writeUInt16BE(json.length, offset);
  bytes[offset + 2] = 0x00;
  bytes.write(json, offset + ENTRY_OVERHEAD_BYTES, json.length, "latin1");
  return offset + ENTRY_OVERHEAD_BYTES + json.length;
}

/** Where the first byte that is not zero stands, from `offset`; undefined where there is none. */
export function findNonZero(bytes: Buffer, offset: number): number | undefined {
  for (let start = offset; start < bytes.length; start += ZEROS.length) {
    const chunk = bytes.subarray(start, start + ZEROS.length);
    if (chunk.equals(ZEROS.subarray(0, chunk.length))) continue;
    return start + chunk.findIndex((byte) => byte !== 0);
  }
  return undefined;
}

const ZEROS = Buffer.alloc(64 * 1024);
