import { searchTable } from "./search-parameters.gen.ts";
import { asObject } from "../json-object.ts";
import { leadsTo } from "./search-values.ts";
import type { SearchParameterSpec, SearchPath } from "./search-table.ts";

/** A parameter of one type, ready to be followed through resources. */
export interface SearchParameterPlan extends SearchParameterSpec {
  name: string;
  /** The parameter under whose name the index terms stand. */
  family: string;
  routes: readonly Route[];
}

/** A path as the steps that lead along it. */
export interface Route extends SearchPath {
  steps: readonly string[];
}

const known = new Map<string, ReadonlyMap<string, SearchParameterPlan>>();

/** The parameters of a type by name, the common ones included; undefined for a type that is not carried. */
export function parametersOf(type: string): ReadonlyMap<string, SearchParameterPlan> | undefined {
  const ready = known.get(type);
  if (ready !== undefined) return ready;
  if (!Object.hasOwn(searchTable.types, type)) return undefined;
  const own = searchTable.types[type]?.parameters ?? {};
  const plans = new Map(
    Object.entries({ ...searchTable.common, ...own }).map(([name, spec]) => [name, planOf(name, spec)]),
  );
  known.set(type, plans);
  return plans;
}

/** The parameters that are the type's own, by name; empty for a type that is not carried. */
export function searchParametersOf(type: string): readonly SearchParameterPlan[] {
  return [...(parametersOf(type)?.values() ?? [])].filter(({ name }) => !name.startsWith("_"));
}

function planOf(name: string, spec: SearchParameterSpec): SearchParameterPlan {
  const routes = spec.paths.map((path) => ({ ...path, steps: path.at === "" ? [] : path.at.split(".") }));
  return { ...spec, name, family: spec.within ?? name, routes };
}

/** What the parameter looks at along one of its routes. */
export function valuesAt(resource: unknown, { steps, of, only }: Route): unknown[] {
  const found = reach(resource, steps);
  if (only === undefined) return found;
  return found.filter((one) => (of === "ContactPoint" ? asObject(one)?.["system"] === only : leadsTo(one, only)));
}

/** What stands at the end of the steps, lists unfolded. */
function reach(value: unknown, steps: readonly string[], from = 0): unknown[] {
  if (Array.isArray(value)) return value.flatMap((item: unknown) => reach(item, steps, from));
  if (value === undefined || value === null) return [];
  const step = steps[from];
  if (step === undefined) return [value];
  return typeof value === "object" ? reach((value as Record<string, unknown>)[step], steps, from + 1) : [];
}
