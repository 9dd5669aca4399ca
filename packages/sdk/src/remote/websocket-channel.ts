import { decodeFrame, isViolation } from "@hilum/contract/wire";
import type { WebSocket } from "ws";
import type { Channel } from "../protocol/channel.ts";

/** One document per text message; everything else is as on standard input and output. */
export function createWebSocketChannel(socket: WebSocket): Channel {
  let unsent = 0;
  let wake: (() => void) | undefined;
  return {
    start({ onFrame, onViolation, onClose }) {
      let refused = false;
      socket.on("message", (data: Buffer, isBinary: boolean) => {
        if (refused) return;
        const frame = isBinary ? ({ reason: "not_json", detail: "A message is binary" } as const) : decodeFrame(data);
        if (!isViolation(frame)) return onFrame(frame);
        refused = true;
        onViolation(frame);
      });
      socket.once("close", onClose);
      socket.on("error", () => socket.terminate());
    },
    write(line) {
      if (socket.readyState !== socket.OPEN) return;
      unsent++;
      socket.send(line.slice(0, -1), () => {
        if (--unsent === 0) wake?.();
      });
    },
    flushed: () => (unsent === 0 ? Promise.resolve() : new Promise((resolve) => (wake = resolve))),
    close: () => socket.close(1000),
  };
}
