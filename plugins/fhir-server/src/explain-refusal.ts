import { ProviderError, type ProviderErrorCode, type ProviderErrorOptions } from "@hilum/sdk";
import { signInField, type ServerSettings } from "./settings.ts";

/** An answer of the server that is no success. */
export interface Refusal {
  status: number;
  /** The OperationOutcome, where there is one. */
  outcome?: unknown;
  retryAfterMs?: number;
}

type Explanation = { code: ProviderErrorCode } & ProviderErrorOptions;

/** Gives every refusal one cause and a next step. */
export function explainRefusal(refusal: Refusal, { signIn }: Pick<ServerSettings, "signIn">): ProviderError {
  const { code, ...options } = explainStatus(refusal, signIn);
  const { status, outcome, retryAfterMs } = refusal;
  return new ProviderError(code, {
    ...{ ...options, sent: status >= 500 ? "maybe" : "no" },
    reply: [`HTTP ${status}`, ...describeIssues(outcome)].join("; ").slice(0, 1000),
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  });
}

function explainStatus({ status }: Refusal, signIn: ServerSettings["signIn"]): Explanation {
  switch (status) {
    case 400:
    case 422:
      return {
        code: "record.invalid",
        fix: "The server takes no such record: it holds to rules of its own. Its reply names the place. Mend the record, or the server's profile.",
      };
    case 401:
      return {
        code: "provider.bad_credentials",
        field: signInField[signIn],
        fix:
          signIn === "none"
            ? "The server asks for a sign-in. Choose one in Setup."
            : "Enter once more what the server's operator gave you for the sign-in.",
      };
    case 403:
      return {
        code: "provider.bad_credentials",
        cause: "configuration",
        field: signIn === "client" ? "/scope" : signInField[signIn],
        fix: "Let this sign-in create, read, update, delete and search every type on the server, or ask for more scopes.",
      };
    case 404:
      return { code: "record.not_found" };
    case 405:
    case 501:
      return {
        code: "provider.refused",
        cause: "configuration",
        fix: "The server does not offer this for the type. Look at its CapabilityStatement, and let it take records under ids of Hilum's (update as create).",
      };
    case 409:
    case 412:
      return { code: "record.conflict" };
    case 410:
      return { code: "record.gone" };
    case 413:
      return { code: "record.too_large", fix: "The server takes no record of this size. Raise its limit." };
    case 429:
      return {
        code: "provider.quota",
        retry: "later",
        fix: "The server takes fewer requests than are made. Hilum slows down.",
      };
    default:
      return status >= 500
        ? { code: "provider.temporary" }
        : { code: "provider.refused", fix: "Read the server's reply, and look into its log at this time." };
  }
}

const issuesMax = 5;
/** What a validator says in words may repeat a patient's data: only codes and places are told. */
const tokenForm = /^[A-Za-z0-9.:_-]{1,80}$/;
const pathForm = /^[A-Za-z][A-Za-z0-9.[\]()_-]{0,150}$/;

function describeIssues(outcome: unknown): string[] {
  const issues: unknown = isRecord(outcome) ? outcome["issue"] : undefined;
  return (Array.isArray(issues) ? issues : []).slice(0, issuesMax).flatMap((issue: unknown) => {
    if (!isRecord(issue)) return [];
    const { severity, code, expression, location, details } = issue;
    const places = [expression, location].find(Array.isArray)?.filter((path) => matches(path, pathForm)) ?? [];
    const codings = isRecord(details) && Array.isArray(details["coding"]) ? (details["coding"] as unknown[]) : [];
    const own = codings.flatMap((coding) =>
      isRecord(coding) && matches(coding["code"], tokenForm) ? [coding["code"]] : [],
    );
    const words = [severity, code, ...own].filter((word) => matches(word, tokenForm));
    return [
      [words.join(" "), places.length === 0 ? "" : `at ${places.slice(0, 3).join(", ")}`].filter(Boolean).join(" "),
    ];
  });
}

const matches = (value: unknown, form: RegExp): value is string => typeof value === "string" && form.test(value);

export const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
