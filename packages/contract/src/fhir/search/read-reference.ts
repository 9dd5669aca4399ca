import type { SearchValue } from "./criterion.ts";
import type { ReadContext, ValueFault } from "./read-value.ts";
import type { SearchParameterPlan } from "./search-plan.ts";
import { asObject } from "../json-object.ts";
import { referenceOf, tokensOf } from "./search-values.ts";
import { splitValues, unescaped } from "./split-values.ts";

/** Without a type, an id is looked for under so many types at most. */
const guessesMax = 8;

/** `Patient/1`, `1` where the types are few, an absolute address, `:Patient` and `:identifier` (search.html#reference). */
export function readReference(text: string, context: ReadContext): SearchValue | ValueFault {
  const { parameter, modifier } = context;
  if (modifier === "identifier") return readIdentifier(text, parameter);
  const wanted = withoutBase(unescaped(text), context.baseUrl);
  if (wanted === "") return { message: "The value is empty.", fix: "Write Type/id, for instance Patient/123." };
  const targets =
    modifier === undefined || wanted.includes("/") ? targetsOf(wanted, parameter) : [`${modifier}/${wanted}`];
  if (targets === undefined)
    return {
      message: `${parameter.name} may lead to many types, so an id alone does not say where.`,
      fix: `Write ${parameter.name}=Type/id, or ${parameter.name}:Type=id.`,
    };
  return {
    accepts: (found) => {
      if (typeof found === "string")
        return found === wanted || (!wanted.includes("|") && found.split("|")[0] === wanted);
      const target = referenceOf(asObject(found)?.["reference"]);
      return target !== undefined && targets.includes(target) && isOfType(target, modifier);
    },
    groups: [targets.map((target) => `${parameter.family}>${target}`)],
  };
}

function withoutBase(reference: string, baseUrl: string | undefined): string {
  const base = baseUrl?.replace(/\/*$/, "/");
  const bare = base !== undefined && reference.startsWith(base) ? reference.slice(base.length) : reference;
  return referenceOf(bare) ?? bare;
}

function targetsOf(wanted: string, { targets, routes }: SearchParameterPlan): readonly string[] | undefined {
  if (!/^[A-Za-z0-9\-.]{1,64}$/.test(wanted) || routes.some(({ of }) => of !== "Reference")) return [wanted];
  if (targets === undefined || targets.length > guessesMax) return undefined;
  return [wanted, ...targets.map((type) => `${type}/${wanted}`)];
}

function isOfType(target: string, type: string | undefined): boolean {
  return type === undefined || target.startsWith(`${type}/`) || target.includes(`/${type}/`);
}

function readIdentifier(text: string, { family }: SearchParameterPlan): SearchValue | ValueFault {
  const [first = "", second] = splitValues(text, "|").map(unescaped);
  const system = second === undefined ? undefined : first;
  const code = (second ?? first).toLowerCase();
  if (code === "") return { message: "The identifier is empty.", fix: "Write system|value or value." };
  return {
    accepts: (found) =>
      tokensOf(asObject(found)?.["identifier"], "Identifier").some(
        (token) => token.code === code && (system === undefined || (token.system ?? "") === system),
      ),
    groups: [[system ? `${family}>|${system}|${code}` : `${family}>||${code}`]],
  };
}
