import type { Log } from "@hilum/contract";
import type { LogLine } from "@hilum/contract/api";
import type { PluginLogLine } from "@hilum/host";
import type { InstanceKey, Logs, NewLogLine } from "@hilum/store";

/** Lines are stored in small batches; a tail is never further behind than this. */
const flushMs = 100;
/** Lines of one instance that may wait for the database; more are counted as dropped. */
const waitingMax = 2_000;

export type LogListener = (line: LogLine) => void;

/** Takes the log lines of plugins, keeps them, and tells those who watch. */
export interface LogHub {
  write(key: InstanceKey, line: PluginLogLine): void;
  subscribe(key: InstanceKey, listener: LogListener): () => void;
  flush(): Promise<void>;
}

type Waiting = { key: InstanceKey; lines: NewLogLine[]; dropped: number };

export function createLogHub({
  logs,
  processLog,
  now = () => new Date(),
}: {
  logs: Logs;
  processLog: Log;
  now?: () => Date;
}): LogHub {
  const waiting = new Map<string, Waiting>();
  const listeners = new Map<string, Set<LogListener>>();
  let timer: NodeJS.Timeout | undefined;
  let flushing: Promise<void> = Promise.resolve();

  async function store({ key, lines, dropped }: Waiting): Promise<void> {
    try {
      const kept = await logs.append(key, lines, dropped);
      for (const line of kept) for (const listener of listeners.get(textOf(key)) ?? []) listener(line);
    } catch {
      processLog.warn("plugin_log.not_kept", { plugin: key.plugin, instance: key.instance, count: lines.length });
    }
  }

  function flush(): Promise<void> {
    clearTimeout(timer);
    timer = undefined;
    const batches = [...waiting.values()];
    waiting.clear();
    flushing = flushing.then(async () => void (await Promise.all(batches.map(store))));
    return flushing;
  }

  return {
    flush,
    write({ plugin, instance }, { level, source, text, call }) {
      const name = textOf({ plugin, instance });
      const batch = waiting.get(name) ?? { key: { plugin, instance }, lines: [], dropped: 0 };
      waiting.set(name, batch);
      if (batch.lines.length >= waitingMax) batch.dropped++;
      else batch.lines.push({ at: now().toISOString(), level, source, text, ...(call === undefined ? {} : { call }) });
      timer ??= setTimeout(() => void flush(), flushMs).unref();
    },
    subscribe(key, listener) {
      const name = textOf(key);
      const set = listeners.get(name) ?? new Set();
      listeners.set(name, set.add(listener));
      return () => {
        set.delete(listener);
        if (set.size === 0) listeners.delete(name);
      };
    },
  };
}

const textOf = ({ plugin, instance }: InstanceKey): string => `${plugin}/${instance}`;
