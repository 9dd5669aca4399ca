import { createFrameDecoder } from "@hilum/contract/wire";
import type { Readable, Writable } from "node:stream";
import type { Channel } from "./channel.ts";

export interface StdioChannelOptions {
  input: Readable;
  output: Writable;
}

/** The channel of a plugin that the host started: one document per line, lines of one tick in one write. */
export function createStdioChannel({ input, output }: StdioChannelOptions): Channel {
  let waiting: string[] = [];
  // Kept from the start: `takeStdout` later sends everybody else's writes to standard error.
  const write = output.write.bind(output);

  function flush(): void {
    if (waiting.length === 0) return;
    const text = waiting.join("");
    waiting = [];
    write(text);
  }
  return {
    start({ onFrame, onViolation, onClose }) {
      const decoder = createFrameDecoder({ onFrame, onViolation });
      input.on("data", (chunk: Buffer) => decoder.push(chunk));
      input.once("close", onClose);
      input.once("error", onClose);
      input.once("end", onClose);
      output.on("error", onClose);
    },
    write(line) {
      if (waiting.push(line) === 1) process.nextTick(flush);
    },
    flushed() {
      flush();
      return new Promise((resolve) => write("", () => resolve()));
    },
    close() {
      input.destroy();
    },
  };
}

/**
 * Makes standard output the protocol's alone: from here on, what `console.log` and others write to it goes to standard
 * error, which the host keeps as the plugin's log. Returns the function that gives it back.
 */
export function takeStdout(): () => void {
  const { write } = process.stdout;
  process.stdout.write = process.stderr.write.bind(process.stderr);
  return () => {
    process.stdout.write = write;
  };
}
