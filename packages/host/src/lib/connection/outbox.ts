import { encodeFrame, type Message } from "@hilum/contract/wire";
import type { Link } from "./link.ts";

export interface Outbox {
  send(message: Message): void;
  /** Bytes accepted here and not yet taken by the other side; the lines of this tick are counted in characters. */
  readonly bytes: number;
}

/** Gathers the lines of one tick into one write: a pipe costs per write, not per byte. */
export function createOutbox(link: Link): Outbox {
  let lines: string[] = [];
  let chars = 0;

  const flush = (): void => {
    const batch = lines;
    lines = [];
    chars = 0;
    link.write(batch);
  };

  return {
    send(message) {
      const line = encodeFrame(message);
      chars += line.length;
      if (lines.push(line) === 1) process.nextTick(flush);
    },
    get bytes() {
      return chars + link.outboundBytes;
    },
  };
}
