import type { TokensRequest } from "../../engine/statement.ts";
import { hashTokens } from "../../engine/bind.ts";
import type { Session } from "../../session.ts";

const domain = "record_terms";

/**
 * What a record is found by: its terms, apart by type, so that equal values of different types look different; and its
 * patients, alike for all types, so that what is about one patient is found at once.
 */
export function tokensOf(type: string, terms: readonly string[], patients: readonly string[]): TokensRequest {
  return { tokens: [...terms.map((term) => `${type}\n${term}`), ...patients.map(patientToken)], domain };
}

/** JSON text for a query. */
export function hashGroup({ keyring }: Session, type: string, terms: readonly string[]): string {
  return hashTokens(keyring, { tokens: terms.map((term) => `${type}\n${term}`), domain });
}

export function hashPatient({ keyring }: Session, patient: string): string {
  return hashTokens(keyring, { tokens: [patientToken(patient)], domain });
}

function patientToken(patient: string): string {
  return `\n${patient}`;
}
