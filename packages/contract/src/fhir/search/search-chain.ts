import { nearestName } from "../../text/nearest-name.ts";
import { resultParameters } from "./result-options.ts";
import { parametersOf, type SearchParameterPlan } from "./search-plan.ts";
import { createSearchProblems, showable } from "./search-problems.ts";

/** One step from records of a type to others (FHIR R4 search.html#chaining, #has): the others are searched first, with `pair`. */
export interface SearchChain {
  /**
   * `forward`: `parameter` is of the type that is searched for, and leads to the others, `subject:Patient.name=x`. `reverse`: it is of the
   * others and leads back, `_has:Observation:subject:code=x`.
   */
  direction: "forward" | "reverse";
  parameter: string;
  /** Types of the others. */
  types: readonly string[];
  /** Whether the caller named the type; else every type that the reference may lead to and that has the parameter. */
  named: boolean;
  pair: readonly [name: string, value: string];
}

const forward = /^([A-Za-z_][A-Za-z0-9_-]*)(?::([A-Za-z]+))?\.(.+)$/;

/**
 * Reads a chained parameter of a search for records of a type; undefined where it is none. Throws `search.invalid` for a chain of several steps,
 * and for one through what is no reference, or to a parameter that the others do not have.
 */
export function parseChain(type: string, [name, value]: readonly [string, string]): SearchChain | undefined {
  const problems = createSearchProblems();
  const chain = name.startsWith("_has:") ? readReverse(type, name) : readForward(type, name);
  if (chain === undefined) return undefined;
  if ("fix" in chain) problems.add(name, chain.message, chain.fix);
  problems.throwAny();
  if ("fix" in chain) return undefined;
  const { last, ...step } = chain;
  return { ...step, pair: [last, value] };
}

interface Fault {
  message: string;
  fix: string;
}
type Read = (Omit<SearchChain, "pair"> & { last: string }) | Fault | undefined;

const oneStep: Fault = {
  message: "A chain has one step here.",
  fix: "Search for the records in between first, then by their references.",
};

function readForward(type: string, name: string): Read {
  const [, parameter = "", target, last = ""] = forward.exec(name) ?? [];
  if (parameter === "") return undefined;
  if (last.includes(".") || last.startsWith("_has")) return oneStep;
  const plan = referenceOf(type, parameter);
  if (plan === undefined) return noReference(type, parameter);
  if (target !== undefined && plan.targets?.includes(target) === false)
    return { message: `${parameter} leads to no record of this type.`, fix: `Use one of: ${plan.targets.join(", ")}.` };
  const types = (target === undefined ? (plan.targets ?? []) : [target]).filter((one) => hasParameter(one, last));
  if (types.length === 0) return noParameter(target === undefined ? plan.targets : [target], last);
  return { direction: "forward", parameter, types, named: target !== undefined, last };
}

function readReverse(type: string, name: string): Read {
  const [, source = "", parameter = "", ...rest] = name.split(":");
  const last = rest.join(":");
  if (last.includes(".") || last.startsWith("_has")) return oneStep;
  const plan = referenceOf(source, parameter);
  if (plan === undefined || last === "" || plan.targets?.includes(type) === false)
    return {
      message: "_has names no reference that leads here.",
      fix: `Write _has:Type:reference:parameter, a reference of that type which leads to ${type}.`,
    };
  if (!hasParameter(source, last)) return noParameter([source], last);
  return { direction: "reverse", parameter, types: [source], named: true, last };
}

/** A parameter that follows references, and no addresses. */
function referenceOf(type: string, name: string): SearchParameterPlan | undefined {
  const plan = parametersOf(type)?.get(name);
  return plan?.kind === "reference" && plan.routes.some(({ of }) => of === "Reference") ? plan : undefined;
}

function hasParameter(type: string, name: string): boolean {
  const [code = ""] = name.split(":");
  const parameters = parametersOf(type);
  if (parameters === undefined || resultParameters.has(code)) return false;
  return code === "_id" || code === "_lastUpdated" || parameters.has(code);
}

function noReference(type: string, parameter: string): Fault {
  const references = [...(parametersOf(type)?.keys() ?? [])].filter((name) => referenceOf(type, name) !== undefined);
  const near = nearestName(parameter, references);
  return {
    message: `${type} has no reference ${showable(parameter)} to go along.`,
    fix: near === undefined ? `Use one of: ${references.join(", ")}.` : `Did you mean ${near}?`,
  };
}

function noParameter(types: readonly string[] | undefined, last: string): Fault {
  const [code = ""] = last.split(":");
  const carried = (types ?? []).filter((type) => parametersOf(type) !== undefined);
  const known = carried.flatMap((type) => [...(parametersOf(type)?.keys() ?? [])]);
  const near = nearestName(code, known);
  const where = carried.length === 0 ? "There" : carried.join(" and ");
  return {
    message: `${where} ${carried.length > 1 ? "have" : "has"} no search parameter ${showable(code)}.`,
    fix: near === undefined ? "Name the type: reference:Type.parameter." : `Did you mean ${near}?`,
  };
}
