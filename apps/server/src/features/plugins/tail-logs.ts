import type { PassThrough } from "node:stream";
import type { LogLine } from "@hilum/contract/api";
import type { InstanceKey, Logs } from "@hilum/store";
import { openEventStream } from "../../http/event-stream.ts";
import type { LogHub } from "./log-hub.ts";

const ranks: Readonly<Record<LogLine["level"], number>> = { debug: 0, info: 1, warn: 2, error: 3 };

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
    stream.send("line", line, line.id);
  };
  const waiting: LogLine[] = [];
  let caughtUp = false;
  const unsubscribe = logs.subscribe(key, (line) => (caughtUp ? write(line) : waiting.push(line)));
  const stream = openEventStream({ into, signal, holds, onEnd: unsubscribe });
  void store
    .list(key, { ...(filter.after === undefined ? { limit: 200 } : { after: filter.after, limit: 1000 }) })
    .then(
      ({ items }) => {
        for (const line of [...items, ...waiting]) write(line);
        caughtUp = true;
      },
      () => stream.end(),
    );
  return into;
}
