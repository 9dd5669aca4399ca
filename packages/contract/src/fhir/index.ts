export { isE164, isEmailAddress } from "./address-syntax.ts";
export { canonicalTypes, type CanonicalType } from "./canonical-types.ts";
export { checkMessage, messageLimits } from "./check-message.ts";
export {
  channelOf,
  contactPoints,
  email,
  fax,
  idempotencyKeyOf,
  isTestMessage,
  messageText,
  sms,
  type Channel,
  type EmailInput,
  type FaxInput,
  type MessageAttachment,
  type MessageContactPoint,
  type MessageText,
  type Recipient,
  type RecipientRole,
  type SmsInput,
} from "./communication.ts";
export {
  deliveryStates,
  statusByDeliveryState,
  withDeliveryState,
  type DeliveryState,
  type DeliveryStateName,
} from "./delivery-state.ts";
export { presentIssues } from "./issue.ts";
export { maskContact, presentForList, type MessageSummary } from "./message-summary.ts";
export {
  binary,
  documentReference,
  observation,
  patient,
  type BinaryInput,
  type DocumentInput,
  type ObservationInput,
  type PatientInput,
  type RecordCode,
  type RecordIdentifier,
} from "./records/build-records.ts";
export {
  documentOf,
  identifierOf,
  nameOf,
  readingOf,
  type DocumentInfo,
  type Reading,
} from "./records/read-records.ts";
export { causeSystem, extensionUrls, identifierSystems, participationMode, testLabel } from "./systems.ts";
export type { ValidationEngine, Validator } from "./validator.ts";

import type { ValidationEngine, Validator } from "./validator.ts";

/** The validator for accepting messages, without the one that also asks Medplum: what packs this brings no Medplum along. */
export async function loadCompiledValidator(): Promise<Validator> {
  const { createCompiledValidator } = await import("./compiled-validator.ts");
  return await createCompiledValidator();
}

const loaded = new Map<ValidationEngine, Promise<Validator>>();

/**
 * The validator, made at the first call and kept: definitions and engine are not loaded before. `compiled` is the one
 * for accepting messages; `layered` (the default) also asks Medplum. On the server only: it reads a file.
 */
export function loadValidator(engine: ValidationEngine = "layered"): Promise<Validator> {
  const known = loaded.get(engine);
  if (known !== undefined) return known;
  const validator = import("./validator.ts").then(({ createValidator }) => createValidator(engine));
  loaded.set(engine, validator);
  validator.catch(() => loaded.delete(engine));
  return validator;
}
