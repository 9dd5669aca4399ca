import type { Agreement, Vendor } from "@hilum/contract/api";
import { dayOf, isInForce } from "@hilum/policy";
import type { AgreementRow, VendorRow } from "@hilum/store";

/** So long before its last day an agreement is said to end soon. */
export const warnDays = 30;

const dayMs = 86_400_000;
const addDays = (day: string, days: number): string => dayOf(Date.parse(`${day}T00:00:00.000Z`) + days * dayMs);

/** How a vendor stands with its agreements. */
export interface Coverage {
  state: Vendor["state"];
  /** Last day, through agreements that join each other; absent where there is no end, or nothing in force. */
  until?: string;
}

export function coverageOf({ kind, agreements }: VendorRow, now: Date): Coverage {
  if (kind === "own_organisation") return { state: "not_needed" };
  const today = dayOf(now.getTime());
  const until = coveredUntil(agreements, today);
  if (until === undefined)
    return { state: agreements.some(({ validFrom }) => validFrom <= today) ? "expired" : "missing" };
  if (until === "") return { state: "in_force" };
  return { state: until <= addDays(today, warnDays) ? "ends_soon" : "in_force", until };
}

/** Empty for no end, undefined for nothing in force. An agreement that begins on the day after another ends joins it. */
function coveredUntil(agreements: readonly AgreementRow[], today: string): string | undefined {
  const standing = agreements.filter(({ endedAt }) => endedAt === undefined);
  let until: string | undefined;
  for (let next: string = today; ;) {
    const last = standing
      .filter((agreement) => isInForce(agreement, next))
      .map(({ validUntil = "" }) => validUntil)
      .toSorted((a, b) => (a === "" ? 1 : b === "" ? -1 : a.localeCompare(b)))
      .at(-1);
    if (last === undefined || last === "") return last ?? until;
    until = last;
    next = addDays(last, 1);
  }
}

export function agreementState(agreement: AgreementRow, now: Date): Agreement["state"] {
  const today = dayOf(now.getTime());
  if (agreement.endedAt !== undefined) return "ended";
  if (agreement.validFrom > today) return "future";
  if (agreement.validUntil === undefined) return "in_force";
  if (agreement.validUntil < today) return "expired";
  return agreement.validUntil <= addDays(today, warnDays) ? "ends_soon" : "in_force";
}
