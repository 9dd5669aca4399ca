import type { Duplex } from "node:stream";

export interface RelayLimits {
  /** Silence in both directions after which a tunnel is closed. */
  idleMs: number;
  /** Bytes of both directions together. */
  bytesMax: number;
}

export type RelayEnd = "closed" | "idle" | "bytes" | "revoked" | "error";

export interface Relay {
  /** Bytes that have passed, both directions. */
  readonly bytes: number;
  /** Those from the first socket to the other. */
  readonly bytesOut: number;
  /** Resolves when both sides are closed. Never rejects. */
  readonly ended: Promise<RelayEnd>;
  end(reason: RelayEnd): void;
  /** Ends a silent relay; called with monotonic milliseconds. */
  sweep(nowMs: number): void;
}

/** Copies bytes between two sockets, half-closes included, and counts them. The content is not looked at. */
export function createRelay(one: Duplex, other: Duplex, limits: RelayLimits, now: () => number): Relay {
  let bytes = 0;
  let bytesOut = 0;
  let lastAt = now();
  let reason: RelayEnd | undefined;
  const { promise: ended, resolve } = Promise.withResolvers<RelayEnd>();

  const end = (why: RelayEnd): void => {
    reason ??= why;
    one.destroy();
    other.destroy();
  };
  const copy = (from: Duplex, to: Duplex): void => {
    from.on("data", (chunk: Buffer) => {
      bytes += chunk.length;
      if (from === one) bytesOut += chunk.length;
      lastAt = now();
      if (bytes > limits.bytesMax) return end("bytes");
      if (!to.write(chunk)) {
        from.pause();
        to.once("drain", () => from.resume());
      }
    });
    from.on("end", () => to.end());
    from.on("error", () => (reason ??= "error"));
    from.on("close", () => {
      // Who broke off is cut; of who had said the last, the other side still gets all.
      if (!from.readableEnded || to.writableFinished) to.destroy();
      else to.once("finish", () => to.destroy());
      if (one.closed && other.closed) resolve(reason ?? "closed");
    });
  };

  copy(one, other);
  copy(other, one);
  return {
    get bytes() {
      return bytes;
    },
    get bytesOut() {
      return bytesOut;
    },
    ended,
    end,
    sweep(nowMs) {
      if (nowMs - lastAt > limits.idleMs) end("idle");
    },
  };
}
