import type { OperationOutcomeIssue, Resource } from "@medplum/fhirtypes";
import type { Definitions } from "./definitions.ts";
import type { JsonObject } from "./json-object.ts";
import { createIssue, isShowableName } from "./issue.ts";

export type MedplumCheck = (resource: JsonObject) => OperationOutcomeIssue[];

/**
 * Invariants that Medplum evaluates on the text of dates and on bare numbers, where ours compares instants and units, or
 * that deny what R4 allows (`#` as the container).
 */
const ours = new Set(["per-1", "inv-1", "rng-2", "ref-1"]);

/** Loads `@medplum/core` (20 MB of memory) and gives it the definitions, which it keeps for the life of the process. */
export async function loadMedplumCheck(definitions: Definitions): Promise<MedplumCheck> {
  const { indexStructureDefinitionBundle, OperationOutcomeError, validateResource } = await import("@medplum/core");
  indexStructureDefinitionBundle(definitions.structures.map(withoutOurs));
  return (resource) => {
    try {
      validateResource(resource as unknown as Resource);
      return [];
    } catch (error) {
      if (!(error instanceof OperationOutcomeError)) throw error;
      return error.outcome.issue
        .filter((issue) => issue.severity === "error" || issue.severity === "fatal")
        .map((issue) => present(issue, String(resource["resourceType"])));
    }
  };
}

function withoutOurs(structure: Definitions["structures"][number]): Definitions["structures"][number] {
  const element = structure.snapshot?.element.map((one) =>
    one.constraint ? { ...one, constraint: one.constraint.filter((rule) => !ours.has(rule.key ?? "")) } : one,
  );
  return { ...structure, snapshot: { element: element ?? [] } };
}

/** Medplum's texts may quote a name or an exception, so only those known to be safe are passed on. */
function present(issue: OperationOutcomeIssue, rootType: string): OperationOutcomeIssue {
  const text = issue.details?.text ?? "";
  const safe =
    issue.code === "invariant" || issue.code === "structure"
      ? text.replaceAll(/"[^"]*"/g, "that")
      : "The resource cannot be evaluated here.";
  return createIssue(
    issue.code === "invariant" ? "invariant" : "structure",
    rootType,
    trailOf(issue.expression?.[0] ?? ""),
    safe.endsWith(".") ? safe : `${safe}.`,
    "Compare the element with its page in the FHIR R4 specification.",
  );
}

/** `Patient.name[0].given` -> ["name", 0, "given"], up to the first step that is no plain name. */
function trailOf(expression: string): (string | number)[] {
  const trail: (string | number)[] = [];
  for (const step of expression.split(".").slice(1)) {
    const [, name, index] = /^([^[]+)(?:\[(\d+)\])?/.exec(step) ?? [];
    if (name === undefined || !isShowableName(name)) break;
    trail.push(name, ...(index === undefined ? [] : [Number(index)]));
  }
  return trail;
}
