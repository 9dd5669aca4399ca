import type { OperationOutcomeIssue } from "@medplum/fhirtypes";
import { createCompiledValidator, readDefinitions, validate } from "./compiled-validator.ts";
import { compileDefinitions } from "./definitions.ts";
import { loadMedplumCheck } from "./medplum-check.ts";

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
  if (engine === "compiled") return await createCompiledValidator();
  const canonical = await readDefinitions("definitions.gen.json");
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
