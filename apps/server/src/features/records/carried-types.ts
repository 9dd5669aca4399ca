import { HilumError, nearestName } from "@hilum/contract";
import { canonicalTypes } from "@hilum/contract/fhir";

/** What only the platform writes, or what is an answer and never a record. */
const kept: ReadonlySet<string> = new Set(["AuditEvent", "OperationOutcome"]);

/** The types that are stored, found and given out as records. */
export const carriedTypes: readonly string[] = canonicalTypes.filter((type) => !kept.has(type));
const carried: ReadonlySet<string> = new Set(carriedTypes);

export const isCarried = (type: string): boolean => carried.has(type);

/** Throws `record.not_carried`, naming the type that was meant. */
export function requireCarried(type: string): string {
  if (carried.has(type)) return type;
  throw new HilumError("record.not_carried", { detail: explainNotCarried(type) });
}

/** What to do about a type that is not carried; does not repeat it. */
export function explainNotCarried(type: string): string {
  if (type === "AuditEvent")
    return "Audit entries are kept in a log of their own, which nobody can write to. Export them under Audit.";
  const near = /^[A-Za-z]{1,60}$/.test(type) ? nearestName(type, carriedTypes) : undefined;
  return `Records of this type are not carried.${near === undefined ? "" : ` Did you mean ${near}?`}`;
}
