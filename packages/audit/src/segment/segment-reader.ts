import * as fs from "node:fs";
import { FRAME_HEADER_BYTES, readFrame, type FrameRead } from "./format.ts";

/** Reads frames of one segment, one after the other. */
export interface SegmentReader {
  /** What stands at `offset` of the segment: it begins at 0 of `bytes`, which are nobody else's. */
  frameAt(offset: number): Promise<{ bytes: Buffer; frame: FrameRead }>;
  close(): Promise<void>;
}

/** Whoever follows the log needs a few frames at its end; whoever reads all of it, large pieces. */
const WINDOW_BYTES_MIN = 64 * 1024;
const WINDOW_BYTES_MAX = 1024 * 1024;

/** Opens a segment for reading a window at a time: its file has its full size from the beginning, most of it zeros. */
export async function openSegmentReader(file: string, id: number): Promise<SegmentReader> {
  const handle = await fs.promises.open(file, "r");
  const { size } = await handle.stat();
  let window = Buffer.alloc(0);
  let begins = 0;
  let windowBytes = WINDOW_BYTES_MIN;

  /** Bytes from `offset` on: as many as are needed, or all there are. */
  async function cover(offset: number, needed: number): Promise<Buffer> {
    if (offset < begins || offset + needed > begins + window.length) {
      const wanted = Math.max(0, Math.min(Math.max(needed, windowBytes), size - offset));
      const { buffer, bytesRead } = await handle.read(Buffer.allocUnsafe(wanted), 0, wanted, offset);
      window = buffer.subarray(0, bytesRead);
      begins = offset;
      windowBytes = Math.min(windowBytes * 2, WINDOW_BYTES_MAX);
    }
    return window.subarray(offset - begins);
  }

  return {
    async frameAt(offset) {
      let bytes = await cover(offset, FRAME_HEADER_BYTES);
      if (bytes.length >= FRAME_HEADER_BYTES) {
        const needed = FRAME_HEADER_BYTES + bytes.readUInt32BE(0);
        if (needed > bytes.length && offset + needed <= size) bytes = await cover(offset, needed);
      }
      return { bytes, frame: readFrame(bytes, 0, id) };
    },
    close: () => handle.close(),
  };
}
