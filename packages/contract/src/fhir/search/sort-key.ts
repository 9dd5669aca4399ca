import { parametersOf, valuesAt } from "./search-plan.ts";
import { asObject } from "../json-object.ts";
import { rangeOf } from "./search-values.ts";

/**
 * What a resource is put in order by, for a date parameter of its type: the first moment that stands there, or the last
 * for the newest first, in milliseconds since 1970. Undefined where there is none; such resources come last.
 */
export function sortKeyOf(resource: unknown, parameter: string, descending: boolean): number | undefined {
  const object = asObject(resource);
  if (parameter === "_lastUpdated") {
    const at = rangeOf(asObject(object?.["meta"])?.["lastUpdated"])?.from;
    return at;
  }
  const routes = parametersOf(String(object?.["resourceType"]))?.get(parameter)?.routes ?? [];
  const ranges = routes.flatMap((route) => valuesAt(resource, route).flatMap((one) => rangeOf(one) ?? []));
  if (ranges.length === 0) return undefined;
  return descending ? Math.max(...ranges.map(({ to }) => to)) : Math.min(...ranges.map(({ from }) => from));
}
