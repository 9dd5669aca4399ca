import type { PassThrough } from "node:stream";

const heartbeatMs = 15_000;
/** A stream ends this soon after the session or token that opened it (threat 174). */
const recheckMs = 4_000;
/** A reader further behind than this loses its stream and asks again from where it was. */
const behindBytesMax = 1_048_576;

export interface EventStream {
  send(event: string, data: unknown, id?: number): void;
  end(): void;
}

export interface EventStreamOptions {
  into: PassThrough;
  signal: AbortSignal;
  /** Whether the reader may still read. */
  holds(): Promise<boolean>;
  /** The reader left, lost the right to read, fell behind, or `end` was called. Once. */
  onEnd(): void;
}

/** Server-sent events for one reader, for as long as it stays and may read. */
export function openEventStream({ into, signal, holds, onEnd }: EventStreamOptions): EventStream {
  let ended = false;
  const heartbeat = setInterval(() => into.write(": alive\n\n"), heartbeatMs).unref();
  const recheck = setInterval(() => {
    void holds().then(
      (still) => still || end(),
      () => end(),
    );
  }, recheckMs).unref();
  const end = (): void => {
    if (ended) return;
    ended = true;
    clearInterval(heartbeat);
    clearInterval(recheck);
    onEnd();
    into.end();
  };
  signal.addEventListener("abort", end, { once: true });
  into.once("close", end);
  into.write(": tail\n\n");
  return {
    send(event, data, id) {
      if (ended) return;
      into.write(`event: ${event}\n${id === undefined ? "" : `id: ${id}\n`}data: ${JSON.stringify(data)}\n\n`);
      if (into.writableLength > behindBytesMax) end();
    },
    end,
  };
}
