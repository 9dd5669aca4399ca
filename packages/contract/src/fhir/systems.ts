/** Code systems, extension URLs and identifier systems that Hilum reads and writes. */

/** v3-ParticipationMode: `SMSWRIT` came with HL7 Terminology 7 and is not in base R4. */
export const participationMode = "http://terminology.hl7.org/CodeSystem/v3-ParticipationMode";

/** v3-ActReason, in `meta.security`: `HTEST` says that what it labels is made up for a test (FHIR R4 security labels). */
export const testLabel = {
  system: "http://terminology.hl7.org/CodeSystem/v3-ActReason",
  code: "HTEST",
  display: "test health data",
} as const;

const base = "https://hilum.dev/fhir/StructureDefinition";

export const extensionUrls = {
  /** On Communication.recipient: the address used, as `valueContactPoint`. */
  usedContactPoint: `${base}/used-contact-point`,
  /** On Communication.recipient: `valueCode` cc or bcc; absent means to. */
  recipientRole: `${base}/recipient-role`,
  /** On Communication, repeating: one step of the delivery. */
  deliveryState: `${base}/delivery-state`,
  /** On OperationOutcome.issue: the place as an RFC 6901 pointer. */
  jsonPointer: `${base}/json-pointer`,
} as const;

export const identifierSystems = {
  idempotencyKey: "https://hilum.dev/fhir/sid/idempotency-key",
  /** The id that a provider gave to a message; the host writes it. */
  providerMessageId: "https://hilum.dev/fhir/sid/provider-message-id",
} as const;

/** Codes of `Communication.statusReason`: those of the error catalogue. */
export const causeSystem = "https://hilum.dev/fhir/CodeSystem/cause";
