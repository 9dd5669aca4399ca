import { decodeFrame, isViolation } from "@hilum/contract/wire";
import type { Link } from "../connection/link.ts";
import type { FrameRing } from "./frame-ring.ts";

/** A link that tells the ring, where there is one, of each frame that passes. The ring is asked for at each frame. */
export function tapLink(link: Link, ringOf: () => FrameRing | undefined): Link {
  return {
    start(events) {
      link.start({
        ...events,
        onFrame(frame) {
          ringOf()?.keep("from_plugin", frame);
          events.onFrame(frame);
        },
      });
    },
    write(lines) {
      const ring = ringOf();
      if (ring !== undefined)
        for (const line of lines) {
          const frame = decodeFrame(Buffer.from(line));
          if (!isViolation(frame)) ring.keep("to_plugin", frame);
        }
      link.write(lines);
    },
    get outboundBytes() {
      return link.outboundBytes;
    },
    get pendingBytes() {
      return link.pendingBytes;
    },
    pause: () => link.pause(),
    resume: () => link.resume(),
    close: () => link.close(),
  };
}
