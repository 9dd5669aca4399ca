import { dateRange } from "./date-range.ts";

/** A time of the last change, from a moment on, before one, or both; milliseconds since 1970. */
export interface Updated {
  from?: number;
  before?: number;
  covers(lastUpdated: unknown): boolean;
}

/** Reads one value of `_lastUpdated`; undefined for what a store cannot be asked for by two borders. */
export function readUpdated(text: string): Updated | undefined {
  const [, prefix = "eq", rest = ""] = /^(eq|gt|lt|ge|le|sa|eb)?(.*)$/s.exec(text) ?? [];
  const range = dateRange(rest.replace(/ (?=\d\d:\d\d$)/, "+"));
  if (range === undefined) return undefined;
  if (prefix === "ge") return between(range.from, undefined);
  if (prefix === "gt" || prefix === "sa") return between(range.to, undefined);
  if (prefix === "le") return between(undefined, range.to);
  if (prefix === "lt" || prefix === "eb") return between(undefined, range.from);
  return between(range.from, range.to);
}

export function mergeUpdated(a: Updated | undefined, b: Updated): Updated {
  if (a === undefined) return b;
  const from = Math.max(a.from ?? Number.NEGATIVE_INFINITY, b.from ?? Number.NEGATIVE_INFINITY);
  const before = Math.min(a.before ?? Number.POSITIVE_INFINITY, b.before ?? Number.POSITIVE_INFINITY);
  return between(Number.isFinite(from) ? from : undefined, Number.isFinite(before) ? before : undefined);
}

function between(from: number | undefined, before: number | undefined): Updated {
  return {
    ...(from === undefined ? {} : { from }),
    ...(before === undefined ? {} : { before }),
    covers: (lastUpdated) => {
      const at = typeof lastUpdated === "string" ? Date.parse(lastUpdated) : Number.NaN;
      return (from === undefined || at >= from) && (before === undefined || at < before);
    },
  };
}
