import { Buffer } from "node:buffer";
import type { FrameError, FrameId } from "./frames.ts";
import { wireLimits } from "./protocol.ts";

/** A message as it is written: a request, a notification, or the answer to a request. */
export type Message =
  | { id: FrameId; method: string; params?: object }
  | { method: string; params?: object }
  | { id: FrameId; result: unknown }
  | { id: FrameId | null; error: FrameError };

/** What was to be written is larger than a frame may be. */
export class FrameTooLargeError extends Error {
  readonly bytes: number;
  constructor(bytes: number) {
    super(`A frame of ${bytes} bytes is larger than ${wireLimits.frameBytesMax}`);
    this.name = "FrameTooLargeError";
    this.bytes = bytes;
  }
}

/**
 * One line of the wire, line feed included. JSON escapes every line feed inside, so the line cannot break. Throws
 * FrameTooLargeError above `frameBytesMax`, and what JSON.stringify throws.
 */
export function encodeFrame(message: Message, frameBytesMax: number = wireLimits.frameBytesMax): string {
  const line = JSON.stringify({ jsonrpc: "2.0", ...message });
  // A character is at most three bytes, so only a long line has to be measured.
  if (line.length * 3 > frameBytesMax) {
    const bytes = Buffer.byteLength(line);
    if (bytes > frameBytesMax) throw new FrameTooLargeError(bytes);
  }
  return `${line}\n`;
}

export interface FrameWriterOptions {
  /** Takes the lines of one tick at once; false when the stream wants to drain first. */
  write(text: string): unknown;
}

export interface FrameWriter {
  send(message: Message): void;
  /** Writes what waits, now. */
  flush(): void;
}

/** Collects the frames of one tick into one write: a pipe costs per write, not per byte. */
export function createFrameWriter({ write }: FrameWriterOptions): FrameWriter {
  let waiting: string[] = [];
  function flush(): void {
    if (waiting.length === 0) return;
    const text = waiting.length === 1 ? (waiting[0] as string) : waiting.join("");
    waiting = [];
    write(text);
  }
  return {
    send(message) {
      const line = encodeFrame(message);
      if (waiting.push(line) === 1) process.nextTick(flush);
    },
    flush,
  };
}
