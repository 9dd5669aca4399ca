import * as fs from "node:fs";
import * as path from "node:path";
import { FRAME_HEADER_BYTES, frameNumbers, SEGMENT_HEADER_BYTES, segmentIdOf, segmentName } from "./format.ts";

/** A segment's file. `firstIndex` is that of its first entry, undefined while it has none. */
export interface SegmentFile {
  id: number;
  file: string;
  bytes: number;
  firstIndex: number | undefined;
}

export const segmentsDirectory = (directory: string): string => path.join(directory, "segments");

export const segmentFile = (directory: string, id: number): string =>
  path.join(segmentsDirectory(directory), segmentName(id));

/** The segments of a log in order of their ids, with what their first frame's header claims (unchecked). */
export async function listSegments(directory: string): Promise<SegmentFile[]> {
  const names = await fs.promises.readdir(segmentsDirectory(directory)).catch(emptyWhereMissing);
  const ids = names.map(segmentIdOf).filter((id) => id !== undefined);
  return Promise.all(ids.toSorted((a, b) => a - b).map((id) => describeSegment(directory, id)));
}

async function describeSegment(directory: string, id: number): Promise<SegmentFile> {
  const file = segmentFile(directory, id);
  const handle = await fs.promises.open(file, "r");
  try {
    const { size } = await handle.stat();
    const header = Buffer.alloc(FRAME_HEADER_BYTES);
    await handle.read(header, 0, header.length, SEGMENT_HEADER_BYTES);
    const isEmpty = header.readUInt32BE(0) === 0;
    return { id, file, bytes: size, firstIndex: isEmpty ? undefined : frameNumbers(header, 0).firstIndex };
  } finally {
    await handle.close();
  }
}

/** Position in `segments` of the one that holds entry `index`, or the first. A torn first frame may claim any index. */
export function segmentAt(segments: readonly SegmentFile[], index: number): number {
  let found = 0;
  for (let i = 1; i < segments.length; i += 1) {
    const begins = segments[i]?.firstIndex;
    if (begins === undefined || begins > index || begins <= (segments[found]?.firstIndex ?? 0)) break;
    found = i;
  }
  return found;
}

export function emptyWhereMissing(error: NodeJS.ErrnoException): string[] {
  if (error.code === "ENOENT") return [];
  throw error;
}
