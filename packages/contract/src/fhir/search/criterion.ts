import type { DateRange } from "./date-range.ts";
import type { Route, SearchParameterPlan } from "./search-plan.ts";
import { valuesAt } from "./search-plan.ts";

/** One value of a criterion, read: what it accepts and where the index has it. */
export interface SearchValue {
  /** Judges what stands at the end of a route. */
  accepts(found: unknown, route: Route): boolean;
  /** Whoever is accepted has one term of each of these groups; empty where the index knows nothing of it. */
  groups: readonly (readonly string[])[];
  /** Of a date: whatever is accepted overlaps it. */
  overlaps?: DateRange;
}

/** `name:modifier=value,value`: any of the values. */
export interface Criterion {
  parameter: SearchParameterPlan;
  values: readonly SearchValue[];
  /** `:not`: none of the values is found. */
  negated: boolean;
  /** `:missing`: whether anything must stand there, in place of the values. */
  missing?: boolean;
}

export function satisfies(resource: unknown, { parameter, values, negated, missing }: Criterion): boolean {
  if (missing !== undefined) return missing !== hasAny(resource, parameter);
  const found = parameter.routes.some((route) =>
    valuesAt(resource, route).some((one) => values.some((value) => value.accepts(one, route))),
  );
  return found !== negated;
}

function hasAny(resource: unknown, parameter: SearchParameterPlan): boolean {
  return parameter.routes.some((route) => valuesAt(resource, route).length > 0);
}

/**
 * The groups of a criterion. Of several values each gives its shortest group to the OR; without a group of one of them
 * the index narrows nothing.
 */
export function groupsOf({ values, negated, missing }: Criterion): readonly (readonly string[])[] {
  if (negated || missing !== undefined) return [];
  const [only] = values;
  if (values.length === 1 && only !== undefined) return only.groups;
  const chosen = values.map(({ groups }) => groups.toSorted((a, b) => a.length - b.length)[0]);
  if (chosen.some((group) => group === undefined)) return [];
  return [[...new Set(chosen.flatMap((group) => group ?? []))]];
}
