/** The FHIR R4 (4.0.1) resource types that cross the platform. */
export const canonicalTypes = [
  "AllergyIntolerance",
  "Appointment",
  "AuditEvent",
  "Binary",
  "Bundle",
  "Communication",
  "Consent",
  "DiagnosticReport",
  "DocumentReference",
  "Immunization",
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
