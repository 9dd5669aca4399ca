import type { Log, LogFields } from "@hilum/contract";
import { isHilumError } from "@hilum/contract";
import { pino } from "pino";

/** Fields that may appear in the process log. Anything else is dropped: a value nobody thought about may be PHI. */
const allowed = new Set([
  "requestId",
  "operation",
  "plugin",
  "instance",
  "code",
  "status",
  "durationMs",
  "count",
  "index",
  "part",
  "url",
  "file",
  "reason",
  "attempt",
  "channel",
  "message",
  "pid",
  "signal",
  "version",
  "database",
  "name",
]);

/** The process log as JSON lines on standard output. */
export function createLog(options: { level?: string; destination?: { write(line: string): void } } = {}): Log {
  const logger = pino(
    { level: options.level ?? "info", base: null, timestamp: pino.stdTimeFunctions.isoTime },
    options.destination ?? pino.destination({ fd: 1, sync: true }),
  );
  const write =
    (level: "debug" | "info" | "warn" | "error") =>
    (event: string, fields: LogFields = {}) =>
      logger[level](pick(fields), event);
  return { debug: write("debug"), info: write("info"), warn: write("warn"), error: write("error") };
}

function pick(fields: LogFields): Record<string, string | number | boolean> {
  const kept: Record<string, string | number | boolean> = {};
  for (const [name, value] of Object.entries(fields)) if (allowed.has(name) && value !== undefined) kept[name] = value;
  return kept;
}

/** Where an unexpected error arose, for the log: kind and stack frames of our own code, never its message, which may quote input. */
export function describeCause(thrown: unknown): string {
  const cause = isHilumError(thrown) ? (thrown.cause ?? thrown) : thrown;
  if (!(cause instanceof Error)) return typeof cause;
  const frames = (cause.stack ?? "")
    .split("\n")
    .filter((line) => line.startsWith("    at "))
    .slice(0, 4);
  return [
    cause.name,
    ...frames.map((line) =>
      line.trim().replace(/\(?(?:file:\/\/)?\/[^)]*\/(?=(?:apps|packages|plugins|node_modules)\/)/, "("),
    ),
  ].join(" | ");
}
