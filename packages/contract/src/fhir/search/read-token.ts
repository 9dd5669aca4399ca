import type { SearchValue } from "./criterion.ts";
import type { ReadContext, ValueFault } from "./read-value.ts";
import { asObject } from "../json-object.ts";
import { foldedContact, tokensOf, type TokenValue } from "./search-values.ts";
import type { Route, SearchParameterPlan } from "./search-plan.ts";
import { splitValues, unescaped } from "./split-values.ts";

/** `code`, `system|code`, `|code` (no system) or `system|` (any code of it); codes without case (search.html#token). */
export function readToken(text: string, context: ReadContext): SearchValue | ValueFault {
  const parts = splitValues(text, "|").map(unescaped);
  if (context.modifier === "of-type") return readOfType(parts, context.parameter);
  if (parts.length > 2)
    return {
      message: "A token has a system and a code.",
      fix: "Write system|code; write a bar inside of a code as \\|.",
    };
  const [first = "", second] = parts;
  const system = second === undefined ? undefined : first;
  const code = (second ?? first).toLowerCase();
  if (code === "" && !system)
    return { message: "The value is empty.", fix: "Write a code, or leave the parameter out." };
  return {
    accepts: (found, route) =>
      tokensOf(found, route.of).some((token) => accepts(token, route, system, codeOn(route, code))),
    groups: code === "" ? [] : [termsOfToken(context.parameter, system, code)],
  };
}

/** A number is looked for as it is kept: without what people write between the digits. */
function codeOn({ of }: Route, code: string): string {
  return of === "ContactPoint" ? foldedContact(code) : code;
}

function accepts(token: TokenValue, route: Route, system: string | undefined, code: string): boolean {
  if (code !== "" && token.code !== code) return false;
  if (system === undefined) return true;
  if (system === "") return token.system === undefined || route.of === "ContactPoint";
  return token.system === system || (route.of === "code" && route.systems?.includes(system) === true);
}

function termsOfToken({ family, routes }: SearchParameterPlan, system: string | undefined, code: string): string[] {
  const codes = [...new Set(routes.map((route) => codeOn(route, code)))];
  // A `code` has the system that it is bound to without saying so.
  const implied = system !== undefined && routes.some(({ systems }) => systems?.includes(system));
  return codes.map((one) => (system && !implied ? `${family}|${system}|${one}` : `${family}||${one}`));
}

/** `system|code|value`: an identifier of that type. */
function readOfType(parts: readonly string[], { family, routes }: SearchParameterPlan): SearchValue | ValueFault {
  const [system = "", code = "", value = ""] = parts;
  if (parts.length !== 3 || code === "" || value === "" || !routes.every(({ of }) => of === "Identifier"))
    return {
      message: "of-type takes an identifier with its type.",
      fix: "Write system|code|value, of identifier alone.",
    };
  return {
    accepts: (found) => {
      const identifier = asObject(found);
      const types = tokensOf(identifier?.["type"], "CodeableConcept");
      const isOfType = types.some(
        (type) => type.code === code.toLowerCase() && (system === "" || type.system === system),
      );
      return isOfType && tokensOf(identifier, "Identifier").some((token) => token.code === value.toLowerCase());
    },
    groups: [[`${family}||${value.toLowerCase()}`]],
  };
}
