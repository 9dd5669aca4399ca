import { causeByProviderCode, errorCatalogue, type ProviderErrorCode, type WireErrorData } from "@hilum/contract";
import type { CauseClass } from "@hilum/contract/api";

export interface ProviderErrorOptions {
  /** Class of the cause; by default the one that goes with the code. */
  cause?: CauseClass;
  /** `maybe` as soon as the provider may have taken the message: it is then never sent again by itself. Default `no`. */
  sent?: "no" | "maybe";
  /** Default: as the code says. */
  retry?: "later" | "never";
  retryAfterMs?: number;
  /** The provider's own words, without addresses and credentials. At most 2,000 characters are kept. */
  reply?: string;
  /** JSON pointer into the settings, where the mend is made: `/password`. */
  field?: string;
  /** What to do now, in the operator's words. */
  fix?: string;
  /** What was seen, as a sentence for a check's row. Never a patient's data, never a secret. */
  detail?: string;
  /** The error that was caught, for the debugger; it does not leave the process. */
  error?: unknown;
}

const brand = Symbol.for("hilum.sdk.provider-error");

/** What went wrong at the provider, in the terms by which the host decides whether to try again. */
export class ProviderError extends Error {
  readonly [brand] = true;
  readonly code: ProviderErrorCode;
  readonly data: WireErrorData;
  readonly detail: string;

  constructor(code: ProviderErrorCode, options: ProviderErrorOptions = {}) {
    const { title, fix, retryable } = errorCatalogue[code];
    super(title, options.error === undefined ? undefined : { cause: options.error });
    this.name = "ProviderError";
    this.code = code;
    this.detail = options.detail ?? `${title}.`;
    this.data = {
      code,
      cause: options.cause ?? causeByProviderCode[code],
      sent: options.sent ?? "no",
      retry: options.retry ?? (retryable ? "later" : "never"),
      fix: options.fix ?? fix,
      ...(options.retryAfterMs === undefined ? {} : { retryAfterMs: options.retryAfterMs }),
      ...(options.field === undefined ? {} : { field: options.field }),
      ...(options.reply === undefined ? {} : { reply: options.reply.toWellFormed().slice(0, 2000) }),
    };
  }
}

export const isProviderErrorCode = (code: unknown): code is ProviderErrorCode =>
  typeof code === "string" && Object.hasOwn(causeByProviderCode, code);

/** True for a ProviderError of any copy of the SDK. */
export function isProviderError(value: unknown): value is ProviderError {
  return typeof value === "object" && value !== null && brand in value;
}
