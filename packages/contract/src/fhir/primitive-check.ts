import type { ElementSpec } from "./definitions.ts";
import type { IssueCode } from "./issue.ts";
import { narrativeFault } from "./narrative.ts";
import { primitiveChecks } from "./primitives.ts";

export interface ElementFault {
  code: IssueCode;
  message: string;
  fix: string;
}

/** Checks a primitive by its type, its required binding and, for a narrative, its content. */
export function checkPrimitive(value: unknown, element: ElementSpec): ElementFault | undefined {
  const lexical = primitiveChecks.get(element.type)?.(value);
  if (lexical !== undefined || typeof value !== "string") return lexical;
  if (element.codes !== undefined)
    return element.codes.has(value) ? undefined : unknownCode(element.key, element.codes);
  if (element.openBinding !== undefined) {
    const syntax = openBindings.get(element.openBinding);
    return syntax === undefined || syntax.pattern.test(value) ? undefined : syntax.fault;
  }
  if (element.type !== "xhtml") return undefined;
  const fault = narrativeFault(value);
  return fault === undefined ? undefined : refusedNarrative(fault);
}

/** Required bindings whose codes cannot be listed are held to their syntax (RFC 6838 section 4.2; ISO 4217). */
const openBindings: ReadonlyMap<string, { pattern: RegExp; fault: ElementFault }> = new Map([
  [
    "http://hl7.org/fhir/ValueSet/mimetypes",
    {
      pattern:
        /^[A-Za-z0-9][\w!#$&^.+-]{0,126}\/[A-Za-z0-9][\w!#$&^.+-]{0,126}(?: ?; ?[\w!#$&^.+-]+=(?:[\w!#$&^.+:/-]+|"[^"\r\n]*"))*$/,
      fault: {
        code: "code-invalid",
        message: "This is not a MIME type.",
        fix: "Write for instance text/html or application/pdf.",
      },
    },
  ],
  [
    "http://hl7.org/fhir/ValueSet/currencies",
    {
      pattern: /^[A-Z]{3}$/,
      fault: {
        code: "code-invalid",
        message: "This is not a currency code.",
        fix: "Write three capital letters, for instance EUR.",
      },
    },
  ],
]);

const codesShown = 12;

function unknownCode(key: string, codes: ReadonlySet<string>): ElementFault {
  const shown = [...codes].slice(0, codesShown).join(", ");
  const fix = `Use one of: ${shown}${codes.size > codesShown ? ", ..." : ""}.`;
  return { code: "code-invalid", message: `${key} takes only codes of its value set.`, fix };
}

function refusedNarrative(fault: string): ElementFault {
  return {
    code: "security",
    message: `The narrative is refused: ${fault} (txt-1).`,
    fix: "Keep one div of plain formatting, or leave the narrative out.",
  };
}
