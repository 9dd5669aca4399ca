import { createFrameDecoder, type FrameDecoder } from "@hilum/contract/wire";
import { Buffer } from "node:buffer";
import type { Channel, ChannelEvents } from "./channel.ts";

interface Side {
  events?: ChannelEvents;
  decoder?: FrameDecoder;
  early: string[];
}

/** Two ends of one line in memory. Every message is encoded, cut into bytes and decoded, as between two processes. */
export function createMemoryChannels(): [Channel, Channel] {
  const [one, other]: [Side, Side] = [{ early: [] }, { early: [] }];
  let open = true;

  function end(own: Side, peer: Side): Channel {
    return {
      start(events) {
        own.events = events;
        own.decoder = createFrameDecoder(events);
        for (const line of own.early.splice(0)) receive(own, line);
      },
      write: (line) => receive(peer, line),
      flushed: () => new Promise((resolve) => setImmediate(resolve)),
      close() {
        if (!open) return;
        open = false;
        for (const side of [own, peer]) queueMicrotask(() => side.events?.onClose());
      },
    };
  }
  function receive(side: Side, line: string): void {
    if (side.decoder === undefined) return void side.early.push(line);
    const { decoder } = side;
    queueMicrotask(() => {
      if (open) decoder.push(Buffer.from(line));
    });
  }
  return [end(one, other), end(other, one)];
}
