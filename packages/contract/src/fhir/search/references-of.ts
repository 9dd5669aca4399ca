import { parametersOf, reach } from "./search-plan.ts";
import { asObject, referenceOf, typeOf } from "./search-values.ts";

/** Where the references of a search parameter lead, as `Type/id`, each once: what `_include` adds to a result. */
export function referencesOf(resource: unknown, parameter: string, target?: string): string[] {
  const type = String(asObject(resource)?.["resourceType"]);
  const routes = parametersOf(type)?.get(parameter)?.routes ?? [];
  const found = routes.flatMap(({ steps, only }) =>
    reach(resource, steps).flatMap((one) => referenceOf(asObject(one)?.["reference"], target ?? only) ?? []),
  );
  return [
    ...new Set(
      found.filter((reference) => /^[A-Z][A-Za-z]+\/[^/]+$/.test(reference) && typeOf(reference) !== undefined),
    ),
  ];
}
