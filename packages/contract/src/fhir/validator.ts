import { readFile } from "node:fs/promises";
import type { OperationOutcomeIssue } from "@medplum/fhirtypes";
import { findBoundsFault } from "./bounds.ts";
import { canonicalTypes } from "./canonical-types.ts";
import { compileDefinitions, type CompiledDefinitions, type Definitions } from "./definitions.ts";
import type { JsonObject } from "./json-object.ts";
import { createIssue } from "./issue.ts";
import { loadMedplumCheck, type MedplumCheck } from "./medplum-check.ts";
import { walkResource } from "./structure-walk.ts";

/**
 * `layered`: our walk, then Medplum. `compiled`: our walk alone, without loading Medplum. On the canonical types the two
 * give the same verdict (validator-equivalence.test.ts); a contained resource of another type is checked by Medplum in
 * `layered` and refused in `compiled`.
 */
export type ValidationEngine = "layered" | "compiled";

export interface Validator {
  readonly engine: ValidationEngine;
  /**
   * Issues of severity error, at most 50; none means valid FHIR R4. With `type`, another resource type is an issue. Takes
   * anything that `JSON.parse` or a caller's object may be, does not change it, and quotes no value of it.
   */
  validateResource(resource: unknown, type?: string): OperationOutcomeIssue[];
}

/** Reads and compiles the definitions. Call once and keep the result. */
export async function createValidator(engine: ValidationEngine): Promise<Validator> {
  const canonical = await readDefinitions("definitions.gen.json");
  if (engine === "compiled") {
    const compiled = compileDefinitions(canonical);
    return { engine, validateResource: (resource, type) => validate(resource, type, compiled, undefined) };
  }
  const others = await readDefinitions("contained.gen.json");
  const all = {
    ...canonical,
    structures: [...canonical.structures, ...others.structures],
    valueSets: { ...others.valueSets, ...canonical.valueSets },
  };
  const compiled = compileDefinitions(all);
  const medplum = await loadMedplumCheck(all);
  return { engine, validateResource: (resource, type) => validate(resource, type, compiled, medplum) };
}

async function readDefinitions(file: string): Promise<Definitions> {
  return JSON.parse(await readFile(new URL(`./${file}`, import.meta.url), "utf8")) as Definitions;
}

function validate(
  resource: unknown,
  type: string | undefined,
  definitions: CompiledDefinitions,
  medplum: MedplumCheck | undefined,
): OperationOutcomeIssue[] {
  const root = type ?? "Resource";
  if (typeof resource !== "object" || resource === null || Array.isArray(resource)) {
    return [createIssue("structure", root, [], "A resource must be an object.", 'Send an object with "resourceType".')];
  }
  const bounds = findBoundsFault(resource);
  if (bounds !== undefined) return [createIssue("security", root, bounds.trail, bounds.message, bounds.fix)];

  const object = resource as JsonObject;
  const resourceType = Object.hasOwn(object, "resourceType") ? object["resourceType"] : undefined;
  if (typeof resourceType !== "string" || (type !== undefined && resourceType !== type)) {
    return [
      createIssue(
        "structure",
        root,
        ["resourceType"],
        `resourceType must be ${type ?? "the name of a resource type"}.`,
        `Write "resourceType": "${type ?? "Communication"}".`,
      ),
    ];
  }
  const spec = canonicalTypes.includes(resourceType as never) ? definitions.types.get(resourceType) : undefined;
  if (spec === undefined) {
    return [
      createIssue(
        "not-supported",
        root,
        ["resourceType"],
        "This resource type is not carried.",
        `Use one of: ${canonicalTypes.join(", ")}.`,
      ),
    ];
  }
  const { issues, foreign } = walkResource(object, spec, definitions);
  if (issues.length > 0) return issues;
  if (medplum !== undefined) return medplum(object);
  return foreign.map((one) =>
    createIssue(
      "not-supported",
      spec.name,
      one.trail,
      `A ${one.resourceType} cannot be contained here.`,
      "Store it as a record and refer to it.",
    ),
  );
}
