import { errorCatalogue, type ErrorCode, type HilumError, type Problem } from "@hilum/contract";

/** FHIR R4 issue types by what the catalogue says of an error; what is not here goes by its status. */
const typeByCode: Partial<Record<ErrorCode, string>> = {
  "record.conflict": "conflict",
  "record.exists": "duplicate",
  "record.gone": "deleted",
  "record.not_carried": "not-supported",
  "record.held": "business-rule",
  "record.masked": "forbidden",
  "record.too_large": "too-long",
  "request.step_up": "login",
  "search.guessing": "throttled",
};

const typeByStatus: Readonly<Record<number, string>> = {
  400: "invalid",
  401: "login",
  403: "forbidden",
  404: "not-found",
  405: "not-supported",
  406: "not-supported",
  409: "conflict",
  410: "deleted",
  412: "conflict",
  413: "too-long",
  415: "not-supported",
  422: "invalid",
  429: "throttled",
  503: "transient",
  507: "no-store",
};

const jsonPointer = "https://hilum.dev/fhir/StructureDefinition/json-pointer";
const requestIdentifier = "https://hilum.dev/fhir/StructureDefinition/request-id";
const errorSystem = "https://hilum.dev/fhir/CodeSystem/error";

/** HTTP status of an error in FHIR: a version that is not the expected one is a failed precondition (R4 section 3.1.0.4.2). */
export const fhirStatusOf = ({ code }: Pick<HilumError, "code">): number =>
  code === "record.conflict" ? 412 : errorCatalogue[code].status;

/**
 * A refusal as FHIR says it: one issue for each place, with what is wrong, the mend, where it is, and the code of our own
 * catalogue. `type` begins the FHIRPath of the places. Never a value of a resource, never a cause.
 */
export function presentOutcome(error: HilumError, { requestId, type }: { requestId?: string; type?: string } = {}) {
  const spec = errorCatalogue[error.code];
  const shared = {
    severity: "error" as const,
    code: typeByCode[error.code] ?? typeByStatus[spec.status] ?? (spec.status >= 500 ? "exception" : "processing"),
  };
  const coding = [{ system: errorSystem, code: error.code, display: spec.title }];
  const issue =
    error.problems.length === 0
      ? [{ ...shared, details: { coding, text: error.detail }, diagnostics: spec.fix }]
      : error.problems.map((problem) => ({ ...shared, ...presentPlace(problem, coding, spec.fix, type) }));
  return {
    resourceType: "OperationOutcome" as const,
    ...(requestId === undefined ? {} : { extension: [{ url: requestIdentifier, valueString: requestId }] }),
    issue,
  };
}

function presentPlace({ pointer, message, fix }: Problem, coding: object[], commonFix: string, type?: string) {
  const expression = type === undefined || pointer === "" ? undefined : fhirPathOf(pointer, type);
  return {
    details: { coding, text: message },
    diagnostics: fix ?? commonFix,
    ...(expression === undefined ? {} : { expression: [expression] }),
    ...(pointer === "" ? {} : { extension: [{ url: jsonPointer, valueString: pointer }] }),
  };
}

/** `/name/0/family` of a Patient is `Patient.name[0].family`. */
function fhirPathOf(pointer: string, type: string): string {
  const steps = pointer.split("/").slice(1);
  return type + steps.map((step) => (/^\d+$/.test(step) ? `[${step}]` : `.${step}`)).join("");
}

/** That it was done, for who asks for an outcome instead of the resource (R4 section 3.1.0.1.5). */
export const presentDone = (text: string) => ({
  resourceType: "OperationOutcome" as const,
  issue: [{ severity: "information" as const, code: "informational", details: { text } }],
});
