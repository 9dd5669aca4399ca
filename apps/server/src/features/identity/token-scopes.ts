import { formatScope, HilumError, isScope, parseScope, type Actor, type Problem } from "@hilum/contract";
import { parseSearch } from "@hilum/contract/search";

export type TokenPurpose = NonNullable<Extract<Actor, { kind: "token" }>["purpose"]>;

/**
 * The scopes of a token in their one spelling, each once. Throws `request.invalid` for what is no data scope of the whole clinic, and
 * for a filter that could not be held against records: a token that opens less than it says is a trap.
 */
export function readTokenScopes(scopes: readonly string[]): string[] {
  const read = scopes.map((text, index) => readScope(text, `/scopes/${index}`));
  const problems = read.filter((one) => typeof one !== "string");
  if (problems.length > 0)
    throw new HilumError("request.invalid", { detail: problems[0]?.message ?? "A scope is not valid.", problems });
  return [...new Set(read.filter((one) => typeof one === "string"))];
}

function readScope(text: string, pointer: string): string | Problem {
  const scope = parseScope(text);
  if (!isScope(scope)) return { ...scope, pointer };
  if (scope.kind !== "data" || scope.level !== "system")
    return {
      pointer,
      message: `\`${formatScope(scope)}\` opens no records to a program.`,
      fix: "Write scopes of the kind system/Patient.rs: type, then letters of cruds.",
    };
  try {
    parseSearch(
      scope.resource,
      scope.filters.map(([name, value]): [string, string] => [name, decodeURIComponent(value)]),
    );
  } catch {
    return {
      pointer,
      message: `The filter of \`${formatScope(scope)}\` is no search that ${scope.resource} serves.`,
      fix: "Use search parameters of that type: the API explorer, getCapabilityStatement, lists them.",
    };
  }
  return formatScope(scope);
}
