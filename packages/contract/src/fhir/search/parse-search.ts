import { canonicalTypes } from "../canonical-types.ts";
import { nearestName } from "../../text/nearest-name.ts";
import { asObject } from "../json-object.ts";
import { groupsOf, satisfies, type Criterion, type SearchValue } from "./criterion.ts";
import type { DateRange } from "./date-range.ts";
import { mergeUpdated, readUpdated, type Updated } from "./last-updated.ts";
import type { ParsedSearch, SearchLimits } from "./parsed-search.ts";
import { isValueFault, modifiersOf, readValue, termsOfRange } from "./read-value.ts";
import { createResultOptions, resultParameters, type ResultOptions } from "./result-options.ts";
import { parametersOf, type SearchParameterPlan } from "./search-plan.ts";
import { createSearchProblems, showable, type SearchProblems } from "./search-problems.ts";
import { splitValues, unescaped } from "./split-values.ts";

/** More terms than these cost an index more than they save; a search for so many is refused. */
const termsMax = 2000;

interface Reading {
  type: string;
  parameters: ReadonlyMap<string, SearchParameterPlan>;
  limits: SearchLimits;
  problems: SearchProblems;
  criteria: Criterion[];
  ids: readonly string[] | undefined;
  updated: Updated | undefined;
  options: ResultOptions;
}

/**
 * Reads the parameters of a search (FHIR R4 search.html): a comma is OR, a repeated parameter AND. Throws `search.invalid`
 * with a problem for each parameter that is not known or not served, and quotes no value.
 */
export function parseSearch(
  type: string,
  pairs: readonly (readonly [string, string])[],
  limits: SearchLimits = {},
): ParsedSearch {
  const problems = createSearchProblems();
  const parameters = parametersOf(type);
  if (parameters === undefined)
    problems.add("", "This resource type is not carried.", `Use one of: ${canonicalTypes.join(", ")}.`);
  const criteriaMax = limits.criteriaMax ?? 20;
  if (pairs.length > criteriaMax * 2)
    problems.add("", "The search has too many parameters.", `Use at most ${criteriaMax} criteria.`);
  problems.throwAny();

  const reading: Reading = {
    type,
    parameters: parameters ?? new Map(),
    limits,
    problems,
    criteria: [],
    ids: undefined,
    updated: undefined,
    options: createResultOptions(type, limits),
  };
  for (const [name, value] of pairs) readPair(reading, name, value);
  if (reading.criteria.length > criteriaMax)
    problems.add("", "The search has too many criteria.", `Use at most ${criteriaMax}.`);
  const groups = narrow(reading.criteria);
  if (groups.reduce((sum, group) => sum + group.length, 0) > termsMax)
    problems.add("", "The search asks for too many values at once.", "Ask for fewer values, or for less time.");
  problems.throwAny();
  return present(reading, groups);
}

function present({ type, criteria, ids, updated, options }: Reading, groups: ParsedSearch["groups"]): ParsedSearch {
  return {
    type,
    groups,
    ...(ids === undefined ? {} : { ids }),
    ...(updated?.from === undefined ? {} : { updatedFrom: new Date(updated.from).toISOString() }),
    ...(updated?.before === undefined ? {} : { updatedBefore: new Date(updated.before).toISOString() }),
    ...options.result(),
    matches: (resource) => {
      const object = asObject(resource);
      if (object?.["resourceType"] !== type) return false;
      if (ids !== undefined && !ids.includes(String(object["id"]))) return false;
      if (updated !== undefined && !updated.covers(asObject(object["meta"])?.["lastUpdated"])) return false;
      return criteria.every((criterion) => satisfies(resource, criterion));
    },
  };
}

function readPair(reading: Reading, name: string, value: string): void {
  const { problems } = reading;
  const [code = "", modifier, ...more] = name.split(":");
  if (code === "_has")
    return problems.add(name, "_has is not served.", "Search for the other records, then by their reference.");
  if (more.length > 0) return problems.add(name, "A parameter has one modifier.", "Keep one of them.");
  if (resultParameters.has(code)) return reading.options.read(code, modifier, value, problems);
  if (code === "_id") return readIds(reading, name, modifier, value);
  if (code === "_lastUpdated") {
    const updated = modifier === undefined ? readUpdated(value) : undefined;
    if (updated === undefined)
      return problems.add(
        name,
        "_lastUpdated takes one date without a modifier.",
        "Write for instance _lastUpdated=ge2026-03-01; repeat it for a second border.",
      );
    reading.updated = mergeUpdated(reading.updated, updated);
    return;
  }
  const parameter = reading.parameters.get(code);
  if (parameter === undefined) return reportUnknown(reading, name, code);
  readCriterion(reading, name, parameter, modifier, value);
}

function readIds(reading: Reading, name: string, modifier: string | undefined, value: string): void {
  const ids = splitValues(value, ",").map(unescaped);
  if (modifier !== undefined || ids.some((id) => !/^[A-Za-z0-9\-.]{1,64}$/.test(id)))
    return reading.problems.add(name, "_id takes ids, without a modifier.", "Write _id=first,second.");
  reading.ids = reading.ids === undefined ? [...new Set(ids)] : reading.ids.filter((id) => ids.includes(id));
}

function readCriterion(
  { limits, problems, criteria }: Reading,
  name: string,
  parameter: SearchParameterPlan,
  modifier: string | undefined,
  value: string,
): void {
  if (value === "") return problems.add(name, "The value is empty.", "Write a value, or leave the parameter out.");
  if (modifier === "missing") {
    if (value !== "true" && value !== "false")
      return problems.add(name, ":missing takes true or false.", `Write ${parameter.name}:missing=true.`);
    criteria.push({ parameter, values: [], negated: false, missing: value === "true" });
    return;
  }
  const negated = modifier === "not" && parameter.kind === "token";
  if (modifier !== undefined && !negated && !isServed(parameter, modifier))
    return problems.add(name, `${parameter.name} has no such modifier here.`, mendOfModifier(parameter, modifier));
  const texts = splitValues(value, ",");
  const valuesMax = limits.valuesMax ?? 50;
  if (texts.length > valuesMax) return problems.add(name, "It has too many values.", `Use at most ${valuesMax}.`);
  const values: SearchValue[] = [];
  for (const text of texts) {
    const read = readValue[parameter.kind](text, {
      parameter,
      modifier: negated ? undefined : modifier,
      baseUrl: limits.baseUrl,
    });
    if (isValueFault(read)) return problems.add(name, read.message, read.fix);
    values.push(read);
  }
  criteria.push({ parameter, values, negated });
}

function isServed({ kind, targets }: SearchParameterPlan, modifier: string): boolean {
  if (modifiersOf[kind].includes(modifier)) return true;
  return (
    kind === "reference" &&
    /^[A-Z]/.test(modifier) &&
    (targets?.includes(modifier) ?? /^[A-Za-z]{2,64}$/.test(modifier))
  );
}

/** Modifiers of R4 that are not served, and what to do without them. */
const notServed: Readonly<Record<string, string>> = {
  contains: "Names are encrypted and found by how their words begin: write the beginning, without :contains.",
  text: "Search for the code instead.",
  in: "Write the codes, with commas between them.",
  "not-in": "Write the codes with :not, each by itself.",
  above: "Write the whole value, without :above.",
  below: "Write the whole value, without :below.",
};

function mendOfModifier({ name, kind, targets }: SearchParameterPlan, modifier: string): string {
  const known = notServed[modifier];
  if (known !== undefined) return known;
  const served = [
    "missing",
    ...(kind === "token" ? ["not"] : []),
    ...modifiersOf[kind],
    ...(targets ?? []).slice(0, 6),
  ];
  return `Use ${name}, or one of: ${served.map((one) => `${name}:${one}`).join(", ")}.`;
}

function reportUnknown({ type, parameters, problems }: Reading, name: string, code: string): void {
  if (code.includes("."))
    return problems.add(
      name,
      "Chained parameters are not served here.",
      "Search for the other record first, then by its reference.",
    );
  const shown = showable(code);
  const near = nearestName(code, [...parameters.keys(), "_id", "_lastUpdated", ...resultParameters]);
  problems.add(
    name,
    shown === "" ? `A parameter of ${type} is not known.` : `${type} has no search parameter ${shown}.`,
    near === undefined ? `Use one of: ${[...parameters.keys()].join(", ")}.` : `Did you mean ${near}?`,
  );
}

/**
 * The groups of all criteria. Dates of an element that can hold only one are put together where their times overlap: what
 * overlaps both of two overlapping times overlaps what these have in common.
 */
function narrow(criteria: readonly Criterion[]): string[][] {
  const regions = new Map<SearchParameterPlan, DateRange>();
  const groups: string[][] = [];
  for (const criterion of criteria) {
    const [value, ...others] = criterion.values;
    const mergeable =
      criterion.parameter.single && others.length === 0 && !criterion.negated ? value?.overlaps : undefined;
    const known = regions.get(criterion.parameter);
    const common = mergeable && intersect(known, mergeable);
    if (common === undefined) groups.push(...groupsOf(criterion).map((group) => [...group]));
    else regions.set(criterion.parameter, common);
  }
  for (const [{ family }, region] of regions) groups.push(termsOfRange(family, region));
  return withoutRepeats(groups);
}

function intersect(a: DateRange | undefined, b: DateRange): DateRange | undefined {
  if (a === undefined) return b;
  const common = { from: Math.max(a.from, b.from), to: Math.min(a.to, b.to) };
  return common.from < common.to ? common : undefined;
}

function withoutRepeats(groups: readonly string[][]): string[][] {
  const seen = new Map(groups.map((group) => [group.join("\n"), group]));
  return [...seen.values()];
}
