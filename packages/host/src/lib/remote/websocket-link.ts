import type { Duplex } from "node:stream";
import { decodeFrame } from "@hilum/contract/wire";
import type { WebSocket } from "ws";
import type { Link } from "../connection/link.ts";
import type { Ticker } from "../ticker.ts";

const PING_MS = 15_000;
const SILENCE_MS_MAX = 45_000;

/** The link of a remote plugin: one document per text message. `socket` is the one that was upgraded. */
export function createWebSocketLink(
  websocket: WebSocket,
  socket: Duplex & { bytesRead?: number },
  ticker: Ticker,
): Link {
  let readBefore = socket.bytesRead ?? 0;
  let heardAtMs = ticker.now();
  let pingedAtMs = heardAtMs;
  let closed = false;
  let onEnd = (): void => {};

  const heard = (): void => {
    readBefore = socket.bytesRead ?? 0;
    heardAtMs = ticker.now();
  };
  const unsubscribe = ticker.subscribe((nowMs) => {
    if (nowMs - heardAtMs > SILENCE_MS_MAX) return websocket.terminate();
    if (nowMs - pingedAtMs < PING_MS) return;
    pingedAtMs = nowMs;
    websocket.ping();
  });

  return {
    start({ onFrame, onViolation, onClose }) {
      websocket.on("message", (data: Buffer, isBinary) => {
        heard();
        if (closed) return;
        const frame = isBinary ? ({ reason: "not_json", detail: "A message is not text" } as const) : decodeFrame(data);
        if ("reason" in frame) onViolation(frame);
        else onFrame(frame);
      });
      websocket.on("pong", heard);
      websocket.on("ping", heard);
      // What ws itself refuses: frames that are not masked, reserved bits, a message that is too large (threat 47).
      websocket.on("error", () =>
        onViolation({ reason: "not_json_rpc", detail: "The WebSocket broke its own protocol or limits" }),
      );
      onEnd = onClose;
      websocket.once("close", end);
    },
    write(lines) {
      socket.cork();
      for (const line of lines) if (!closed) websocket.send(line.slice(0, -1));
      socket.uncork();
    },
    get outboundBytes() {
      return websocket.bufferedAmount;
    },
    /** Bytes since the last whole message: enough to tell that one has begun and how fast it comes. */
    get pendingBytes() {
      return (socket.bytesRead ?? 0) - readBefore;
    },
    pause: () => websocket.pause(),
    resume: () => websocket.resume(),
    /** Told before the socket has gone: from here on nothing passes, and the caller of a revocation may rely on it. */
    close() {
      end();
      websocket.terminate();
    },
  };

  function end(): void {
    if (closed) return;
    closed = true;
    unsubscribe();
    onEnd();
  }
}
