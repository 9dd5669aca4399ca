import { parametersOf, valuesAt } from "./search-plan.ts";
import { asObject } from "../json-object.ts";
import { referenceOf, typeOf } from "./search-values.ts";

/** Where the references of a search parameter lead, as `Type/id`, each once: what `_include` adds to a result. */
export function referencesOf(resource: unknown, parameter: string, target?: string): string[] {
  const type = String(asObject(resource)?.["resourceType"]);
  const routes = parametersOf(type)?.get(parameter)?.routes ?? [];
  const found = routes.flatMap((route) =>
    valuesAt(resource, route).flatMap((one) => referenceOf(asObject(one)?.["reference"]) ?? []),
  );
  return [
    ...new Set(found.filter((reference) => isHere(reference) && (target ?? typeOf(reference)) === typeOf(reference))),
  ];
}

function isHere(reference: string): boolean {
  return /^[A-Z][A-Za-z]+\/[^/]+$/.test(reference);
}
