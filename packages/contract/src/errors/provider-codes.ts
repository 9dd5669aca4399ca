import type { ErrorCode } from "./catalogue.ts";
import type { causeClasses } from "./cause-classes.ts";

/** Codes with which a store of records refuses, and no other plugin. */
export const storeErrorCodes = [
  "record.conflict",
  "record.gone",
  "record.invalid",
  "record.not_found",
  "record.too_large",
  "search.invalid",
] as const satisfies readonly ErrorCode[];
export type StoreErrorCode = (typeof storeErrorCodes)[number];

/** Codes that a plugin may report (docs/reference/errors.md), refusals of the host among them that it met on the way. */
export type ProviderErrorCode =
  | Extract<ErrorCode, `provider.${string}` | `agreement.${string}` | `destination.${string}`>
  | StoreErrorCode
  | "plugin.failed"
  | "message.invalid"
  | "policy.denied"
  | "lane.full";

/** The class of the cause that goes with a code, where the plugin knows no better one. */
export const causeByProviderCode: Readonly<Record<ProviderErrorCode, (typeof causeClasses)[number]>> = {
  "agreement.expired": "configuration",
  "agreement.missing": "configuration",
  "agreement.test_mode": "configuration",
  "destination.invalid": "plugin",
  "destination.not_public": "configuration",
  "lane.full": "quota",
  "policy.denied": "configuration",
  "provider.bad_answer": "provider_down",
  "provider.bad_credentials": "wrong_credential",
  "provider.certificate": "certificate",
  "provider.quota": "quota",
  "provider.recipient": "recipient",
  "provider.redirected": "configuration",
  "provider.refused": "other",
  "provider.response_too_large": "other",
  "provider.sender": "sender_not_verified",
  "provider.temporary": "provider_down",
  "provider.timeout": "timeout",
  "provider.too_large": "too_large",
  "provider.unreachable": "network",
  "plugin.failed": "plugin",
  "record.conflict": "other",
  "record.gone": "other",
  "record.invalid": "other",
  "record.not_found": "other",
  "record.too_large": "too_large",
  "search.invalid": "other",
  "message.invalid": "other",
};
