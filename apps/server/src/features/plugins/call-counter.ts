import { callBuckets, type CallMinute, type Health, type InstanceKey } from "@hilum/store";
import type { CauseClass } from "@hilum/contract/api";
import { bucketOf } from "./health.ts";

/** Counts calls into plugins by minute and writes the counts down, for charts that outlive the process. */
export interface CallCounter {
  count(key: InstanceKey, durationMs: number, failed: CauseClass | undefined | false): void;
  flush(): Promise<void>;
  close(): Promise<void>;
}

const flushMs = 5_000;

export function createCallCounter({
  health,
  source,
  now = () => new Date(),
}: {
  health: Health;
  source: string;
  now?: () => Date;
}): CallCounter {
  const minutes = new Map<string, CallMinute>();
  const timer = setInterval(() => void flush().catch(() => undefined), flushMs).unref();

  async function flush(): Promise<void> {
    if (minutes.size === 0) return;
    await health.recordCalls([...minutes.values()]);
    const current = minuteOf(now());
    for (const [name, { minute }] of minutes) if (minute !== current) minutes.delete(name);
  }

  return {
    count({ plugin, instance }, durationMs, failed) {
      const minute = minuteOf(now());
      const name = `${minute} ${plugin}/${instance}`;
      const row = minutes.get(name) ?? {
        plugin,
        instance,
        minute,
        source,
        calls: 0,
        failed: 0,
        histogram: Array.from({ length: callBuckets.length + 1 }, () => 0),
      };
      minutes.set(name, row);
      row.calls++;
      const bucket = bucketOf(durationMs);
      row.histogram[bucket] = (row.histogram[bucket] ?? 0) + 1;
      if (failed === false) return;
      row.failed++;
      if (failed !== undefined) row.cause = failed;
    },
    flush,
    async close() {
      clearInterval(timer);
      await flush().catch(() => undefined);
    },
  };
}

const minuteOf = (at: Date): string => `${at.toISOString().slice(0, 16)}:00.000Z`;
