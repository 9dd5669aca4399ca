import {
  indexSearchParameterBundle,
  indexStructureDefinitionBundle,
  matchesSearchRequest,
  parseSearchRequest,
} from "@medplum/core";
import type { Bundle, Resource, SearchParameter } from "@medplum/fhirtypes";
import { describe, expect, it } from "vitest";
import {
  hasOfficialDefinitions,
  readOfficialBundle,
  readOfficialExamples,
} from "../test-support/official-definitions.ts";
import { parseSearch } from "./parse-search.ts";
import { parametersOf, valuesAt, type SearchParameterPlan } from "./search-plan.ts";
import { piecesOf, rangeOf, tokensOf } from "./search-values.ts";
import { termsOf } from "./terms-of.ts";

const hasOfficial = hasOfficialDefinitions("official FHIR examples as an oracle of searches");

/** One search of one resource whose answers differ. */
interface Difference {
  plan: SearchParameterPlan;
  modifier: string;
  value: string;
  resource: unknown;
  ours: boolean;
}

/** Where Medplum's matcher answers otherwise, and why ours stands. */
const explained: Readonly<Record<string, (difference: Difference) => boolean>> = {
  "quantities: it always says no": ({ plan, ours }) => plan.kind === "quantity" && ours,
  "ne: it says yes where there is no date": ({ value, plan, resource, ours }) =>
    plan.kind === "date" && value.startsWith("ne") && !ours && dates(plan, resource).length === 0,
  "eq: the searched time must hold the whole date, and ne is its opposite": ({ plan, value, resource }) =>
    plan.kind === "date" &&
    /^(?:eq|ne|\d)/.test(value) &&
    dates(plan, resource).some(({ from, to }) => to - from > 1000),
  "|code: it takes codes that have a system": ({ value, modifier, ours }) =>
    value.startsWith("|") && modifier === "" && !ours,
  "|code: it knows no system of a contact point": ({ plan, value, ours }) =>
    value.startsWith("|") && plan.routes.every(({ of }) => of === "ContactPoint") && ours,
  "phone numbers: it compares what people write between the digits": ({ plan, modifier, ours }) =>
    ours === (modifier !== ":not") && plan.routes.every(({ of }) => of === "ContactPoint"),
  "addresses: it leaves the country out": ({ plan, ours }) => plan.routes.some(({ of }) => of === "Address") && ours,
  "names: it leaves the text out": ({ plan, ours }) => plan.routes.some(({ of }) => of === "HumanName") && ours,
  ":exact: it takes a part for the whole": ({ modifier, ours }) => modifier === ":exact" && !ours,
  "versions: it does not take a reference to a version for one to the record": ({ plan, resource, ours }) =>
    plan.kind === "reference" &&
    ours &&
    JSON.stringify(plan.routes.flatMap((route) => valuesAt(resource, route))).includes("/_history/"),
};

describe.skipIf(!hasOfficial)("searches of the official examples", () => {
  it(
    "find what Medplum's matcher finds, but for what is explained, and miss no candidate",
    { timeout: 240_000 },
    () => {
      indexStructureDefinitionBundle(readOfficialBundle<Bundle>("profiles-types.json"));
      indexStructureDefinitionBundle(readOfficialBundle<Bundle>("profiles-resources.json"));
      indexSearchParameterBundle(readOfficialBundle<Bundle<SearchParameter>>("search-parameters.json"));
      const examples = readOfficialExamples(300_000).map(({ resource }) => resource);
      const used = new Set<string>();
      const unexplained: string[] = [];
      let compared = 0;

      for (const [type, resources] of Map.groupBy(examples, ({ resourceType }) => String(resourceType))) {
        const indexed = resources.map((resource) => ({ resource, terms: new Set(termsOf(resource)) }));
        for (const plan of parametersOf(type)?.values() ?? []) {
          for (const [modifier, value] of searchesFor(plan, resources)) {
            const search = parseSearch(type, [[plan.name + modifier, value]]);
            const request = parseSearchRequest(type as Resource["resourceType"], { [plan.name + modifier]: value });
            for (const { resource, terms } of indexed) {
              compared += 1;
              const ours = search.matches(resource);
              if (ours && !search.groups.every((group) => group.some((term) => terms.has(term))))
                unexplained.push(`${type}.${plan.name}${modifier}: no candidate`);
              if (ours === matchesSearchRequest(resource as unknown as Resource, request)) continue;
              const reason = Object.keys(explained).find((one) =>
                explained[one]?.({ plan, modifier, value, resource, ours }),
              );
              if (reason === undefined) unexplained.push(`${type}?${plan.name}${modifier}=${value}: ${ours}`);
              else used.add(reason);
            }
          }
        }
      }
      expect(unexplained).toEqual([]);
      expect([...used].toSorted()).toEqual(Object.keys(explained).toSorted());
      expect(compared).toBeGreaterThan(50_000);
    },
  );
});

/** Searches made of what stands in the first examples, so that they find something. */
function searchesFor(plan: SearchParameterPlan, resources: readonly unknown[]): [modifier: string, value: string][] {
  const found = new Map<string, [string, string]>();
  const add = (modifier: string, value: string): void => {
    found.set(modifier + value, [modifier, value]);
  };
  for (const resource of resources.slice(0, 12)) {
    for (const route of plan.routes)
      for (const value of valuesAt(resource, route).slice(0, 3)) addSearches(plan, route.of, value, add);
  }
  return [...found.values()].filter(([modifier, value]) => isServed(plan, modifier, value));
}

function addSearches(
  { kind }: SearchParameterPlan,
  of: string,
  value: unknown,
  add: (modifier: string, value: string) => void,
): void {
  if (kind === "token") {
    add(":missing", "true");
    for (const { system, code } of tokensOf(value, of)) {
      for (const text of [
        escape(code),
        `|${escape(code)}`,
        ...(system === undefined ? [] : [`${escape(system)}|${escape(code)}`, `${escape(system)}|`]),
      ])
        add("", text);
      add(":not", escape(code));
    }
  }
  if (kind === "string")
    for (const piece of piecesOf(value, of)) {
      add("", escape(piece));
      add("", escape(piece.slice(0, 4).toUpperCase()));
      add(":exact", escape(piece));
    }
  if (kind === "date") {
    const { start, end } = typeof value === "string" ? { start: value } : (value as { start?: string; end?: string });
    const text = start ?? end ?? "2013";
    for (const prefix of ["", "eq", "ne", "gt", "lt", "ge", "le", "sa", "eb"])
      for (const part of [text, text.slice(0, 10), text.slice(0, 4)]) add("", prefix + part);
  }
  if (kind === "quantity") add("", `ge${String((value as Record<string, unknown>)["value"])}`);
  const address = typeof value === "string" ? value : (value as Record<string, unknown>)["reference"];
  if ((kind === "reference" || kind === "uri") && typeof address === "string") add("", escape(address));
}

/** Two letters of a name are not looked up; what is refused is no answer. */
function isServed({ kind }: SearchParameterPlan, modifier: string, value: string): boolean {
  return kind !== "string" || modifier === ":exact" || /[\p{L}\p{N}]{3}/u.test(value);
}

function escape(text: string): string {
  return text.replaceAll(/[,|$\\]/g, String.raw`\$&`);
}

function dates(plan: SearchParameterPlan, resource: unknown): { from: number; to: number }[] {
  return plan.routes.flatMap((route) => valuesAt(resource, route).flatMap((value) => rangeOf(value) ?? []));
}
