import type { SearchValue } from "./criterion.ts";
import { dateRange, type DateRange } from "./date-range.ts";
import { nodesOfRange } from "./date-terms.ts";
import { foldedWords, prefixCharsMax, prefixMinOf } from "./folded-words.ts";
import { readReference } from "./read-reference.ts";
import { readToken } from "./read-token.ts";
import type { SearchParameterPlan } from "./search-plan.ts";
import type { SearchKind } from "./search-table.ts";
import { asObject } from "../json-object.ts";
import { piecesOf, rangeOf } from "./search-values.ts";
import { unescaped } from "./split-values.ts";

/** Why a value cannot be searched for, and what to write. Quotes nothing of it. */
export interface ValueFault {
  message: string;
  fix: string;
}

export interface ReadContext {
  parameter: SearchParameterPlan;
  modifier: string | undefined;
  baseUrl: string | undefined;
}

type Read = (text: string, context: ReadContext) => SearchValue | ValueFault;

/** Modifiers that each kind has here, `:missing` and `:not` apart. */
export const modifiersOf: Readonly<Record<SearchKind, readonly string[]>> = {
  token: ["of-type"],
  string: ["exact"],
  date: [],
  reference: ["identifier"],
  uri: [],
  quantity: [],
};

/** Reads one value of a parameter of the kind. */
export const readValue: Readonly<Record<SearchKind, Read>> = {
  token: readToken,
  string: readString,
  date: readDate,
  reference: readReference,
  uri: (text, { parameter: { family } }) => {
    const address = unescaped(text);
    return { accepts: (found) => found === address, groups: [[`${family}>${address}`]] };
  },
  quantity: readQuantity,
};

export function isValueFault(value: SearchValue | ValueFault): value is ValueFault {
  return "message" in value;
}

/** Each word must begin a word of the name, address or text; `:exact` is the whole text, letter by letter. */
function readString(text: string, { parameter: { family, name }, modifier }: ReadContext): SearchValue | ValueFault {
  const wanted = unescaped(text);
  const words = foldedWords(wanted);
  const exact = modifier === "exact";
  const groups = words.flatMap((word) => {
    const min = prefixMinOf(word);
    if (word.length >= min) return [[`${family}^${word.slice(0, prefixCharsMax)}`]];
    return exact ? [[`${family}=${word}`]] : [];
  });
  if (words.length === 0)
    return { message: "The text has no letter and no digit.", fix: `Write what ${name} begins with.` };
  if (groups.length === 0)
    return {
      message: "The text is too short to be looked up.",
      fix: `Write at least three letters of a word, or the whole text with ${name}:exact.`,
    };
  if (exact) {
    const normal = wanted.normalize();
    return { accepts: (found, { of }) => piecesOf(found, of).some((piece) => piece.normalize() === normal), groups };
  }
  return {
    accepts: (found, { of }) => {
      const there = piecesOf(found, of).flatMap((piece) => foldedWords(piece));
      return words.every((word) => there.some((one) => one.startsWith(word)));
    },
    groups,
  };
}

const prefixed = /^(eq|ne|gt|lt|ge|le|sa|eb|ap)?(.*)$/s;

/** The prefixes as search.html#prefix defines them for ranges: every date is one. */
function readDate(text: string, { parameter: { family } }: ReadContext): SearchValue | ValueFault {
  const [, prefix = "eq", rest = ""] = prefixed.exec(text) ?? [];
  // A plus sign that was not escaped in an address arrives as a space.
  const range = dateRange(rest.replace(/ (?=\d\d:\d\d$)/, "+"));
  if (range === undefined)
    return {
      message: "This is not a date.",
      fix: "Write YYYY, YYYY-MM, YYYY-MM-DD or YYYY-MM-DDThh:mm:ssZ, after one of eq, ne, gt, lt, ge, le, sa, eb, ap or nothing.",
    };
  const accepts = dateTests[prefix]?.(range) ?? (() => false);
  const test: SearchValue["accepts"] = (found) => {
    const there = rangeOf(found);
    return there !== undefined && accepts(there);
  };
  const overlaps = regionOf(prefix, range);
  return overlaps === undefined
    ? { accepts: test, groups: [] }
    : { accepts: test, groups: [termsOfRange(family, overlaps)], overlaps };
}

export function termsOfRange(family: string, range: DateRange): string[] {
  return nodesOfRange(range).map((node) => `${family}@${node}`);
}

const within = (there: DateRange, range: DateRange): boolean => there.from >= range.from && there.to <= range.to;

const dateTests: Readonly<Record<string, (range: DateRange) => (there: DateRange) => boolean>> = {
  eq: (range) => (there) => within(there, range),
  ne: (range) => (there) => !within(there, range),
  gt: (range) => (there) => there.to > range.to,
  lt: (range) => (there) => there.from < range.from,
  // A period that only reaches into the searched time counts as equal: HAPI and Medplum answer so too.
  ge: (range) => (there) => there.to > range.from,
  le: (range) => (there) => there.from < range.to,
  sa: (range) => (there) => there.from >= range.to,
  eb: (range) => (there) => there.to <= range.from,
  ap: (range) => (there) => there.from < range.to && there.to > range.from,
};

/** What every accepted date overlaps; undefined where that is everything. */
function regionOf(prefix: string, { from, to }: DateRange): DateRange | undefined {
  if (prefix === "ne") return undefined;
  if (prefix === "gt" || prefix === "sa") return { from: to, to: Number.POSITIVE_INFINITY };
  if (prefix === "ge") return { from, to: Number.POSITIVE_INFINITY };
  if (prefix === "lt" || prefix === "eb") return { from: Number.NEGATIVE_INFINITY, to: from };
  if (prefix === "le") return { from: Number.NEGATIVE_INFINITY, to };
  return { from, to };
}

/** `gt5.4|http://unitsofmeasure.org|mg`, `5.4||mg`, `5.4` (search.html#quantity). Units are not converted. */
function readQuantity(text: string, { parameter: { family } }: ReadContext): SearchValue | ValueFault {
  const [, prefix = "eq", rest = ""] = prefixed.exec(text) ?? [];
  const [number = "", system = "", code = ""] = rest.split("|").map(unescaped);
  if (!/^[+-]?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?$/.test(number))
    return {
      message: "This is not a quantity.",
      fix: "Write number|system|code, number||unit or number, after a prefix or nothing.",
    };
  const order = prefix === "sa" ? "gt" : prefix === "eb" ? "lt" : prefix;
  const accepts = pointTests[order]?.(spanOf(order, number)) ?? (() => false);
  return {
    accepts: (found) => {
      const quantity = asObject(found);
      const value = quantity?.["value"];
      if (quantity === undefined || typeof value !== "number") return false;
      if (system !== "" && quantity["system"] !== system) return false;
      if (code !== "" && quantity["code"] !== code && (system !== "" || quantity["unit"] !== code)) return false;
      return accepts(value);
    },
    groups: [[code === "" ? `${family}*` : system === "" ? `${family}||${code}` : `${family}|${system}|${code}`]],
  };
}

const pointTests: Readonly<Record<string, (span: Span) => (value: number) => boolean>> = {
  eq: (span) => (value) => value >= span.from && value < span.to,
  ne: (span) => (value) => value < span.from || value >= span.to,
  gt: (span) => (value) => value > span.to,
  lt: (span) => (value) => value < span.from,
  ge: (span) => (value) => value >= span.from,
  le: (span) => (value) => value <= span.to,
  ap: (span) => (value) => value >= span.from && value <= span.to,
};

interface Span {
  from: number;
  to: number;
}

/** `5.40` stands for 5.395 to 5.405 where equality is asked for, and for itself where an order is. */
function spanOf(prefix: string, number: string): Span {
  const value = Number(number);
  if (prefix === "ap") return { from: value - Math.abs(value) / 10, to: value + Math.abs(value) / 10 };
  if (prefix !== "eq" && prefix !== "ne") return { from: value, to: value };
  const [mantissa = "", exponent = "0"] = number.toLowerCase().split("e");
  const half = 0.5 * 10 ** (Number(exponent) - (mantissa.split(".")[1]?.length ?? 0));
  return { from: value - half, to: value + half };
}
