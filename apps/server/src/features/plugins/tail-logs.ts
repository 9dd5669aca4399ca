import type { PassThrough } from "node:stream";
import type { LogLine } from "@hilum/contract/api";
import type { InstanceKey, Logs } from "@hilum/store";
import type { LogHub } from "./log-hub.ts";

const ranks: Readonly<Record<LogLine["level"], number>> = { debug: 0, info: 1, warn: 2, error: 3 };
const heartbeatMs = 15_000;
/** A stream ends this soon after the session or token that opened it (threat 174). */
const recheckMs = 4_000;
/** A reader further behind than this loses its stream and asks again from where it was. */
const behindBytesMax = 1_048_576;

interface Tail {
  logs: LogHub;
  store: Logs;
  key: InstanceKey;
  filter: { level?: LogLine["level"] | undefined; after?: number | undefined };
  signal: AbortSignal;
  /** Whether the reader may still read. */
  holds(): Promise<boolean>;
  into: PassThrough;
}

/** Server-sent events: the lines after `after`, then each new one. Ends when the reader leaves or loses the right to read. */
export function tailLogs({ logs, store, key, filter, signal, holds, into }: Tail): PassThrough {
  let last = filter.after ?? 0;
  const write = (line: LogLine): void => {
    if (line.id <= last || ranks[line.level] < ranks[filter.level ?? "debug"]) return;
    last = line.id;
    into.write(`event: line\nid: ${line.id}\ndata: ${JSON.stringify(line)}\n\n`);
    if (into.writableLength > behindBytesMax) into.end();
  };
  const waiting: LogLine[] = [];
  let caughtUp = false;
  const unsubscribe = logs.subscribe(key, (line) => (caughtUp ? write(line) : waiting.push(line)));
  const heartbeat = setInterval(() => into.write(": alive\n\n"), heartbeatMs).unref();
  const recheck = setInterval(() => {
    void holds().then(
      (still) => still || end(),
      () => end(),
    );
  }, recheckMs).unref();
  const end = (): void => {
    unsubscribe();
    clearInterval(heartbeat);
    clearInterval(recheck);
    into.end();
  };
  signal.addEventListener("abort", end, { once: true });
  into.once("close", end);
  into.write(": tail\n\n");
  void store
    .list(key, { ...(filter.after === undefined ? { limit: 200 } : { after: filter.after, limit: 1000 }) })
    .then(
      ({ items }) => {
        for (const line of [...items, ...waiting]) write(line);
        caughtUp = true;
      },
      () => into.end(),
    );
  return into;
}
