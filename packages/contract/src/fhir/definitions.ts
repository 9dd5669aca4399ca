import type { ElementDefinition, StructureDefinition } from "@medplum/fhirtypes";
import { invariants, type Invariant } from "./invariants.ts";

/** A committed result of `generate/definitions.ts`. */
export interface Definitions {
  source: string;
  /** Every concrete resource type of FHIR R4, also those without a structure here. */
  resourceTypes: readonly string[];
  structures: readonly StructureDefinition[];
  /** Codes by canonical URL; null where the set cannot be listed. */
  valueSets: Readonly<Record<string, readonly string[] | null>>;
}

/** A resource, datatype or backbone, compiled for one pass over a JSON object. */
export interface TypeSpec {
  name: string;
  isResource: boolean;
  elements: ReadonlyMap<string, ElementSpec>;
  required: readonly RequiredSpec[];
  invariants: readonly Invariant[];
}

/** One JSON property: `valueString` and `valueQuantity` are two of them, sharing a `choice`. */
export interface ElementSpec {
  key: string;
  /** The choice element's name without `[x]`. */
  choice: string | undefined;
  /** FHIR type code: a primitive, a datatype, `Resource`, or the path of a backbone. */
  type: string;
  isPrimitive: boolean;
  /** Set for everything but primitives and `Resource`. */
  spec: TypeSpec | undefined;
  isArray: boolean;
  max: number;
  codes: ReadonlySet<string> | undefined;
  /** The URL of a required binding whose codes cannot be listed. */
  openBinding: string | undefined;
  /** Resource types that a Reference may point at; undefined where any may stand. */
  targets: ReadonlySet<string> | undefined;
  invariants: readonly Invariant[];
}

export interface RequiredSpec {
  name: string;
  keys: readonly string[];
}

export interface CompiledDefinitions {
  types: ReadonlyMap<string, TypeSpec>;
  resourceTypes: ReadonlySet<string>;
}

type MutableTypeSpec = Omit<TypeSpec, "elements" | "required"> & {
  elements: Map<string, ElementSpec>;
  required: RequiredSpec[];
};

/**
 * Turns structure definitions into tables of JSON properties. Invariants that are not written here are left to Medplum;
 * a test holds that there is none among the canonical types.
 */
export function compileDefinitions(definitions: Definitions): CompiledDefinitions {
  const types = new Map<string, MutableTypeSpec>();
  for (const structure of definitions.structures) declareTypes(structure, types);
  for (const structure of definitions.structures) {
    for (const element of structure.snapshot?.element.slice(1) ?? []) addElement(element, types, definitions);
  }
  return { types, resourceTypes: new Set(definitions.resourceTypes) };
}

function declareTypes(structure: StructureDefinition, types: Map<string, MutableTypeSpec>): void {
  if (structure.kind === "primitive-type") return;
  const [root, ...rest] = structure.snapshot?.element ?? [];
  if (root === undefined) throw new Error(`${structure.name} has no snapshot`);
  declare(root, structure.kind === "resource");
  for (const element of rest) if (isBackbone(element)) declare(element, false);

  function declare(element: ElementDefinition, isResource: boolean): void {
    types.set(element.path, {
      name: element.path,
      isResource,
      elements: new Map(),
      required: [],
      invariants: invariantsOf(element),
    });
  }
}

function addElement(element: ElementDefinition, types: Map<string, MutableTypeSpec>, definitions: Definitions): void {
  const dot = element.path.lastIndexOf(".");
  const owner = types.get(element.path.slice(0, dot));
  if (owner === undefined) return;
  const name = element.path.slice(dot + 1);
  const specs = element.contentReference
    ? [specOf(element, name, undefined, element.contentReference.slice(element.contentReference.indexOf("#") + 1))]
    : name.endsWith("[x]")
      ? (element.type ?? []).map((type) =>
          specOf(element, name.slice(0, -3) + capitalize(type.code), name.slice(0, -3), type.code),
        )
      : [specOf(element, name, undefined, isBackbone(element) ? element.path : codeOf(element, owner.isResource))];
  for (const spec of specs) owner.elements.set(spec.key, spec);
  if ((element.min ?? 0) > 0)
    owner.required.push({ name: name.replace("[x]", ""), keys: specs.map((spec) => spec.key) });

  function specOf(source: ElementDefinition, key: string, choice: string | undefined, type: string): ElementSpec {
    const spec = types.get(type);
    const binding = source.binding?.valueSet;
    const codes = binding === undefined ? undefined : definitions.valueSets[binding];
    return {
      key,
      choice,
      type,
      isPrimitive: spec === undefined && type !== "Resource",
      spec: type === "Resource" ? undefined : spec,
      isArray: (source.base?.max ?? source.max) !== "1",
      max: source.max === "*" || source.max === undefined ? Number.POSITIVE_INFINITY : Number(source.max),
      codes: codes && type === "code" ? new Set(codes) : undefined,
      openBinding: codes === null ? binding?.split("|")[0] : undefined,
      targets: type === "Reference" ? targetsOf(source) : undefined,
      invariants: isBackbone(source) ? [] : invariantsOf(source),
    };
  }
}

function isBackbone(element: ElementDefinition): boolean {
  const code = element.type?.[0]?.code;
  return (code === "BackboneElement" || code === "Element") && element.path.includes(".");
}

/**
 * Ids and extension URLs are typed as FHIRPath strings; the FHIR type stands in an extension beside it. The one of a
 * resource's id says `string`, where the specification means `id`.
 */
function codeOf(element: ElementDefinition, ofResource: boolean): string {
  const type = element.type?.[0];
  if (type === undefined) throw new Error(`${element.path} has no type`);
  if (ofResource && element.path.endsWith(".id")) return "id";
  return type.extension?.[0]?.valueUrl ?? type.code;
}

function targetsOf(element: ElementDefinition): ReadonlySet<string> | undefined {
  const profiles = element.type?.find((type) => type.code === "Reference")?.targetProfile ?? [];
  const names = profiles.map((profile) => profile.slice(profile.lastIndexOf("/") + 1));
  return names.length === 0 || names.includes("Resource") ? undefined : new Set(names);
}

function invariantsOf(element: ElementDefinition): Invariant[] {
  return (element.constraint ?? []).flatMap((constraint) => {
    const known = invariants.get(constraint.key ?? "");
    return known?.holds === undefined ? [] : [known];
  });
}

function capitalize(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
