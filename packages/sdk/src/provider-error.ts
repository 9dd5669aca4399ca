import { errorCatalogue, type ErrorCode, type WireErrorData } from "@hilum/contract";
import type { CauseClass } from "@hilum/contract/api";

/** Codes that a plugin may report (docs/reference/errors.md). */
export type ProviderErrorCode = Extract<ErrorCode, `provider.${string}`> | "plugin.failed" | "message.invalid";

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
  /** The error that was caught, for the debugger; it does not leave the process. */
  error?: unknown;
}

const causes: Readonly<Partial<Record<ProviderErrorCode, CauseClass>>> = {
  "provider.bad_credentials": "wrong_credential",
  "provider.certificate": "certificate",
  "provider.quota": "quota",
  "provider.recipient": "recipient",
  "provider.refused": "other",
  "provider.sender": "sender_not_verified",
  "provider.temporary": "provider_down",
  "provider.too_large": "too_large",
  "provider.unreachable": "network",
  "plugin.failed": "plugin",
  "message.invalid": "other",
};

const brand = Symbol.for("hilum.sdk.provider-error");

/** What went wrong at the provider, in the terms by which the host decides whether to try again. */
export class ProviderError extends Error {
  readonly [brand] = true;
  readonly code: ProviderErrorCode;
  readonly data: WireErrorData;

  constructor(code: ProviderErrorCode, options: ProviderErrorOptions = {}) {
    const { title, fix, retryable } = errorCatalogue[code];
    super(title, options.error === undefined ? undefined : { cause: options.error });
    this.name = "ProviderError";
    this.code = code;
    this.data = {
      code,
      cause: options.cause ?? causes[code] ?? "other",
      sent: options.sent ?? "no",
      retry: options.retry ?? (retryable ? "later" : "never"),
      fix: options.fix ?? fix,
      ...(options.retryAfterMs === undefined ? {} : { retryAfterMs: options.retryAfterMs }),
      ...(options.field === undefined ? {} : { field: options.field }),
      ...(options.reply === undefined ? {} : { reply: options.reply.toWellFormed().slice(0, 2000) }),
    };
  }
}

/** True for a ProviderError of any copy of the SDK. */
export function isProviderError(value: unknown): value is ProviderError {
  return typeof value === "object" && value !== null && brand in value;
}
