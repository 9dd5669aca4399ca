/** A business associate agreement, as far as it decides. Days are `YYYY-MM-DD` in UTC, the last one included. */
export interface AgreementTerms {
  id: string;
  validFrom: string;
  /** Absent for one without an end. */
  validUntil?: string;
  /** A person ended it; from then on it counts no more. */
  endedAt?: string;
}

export interface VendorTerms {
  id: string;
  kind: "business_associate" | "own_organisation";
  /** Exact hosts in lower case, or `.suffix.example` for every host below it. */
  hosts: readonly string[];
  agreements: readonly AgreementTerms[];
}

export interface Disclosure {
  /** Whether what goes there may hold patient data. */
  phi: boolean;
  /** The instance is in test mode, where it is handed test messages alone. */
  testMode: boolean;
  /** Name or address of the destination, in lower case. */
  host: string;
  /** Every address of the host is in a range that an administrator named as the organisation's own. */
  inOwnRange: boolean;
  vendors: readonly VendorTerms[];
  /** Milliseconds since the epoch. */
  now: number;
}

export type DisclosureReason = "agreement.missing" | "agreement.expired" | "decision.failed";

export type DisclosureDecision =
  | {
      allow: true;
      because: "no_phi" | "own_range" | "own_organisation" | "test_mode" | "agreement";
      /** Of `agreement`: under which. */
      agreement?: AgreementTerms;
    }
  | { allow: false; reason: DisclosureReason };

/**
 * Decides whether data may leave to a host (45 CFR 164.502(e): patient data goes to a business associate only under an agreement).
 * Pure; denies by default; whatever goes wrong while deciding is a denial.
 */
export function decideDisclosure(disclosure: Disclosure): DisclosureDecision {
  try {
    return decideOrThrow(disclosure);
  } catch {
    return { allow: false, reason: "decision.failed" };
  }
}

function decideOrThrow({ phi, testMode, host, inOwnRange, vendors, now }: Disclosure): DisclosureDecision {
  if (phi === false) return { allow: true, because: "no_phi" };
  if (inOwnRange === true) return { allow: true, because: "own_range" };
  const vendor = vendorOf(host, vendors);
  if (vendor?.kind === "own_organisation") return { allow: true, because: "own_organisation" };
  if (testMode === true) return { allow: true, because: "test_mode" };
  const today = dayOf(now);
  const agreements = vendor?.kind === "business_associate" ? vendor.agreements : [];
  const agreement = agreements.find((terms) => isInForce(terms, today));
  if (agreement !== undefined) return { allow: true, because: "agreement", agreement };
  return {
    allow: false,
    reason: agreements.some((terms) => hasHeld(terms, today)) ? "agreement.expired" : "agreement.missing",
  };
}

/** The vendor of the exact host, or else of the longest suffix that the host lies below. */
export function vendorOf<Vendor extends Pick<VendorTerms, "hosts">>(
  host: string,
  vendors: readonly Vendor[],
): Vendor | undefined {
  let found: { vendor: Vendor; length: number } | undefined;
  for (const vendor of vendors)
    for (const pattern of vendor.hosts)
      if (coversHost(pattern, host) && pattern.length > (found?.length ?? 0))
        found = { vendor, length: pattern.length };
  return found?.vendor;
}

/** `.suffix.example` covers what lies below it and not `suffix.example` itself. An exact host is longer than any of its suffixes. */
export const coversHost = (pattern: string, host: string): boolean =>
  pattern.startsWith(".") ? host.endsWith(pattern) && host.length > pattern.length : host === pattern;

export const isInForce = ({ validFrom, validUntil, endedAt }: AgreementTerms, today: string): boolean =>
  endedAt === undefined && isDay(validFrom) && validFrom <= today && (validUntil === undefined || today <= validUntil);

/** It has begun, though it holds no more. */
const hasHeld = ({ validFrom }: AgreementTerms, today: string): boolean => isDay(validFrom) && validFrom <= today;

const isDay = (text: string): boolean => /^\d{4}-\d{2}-\d{2}$/.test(text);

/** The day in UTC of a time in milliseconds. */
export const dayOf = (ms: number): string => new Date(ms).toISOString().slice(0, 10);
