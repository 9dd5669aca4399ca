import type { RecordIcon } from "@hilum/contract/api";

export interface RecordFace {
  /** Of one: `Document`. */
  kind: string;
  /** Of many: `Documents`. */
  label: string;
  icon: RecordIcon;
}

const faces: Readonly<Record<string, readonly [kind: string, label: string, icon: RecordIcon]>> = {
  AllergyIntolerance: ["Allergy", "Allergies", "allergy"],
  Appointment: ["Appointment", "Appointments", "appointment"],
  Binary: ["File", "Files", "file"],
  Bundle: ["Bundle", "Bundles", "record"],
  Communication: ["Message", "Messages", "message"],
  Consent: ["Consent", "Consents", "consent"],
  DiagnosticReport: ["Report", "Reports", "report"],
  DocumentReference: ["Document", "Documents", "document"],
  Immunization: ["Immunisation", "Immunisations", "immunisation"],
  Observation: ["Measurement", "Measurements", "measurement"],
  Organization: ["Organisation", "Organisations", "organisation"],
  Patient: ["Patient", "Patients", "patient"],
  Practitioner: ["Practitioner", "Practitioners", "person"],
  Provenance: ["Provenance", "Provenance", "provenance"],
  RelatedPerson: ["Related person", "Related persons", "person"],
  ServiceRequest: ["Order", "Orders", "order"],
  Task: ["Task", "Tasks", "task"],
};

/** How a type of records is shown; a type that is not known by name is shown by its own. */
export function faceOf(type: string): RecordFace {
  const [kind, label, icon] = faces[type] ?? [type, type, "record" as const];
  return { kind, label, icon };
}
