import type { LogParams } from "@hilum/contract";
import { createTokenBucket } from "@hilum/policy";
import { escapeBounded } from "@hilum/contract/wire";
import { redact } from "./redact.ts";

/** One line as it is kept and shown. */
export interface PluginLogLine {
  level: LogParams["level"];
  /** `plugin`: by the protocol; `stderr`: captured; `host`: the platform's own words about the plugin. */
  source: "plugin" | "stderr" | "host";
  text: string;
  /** The call it belongs to, where the plugin named one that is in flight. */
  call?: string;
}

export interface PluginLog {
  write(line: PluginLogLine): void;
  /** Lines that were over the rate since the last call of this function. */
  takeDropped(): number;
}

export interface PluginLogOptions {
  sink(line: PluginLogLine): void;
  /** Contact points of the messages in hand; asked only when a line is written. */
  known(): Iterable<string>;
  now(): number;
  linesPerSecond?: number;
  burst?: number;
}

/** Longest line that is kept, in characters. */
export const logTextMax = 4000;

/**
 * The one place where text of a plugin becomes a log line: redacted, escaped, bounded and rate-capped with a count of what was
 * dropped (threat 13). The platform's own lines are not counted against the plugin.
 */
export function createPluginLog({ sink, known, now, linesPerSecond = 50, burst = 200 }: PluginLogOptions): PluginLog {
  const bucket = createTokenBucket({ perSecond: linesPerSecond, burst, nowMs: now() });
  let dropped = 0;
  return {
    write(line) {
      if (line.source !== "host" && !bucket.take(now())) {
        dropped += 1;
        return;
      }
      sink({ ...line, text: escapeBounded(redact(line.text.slice(0, logTextMax + 1), known()), logTextMax) });
    },
    takeDropped() {
      const count = dropped;
      dropped = 0;
      return count;
    },
  };
}
