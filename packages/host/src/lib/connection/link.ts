import type { Readable, Writable } from "node:stream";
import { createFrameDecoder, type Frame, type Violation } from "@hilum/contract/wire";

/** What a connection hears from its link. */
export interface LinkEvents {
  onFrame(frame: Frame): void;
  onViolation(violation: Violation): void;
  /** The other side is gone, or `close` was called. Once. */
  onClose(): void;
}

/** Carries whole frames both ways: over pipes, or over a WebSocket. */
export interface Link {
  start(events: LinkEvents): void;
  /** Hands on the lines of one tick, each ending in a line feed. */
  write(lines: readonly string[]): void;
  /** Bytes that wait because the other side does not read. */
  readonly outboundBytes: number;
  /** Bytes of a frame that has begun and not ended. */
  readonly pendingBytes: number;
  /** Stops and resumes reading, so that a flood waits in the sender and not here. */
  pause(): void;
  resume(): void;
  close(): void;
}

/** The link of a local plugin: its standard output and input. */
export function createPipeLink({ input, output }: { input: Readable; output: Writable }): Link {
  let decoder: ReturnType<typeof createFrameDecoder> | undefined;
  let closed = false;

  return {
    start({ onFrame, onViolation, onClose }) {
      decoder = createFrameDecoder({ onFrame, onViolation });
      const { push } = decoder;
      const close = (): void => {
        if (closed) return;
        closed = true;
        onClose();
      };
      input.on("data", push);
      input.once("close", close);
      input.once("error", close);
      // A write to a process that has died is an EPIPE here; the end of its output tells the same.
      output.on("error", close);
    },
    write(lines) {
      if (!closed && output.writable) output.write(lines.length === 1 ? lines[0] : lines.join(""));
    },
    get outboundBytes() {
      return output.writableLength;
    },
    get pendingBytes() {
      return decoder?.pendingBytes ?? 0;
    },
    pause: () => void input.pause(),
    resume: () => void input.resume(),
    close() {
      input.destroy();
      output.destroy();
    },
  };
}
