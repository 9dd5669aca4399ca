import { readFile } from "node:fs/promises";
import type { OperationOutcomeIssue } from "@medplum/fhirtypes";
import { findBoundsFault } from "./bounds.ts";
import { canonicalTypes } from "./canonical-types.ts";
import { compileDefinitions, type CompiledDefinitions, type Definitions } from "./definitions.ts";
import { createIssue } from "./issue.ts";
import type { JsonObject } from "./json-object.ts";
import type { MedplumCheck } from "./medplum-check.ts";
import { walkResource } from "./structure-walk.ts";
import type { Validator } from "./validator.ts";

/** Our walk alone, in a module that knows nothing of Medplum: a plugin's own tests bring it along. */
export async function createCompiledValidator(): Promise<Validator> {
  const compiled = compileDefinitions(await readDefinitions("definitions.gen.json"));
  return {
    engine: "compiled",
    validateResource: (resource, type) => validate(resource, type, compiled, undefined),
  };
}

export async function readDefinitions(file: string): Promise<Definitions> {
  // Without the mark Vite takes every file of this folder along into the console, tests and all.
  return JSON.parse(await readFile(new URL(/* @vite-ignore */ `./${file}`, import.meta.url), "utf8")) as Definitions;
}

export function validate(
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
