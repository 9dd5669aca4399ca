import type { ErrorCode, Problem } from "@hilum/contract";

/** Failures that have no answer of the server behind them; the rest of the codes are the error catalogue's. */
export type ClientFailure = "client.aborted" | "client.bad_answer" | "client.unanswered";

export interface ApiProblemFields {
  /** HTTP status; 0 where no answer came. */
  status: number;
  code: ErrorCode | ClientFailure;
  title: string;
  detail: string;
  /** What to do now, in the console's words. */
  fix: string;
  /** Finds the request in the server's log; empty where no answer came. */
  requestId: string;
  problems: readonly Problem[];
  /** From Retry-After, in milliseconds. */
  retryAfterMs?: number | undefined;
}

const brand = Symbol.for("hilum.api-problem");

/** The one thing that a client call throws: the server's problem document (RFC 9457), or why there is none. */
export class ApiProblem extends Error implements ApiProblemFields {
  readonly [brand] = true;
  readonly status: number;
  readonly code: ErrorCode | ClientFailure;
  readonly title: string;
  readonly detail: string;
  readonly fix: string;
  readonly requestId: string;
  readonly problems: readonly Problem[];
  readonly retryAfterMs: number | undefined;

  constructor(fields: ApiProblemFields, cause?: unknown) {
    super(`${fields.code}: ${fields.detail}`, cause === undefined ? undefined : { cause });
    this.name = "ApiProblem";
    this.status = fields.status;
    this.code = fields.code;
    this.title = fields.title;
    this.detail = fields.detail;
    this.fix = fields.fix;
    this.requestId = fields.requestId;
    this.problems = fields.problems;
    this.retryAfterMs = fields.retryAfterMs;
  }
}

/** True for an ApiProblem of any copy of this package. */
export function isApiProblem(value: unknown): value is ApiProblem {
  return typeof value === "object" && value !== null && brand in value;
}

/** What a call that got no usable answer throws instead of `TypeError`, `SyntaxError` or `AbortError`. */
export function presentFailure(thrown: unknown): ApiProblem {
  if (isApiProblem(thrown)) return thrown;
  const none = { status: 0, requestId: "", problems: [] };
  if (thrown instanceof DOMException && (thrown.name === "AbortError" || thrown.name === "TimeoutError")) {
    const fields = {
      title: "The request was given up",
      detail: "The request was given up before an answer came.",
      fix: "Try again.",
    };
    return new ApiProblem({ ...none, code: "client.aborted", ...fields }, thrown);
  }
  if (thrown instanceof SyntaxError) return new ApiProblem(badAnswer({ status: 0, requestId: "" }), thrown);
  const fields = {
    title: "Hilum cannot be reached",
    detail: "No answer came from the server.",
    fix: "Check that Hilum runs and that the network reaches it, then try again.",
  };
  return new ApiProblem({ ...none, code: "client.unanswered", ...fields }, thrown);
}

/** Reads a refusal. Whatever stands between client and server may answer too, so nothing in the body is taken on trust. */
export async function readProblem(response: Response): Promise<ApiProblem> {
  const requestId = response.headers.get("x-request-id") ?? "";
  const document = await readDocument(response);
  if (document === undefined) return new ApiProblem(badAnswer({ status: response.status, requestId }));
  const text = (name: string): string => (typeof document[name] === "string" ? document[name] : "");
  return new ApiProblem({
    status: response.status,
    code: text("code") as ErrorCode,
    title: text("title"),
    detail: text("detail") || text("title"),
    fix: text("fix"),
    requestId: text("requestId") || requestId,
    problems: Array.isArray(document["problems"]) ? document["problems"].filter(isPlace) : [],
    retryAfterMs: readRetryAfter(response.headers.get("retry-after")),
  });
}

function badAnswer(seen: { status: number; requestId: string }): ApiProblemFields {
  return {
    ...seen,
    code: "client.bad_answer",
    title: "The answer does not come from Hilum",
    detail:
      seen.status === 0
        ? "The answer could not be read."
        : `Something answered with status ${seen.status} and no problem document.`,
    fix: "Check the address, and whatever stands between this program and Hilum.",
    problems: [],
  };
}

async function readDocument(response: Response): Promise<Record<string, unknown> | undefined> {
  const type = response.headers.get("content-type") ?? "";
  if (!/^application\/(?:problem|fhir)\+json/.test(type)) return undefined;
  const body: unknown = await response.json().catch(() => undefined);
  const document = isRecord(body) && body["resourceType"] === "OperationOutcome" ? fromOutcome(body) : body;
  return isRecord(document) && typeof document["code"] === "string" ? document : undefined;
}

/** The FHIR API refuses with an OperationOutcome, which says the same: each issue a place, with our own code in its coding. */
function fromOutcome({ issue }: Record<string, unknown>): Record<string, unknown> {
  const issues = (Array.isArray(issue) ? issue : []).filter(isRecord);
  const read = issues.map((one) => {
    const details = isRecord(one["details"]) ? one["details"] : {};
    const [coding] = (Array.isArray(details["coding"]) ? details["coding"] : []).filter(isRecord);
    const [pointer] = (Array.isArray(one["extension"]) ? one["extension"] : []).filter(isRecord);
    return { coding, message: details["text"], fix: one["diagnostics"], pointer: pointer?.["valueString"] };
  });
  const [first] = read;
  return {
    ...{ code: first?.coding?.["code"], title: first?.coding?.["display"], detail: first?.message, fix: first?.fix },
    problems: read.map(({ pointer, message, fix }) => ({ pointer, message, fix })),
  };
}

function isPlace(value: unknown): value is Problem {
  return isRecord(value) && typeof value["pointer"] === "string" && typeof value["message"] === "string";
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}

/** Seconds, or a date (RFC 9110 10.2.3). */
function readRetryAfter(value: string | null): number | undefined {
  if (value === null) return undefined;
  const delayMs = /^\d+$/.test(value) ? Number(value) * 1000 : Date.parse(value) - Date.now();
  return Number.isNaN(delayMs) ? undefined : Math.max(0, delayMs);
}
