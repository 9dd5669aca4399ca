import { HilumError } from "@hilum/contract";
import type { FastifyInstance, FastifyRequest } from "fastify";
import type { IncomingMessage } from "node:http";
import { Readable } from "node:stream";

/** How slowly the body of a request may come (threat 173). */
export interface BodyTimes {
  /** For a body that is read whole before anything is done, from the first byte of the request, in milliseconds. */
  wholeMs: number;
  /** A body that is streamed may take as long as it is long: of each `windowMs` that we waited for it, it brings so many bytes. */
  windowMs: number;
  windowBytesMin: number;
}

/** A quarter of a megabyte in half a minute: slower than that is no line of a clinic, and is one that holds a connection. */
const bodyTimes: BodyTimes = { wholeMs: 60_000, windowMs: 30_000, windowBytesMin: 262_144 };

/** How long a sender may go on sending after it was answered: long enough to read the answer. */
const afterAnswerMs = 1000;

/** Streams the body of a request to its handler under a time of its own. */
export type StreamBody = (request: FastifyRequest, body: Readable) => Readable;

/**
 * Ends bodies that come too slowly with `request.too_slow`, in place of Node's one limit for every request, which would cut long uploads. What is
 * sent after the answer is dropped, and its connection with it.
 */
export function limitBodyTimes(app: FastifyInstance, times: BodyTimes = bodyTimes): StreamBody {
  const timers = new WeakMap<IncomingMessage, NodeJS.Timeout>();
  const stop = (raw: IncomingMessage): void => clearTimeout(timers.get(raw));

  app.addHook("onRequest", async ({ raw }, reply) => {
    if (!bringsBody(raw)) return;
    const late = (): void => void (reply.sent || reply.send(new HilumError("request.too_slow")));
    timers.set(raw, setTimeout(late, times.wholeMs).unref());
    raw.once("end", () => stop(raw)).once("close", () => stop(raw));
  });
  app.addHook("onResponse", async ({ raw, operation }, reply) => {
    stop(raw);
    if (raw.complete) return;
    // Browsers read an answer when they have sent all: they get what is left of the time. What is raw comes from no browser.
    const left = operation?.raw === true ? 0 : times.wholeMs - reply.elapsedTime;
    setTimeout(() => void raw.destroy(), Math.max(left, afterAnswerMs)).unref();
  });
  return ({ raw }, body) => {
    stop(raw);
    return Readable.from(inPace(body, times), { objectMode: false });
  };
}

const bringsBody = ({ headers }: IncomingMessage): boolean =>
  headers["transfer-encoding"] !== undefined || (headers["content-length"] ?? "0") !== "0";

/**
 * The body as it comes. Throws `request.too_slow` where it brings less than it must in the time that we waited for it; the time in which the reader
 * did not ask for more does not count.
 */
export async function* inPace(
  body: Readable,
  { windowMs, windowBytesMin }: Omit<BodyTimes, "wholeMs">,
): AsyncGenerator<Uint8Array> {
  // Whoever stops reading early is answered first: the connection is not cut under the answer.
  const parts = body.iterator({ destroyOnReturn: false }) as AsyncIterator<Uint8Array>;
  let [waitedMs, bytes] = [0, 0];
  try {
    for (;;) {
      const next = parts.next();
      for (;;) {
        const since = performance.now();
        const part = await within(next, Math.max(windowMs - waitedMs, 0));
        waitedMs += performance.now() - since;
        if (part !== undefined) {
          if (part.done === true) return;
          bytes += part.value.length;
          yield part.value;
          break;
        }
        if (bytes < windowBytesMin) throw new HilumError("request.too_slow");
        [waitedMs, bytes] = [0, 0];
      }
    }
  } finally {
    // Not waited for: of a sender who stands still it would never come.
    parts.return?.().catch(() => undefined);
  }
}

/** Undefined where it is not there in time. */
async function within<T>(promise: Promise<T>, ms: number): Promise<T | undefined> {
  const late = Promise.withResolvers<undefined>();
  const timer = setTimeout(() => late.resolve(undefined), ms);
  try {
    return await Promise.race([promise, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}
