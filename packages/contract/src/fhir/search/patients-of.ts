import { parametersOf, valuesAt } from "./search-plan.ts";
import { searchTable } from "./search-parameters.gen.ts";
import { referenceOf } from "./search-values.ts";
import { asObject } from "../json-object.ts";

/**
 * Ids of the patients whom a record is about, each once: the FHIR R4 patient compartment
 * (compartmentdefinition-patient.html) and the `patient` parameter, through relative references. A Patient is about
 * itself alone, for whom it links to keeps a record of their own. A Binary is about the patient whom its
 * `securityContext` names.
 */
export function patientsOf(resource: unknown): string[] {
  const object = asObject(resource);
  const type = object?.["resourceType"];
  if (object === undefined || typeof type !== "string" || !Object.hasOwn(searchTable.types, type)) return [];
  if (type === "Patient") return typeof object["id"] === "string" ? [object["id"]] : [];
  const references =
    type === "Binary"
      ? [object["securityContext"]]
      : (searchTable.types[type]?.compartment ?? []).flatMap((name) =>
          (parametersOf(type)?.get(name)?.routes ?? []).flatMap((route) => valuesAt(object, route)),
        );
  const targets = references.flatMap((one) => referenceOf(asObject(one)?.["reference"]) ?? []);
  return [...new Set(targets.filter((target) => target.startsWith("Patient/")).map((target) => target.slice(8)))];
}
