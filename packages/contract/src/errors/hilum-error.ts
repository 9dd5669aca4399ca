import { errorCatalogue, type ErrorCode, type ErrorSpec } from "./catalogue.ts";

/** One place in the caller's input and what to write there instead. `pointer` is an RFC 6901 JSON pointer. */
export interface Problem {
  pointer: string;
  message: string;
  /** 1-based line in the submitted text, where the text was available. */
  line?: number;
  fix?: string;
}

export interface HilumErrorOptions {
  /** Safe to show: names the object and the condition, never PHI or a secret. Defaults to the catalogue's title. */
  detail?: string;
  problems?: readonly Problem[];
  /** Internals for the log. Never serialized to a caller. */
  cause?: unknown;
  retryAfterMs?: number;
  /** Of a call to somewhere outside: `no` when nothing of it can have gone out. */
  sent?: "no" | "maybe";
}

const brand = Symbol.for("hilum.error");

/**
 * The one exception of the platform. `code` is a key of the error catalogue; `detail` and `problems` may be shown,
 * `cause` may not.
 */
export class HilumError extends Error {
  readonly [brand] = true;
  readonly code: ErrorCode;
  readonly detail: string;
  readonly problems: readonly Problem[];
  readonly retryAfterMs: number | undefined;
  readonly sent: "no" | "maybe" | undefined;

  constructor(code: ErrorCode, options: HilumErrorOptions = {}) {
    const detail = options.detail ?? errorCatalogue[code].title;
    super(`${code}: ${detail}`, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = "HilumError";
    this.code = code;
    this.detail = detail;
    this.problems = options.problems ?? [];
    this.retryAfterMs = options.retryAfterMs;
    this.sent = options.sent;
  }

  get spec(): ErrorSpec {
    return errorCatalogue[this.code];
  }
}

/** True for a HilumError of any copy of this package: the brand is a registered symbol, so no `instanceof` across packages. */
export function isHilumError(value: unknown): value is HilumError {
  return typeof value === "object" && value !== null && brand in value;
}
