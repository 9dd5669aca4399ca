/**
 * Why a record is read or given out: codes of v3-PurposeOfUse (http://terminology.hl7.org/CodeSystem/v3-ActReason), with the
 * words that a person chooses by. The order is that of a list to choose from.
 */
export const purposesOfUse = {
  ETREAT: "Emergency treatment",
  TREAT: "Treatment",
  CAREMGT: "Care management",
  PATRQT: "The patient asks for it",
  HPAYMT: "Payment",
  HOPERAT: "Running the organisation",
  HCOMPL: "Compliance and review",
  PATSFTY: "Patient safety",
  PUBHLTH: "Public health",
  HRESCH: "Research",
  HLEGAL: "Legal proceedings",
  HSYSADMIN: "Repair of this system",
} as const satisfies Record<string, string>;
export type PurposeOfUse = keyof typeof purposesOfUse;

export const purposeCodes = Object.keys(purposesOfUse) as readonly PurposeOfUse[];

/** Reads that a person may reveal a record for. Legal proceedings go by an export that another person approves. */
export const glassPurposes = [
  "ETREAT",
  "TREAT",
  "CAREMGT",
  "PATRQT",
  "HPAYMT",
  "HCOMPL",
  "PATSFTY",
  "HSYSADMIN",
] as const satisfies readonly PurposeOfUse[];
export type GlassPurpose = (typeof glassPurposes)[number];
