import type { OperationOutcomeIssue } from "@medplum/fhirtypes";
import type { Problem } from "../errors/hilum-error.ts";
import { extensionUrls } from "./systems.ts";

export type Trail = readonly (string | number)[];

export type IssueCode =
  | "structure"
  | "required"
  | "value"
  | "too-long"
  | "code-invalid"
  | "invariant"
  | "not-supported"
  | "security";

/**
 * One refusal: `details.text` says what is wrong, `diagnostics` the mend, `expression` the FHIRPath and an extension the
 * JSON pointer (RFC 6901). No value of the resource is quoted, for it may be PHI.
 */
export function createIssue(
  code: IssueCode,
  root: string,
  trail: Trail,
  message: string,
  fix: string,
): OperationOutcomeIssue {
  return {
    severity: "error",
    code,
    details: { text: message },
    diagnostics: fix,
    expression: [root + trail.map((step) => (typeof step === "number" ? `[${step}]` : `.${step}`)).join("")],
    extension: [{ url: extensionUrls.jsonPointer, valueString: toPointer(trail) || "/" }],
  };
}

/** The issues as the places of a problem document; `prefix` is where the resource stands in the request. */
export function presentIssues(issues: readonly OperationOutcomeIssue[], prefix = ""): Problem[] {
  return issues.map((issue) => {
    const pointer =
      issue.extension?.find((extension) => extension.url === extensionUrls.jsonPointer)?.valueString ?? "/";
    const problem: Problem = {
      pointer: prefix + (pointer === "/" ? "" : pointer),
      message: issue.details?.text ?? "This is not valid.",
    };
    return issue.diagnostics === undefined ? problem : { ...problem, fix: issue.diagnostics };
  });
}

export function toPointer(trail: Trail): string {
  return trail.map((step) => `/${String(step).replaceAll("~", "~0").replaceAll("/", "~1")}`).join("");
}

/** A property name that may be repeated to the caller: it looks like one, and not like a sentence or a person. */
export function isShowableName(name: string): boolean {
  return /^[A-Za-z_][A-Za-z0-9_]{0,63}$/.test(name);
}
