/** The FHIR R4 (4.0.1) resource types that cross the platform. */
export const canonicalTypes = [
  "Appointment",
  "AuditEvent",
  "Binary",
  "Bundle",
  "Communication",
  "Consent",
  "DiagnosticReport",
  "DocumentReference",
  "Observation",
  "OperationOutcome",
  "Organization",
  "Patient",
  "Practitioner",
  "Provenance",
  "RelatedPerson",
  "ServiceRequest",
  "Task",
] as const;

export type CanonicalType = (typeof canonicalTypes)[number];
