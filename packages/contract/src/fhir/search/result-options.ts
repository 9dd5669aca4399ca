import type { ParsedSearch, SearchInclude, SearchLimits, SearchSort } from "./parsed-search.ts";
import { parametersOf } from "./search-plan.ts";
import { searchTable } from "./search-parameters.gen.ts";
import type { SearchProblems } from "./search-problems.ts";
import { splitValues } from "./split-values.ts";

/** Parameters that say how the result is given (search.html#return); `_format` and `_pretty` are of the HTTP layer. */
export const resultParameters: ReadonlySet<string> = new Set([
  "_count",
  "_elements",
  "_format",
  "_include",
  "_pretty",
  "_revinclude",
  "_sort",
  "_summary",
  "_total",
]);

type Result = Pick<ParsedSearch, "count" | "sort" | "includes" | "revincludes" | "summary" | "elements" | "total">;

export interface ResultOptions {
  read(name: string, modifier: string | undefined, value: string, problems: SearchProblems): void;
  result(): Result;
}

const includesMax = 10;

export function createResultOptions(type: string, limits: SearchLimits): ResultOptions {
  const countMax = limits.countMax ?? 500;
  const result: Result = {
    count: Math.min(limits.countDefault ?? 50, countMax),
    sort: { parameter: "_lastUpdated", descending: true },
    includes: [],
    revincludes: [],
    summary: "false",
    total: "none",
  };
  const readers: Readonly<Record<string, (value: string, problems: SearchProblems) => void>> = {
    _count: (value, problems) => {
      if (/^\d{1,9}$/.test(value)) result.count = Math.min(Number(value), countMax);
      else problems.add("_count", "_count is a whole number.", `Write a number from 0 to ${countMax}.`);
    },
    _summary: (value, problems) => {
      if (isOneOf(value, summaries)) result.summary = value;
      else problems.add("_summary", "_summary has no such value.", `Use one of: ${summaries.join(", ")}.`);
    },
    _total: (value, problems) => {
      if (isOneOf(value, totals)) result.total = value;
      else problems.add("_total", "_total has no such value.", `Use one of: ${totals.join(", ")}.`);
    },
    _elements: (value, problems) => {
      const elements = value.split(",");
      if (elements.every((element) => /^[A-Za-z]{1,64}$/.test(element))) result.elements = elements;
      else
        problems.add("_elements", "_elements takes names of elements.", "Write for instance _elements=name,birthDate.");
    },
    _sort: (value, problems) => {
      const sort = readSort(type, value);
      if (sort === undefined)
        problems.add(
          "_sort",
          "This order is not served.",
          `Use _lastUpdated, _id or one date of ${type}, with - before it for the newest first.`,
        );
      else result.sort = sort;
    },
    _include: (value, problems) => {
      const include = readInclude(value);
      if (include !== undefined && include.source === type && result.includes.length < includesMax)
        result.includes = [...result.includes, include];
      else
        problems.add(
          "_include",
          "This cannot be included.",
          `Write ${type}:parameter, a reference of ${type}; at most ${includesMax} times.`,
        );
    },
    _revinclude: (value, problems) => {
      const include = readInclude(value);
      if (include !== undefined && leadsTo(include, type) && result.revincludes.length < includesMax)
        result.revincludes = [...result.revincludes, include];
      else
        problems.add(
          "_revinclude",
          "This cannot be included.",
          `Write Type:parameter, a reference that leads to ${type}; at most ${includesMax} times.`,
        );
    },
  };
  return {
    read: (name, modifier, value, problems) => {
      if (modifier !== undefined)
        return problems.add(`${name}:${modifier}`, `${name} has no modifier here.`, "Leave the modifier out.");
      readers[name]?.(value, problems);
    },
    result: () => result,
  };
}

const summaries = ["false", "true", "text", "data", "count"] as const;
const totals = ["none", "estimate", "accurate"] as const;

function isOneOf<T extends string>(value: string, values: readonly T[]): value is T {
  return values.includes(value as T);
}

function readSort(type: string, value: string): SearchSort | undefined {
  const descending = value.startsWith("-");
  const parameter = descending ? value.slice(1) : value;
  const isServed =
    parameter === "_lastUpdated" || parameter === "_id" || parametersOf(type)?.get(parameter)?.kind === "date";
  return isServed ? { parameter, descending } : undefined;
}

function readInclude(value: string): SearchInclude | undefined {
  const [source = "", parameter = "", target, ...more] = splitValues(value, ",").length > 1 ? [] : value.split(":");
  const plan = parametersOf(source)?.get(parameter);
  if (plan?.kind !== "reference" || more.length > 0) return undefined;
  if (target === undefined) return { source, parameter };
  const allowed = plan.targets?.includes(target) ?? Object.hasOwn(searchTable.types, target);
  return allowed ? { source, parameter, target } : undefined;
}

function leadsTo({ source, parameter, target }: SearchInclude, type: string): boolean {
  if (target !== undefined && target !== type) return false;
  return parametersOf(source)?.get(parameter)?.targets?.includes(type) ?? true;
}
