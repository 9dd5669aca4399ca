import { HilumError, type Actor } from "@hilum/contract";
import { decideSecondPerson, type SecondPersonTerms } from "@hilum/policy";
import type { ApprovalKind, ApprovalRow, Approvals } from "@hilum/store";

export async function requireApproval(
  approvals: Pick<Approvals, "find">,
  kind: ApprovalKind,
  id: string,
): Promise<ApprovalRow> {
  const row = await approvals.find(kind, id);
  if (row === undefined) throw new HilumError("approval.not_found");
  return row;
}

/** A request as policy sees it. A shredding that was approved and cut off by a crash waits still: it must be done to its end. */
export function termsOfApproval({ kind, requestedUser, state, until }: ApprovalRow): SecondPersonTerms {
  const waits = state === "waiting" || (kind === "shredding" && state === "approved");
  return { requestedBy: requestedUser, decided: !waits, until: Date.parse(until) };
}

/** Why this person may not approve now, apart from the role. */
export function whyNotApprove(actor: Actor, row: ApprovalRow, now: Date): string | undefined {
  const decision = decideSecondPerson(actor, termsOfApproval(row), now.getTime());
  if (decision.allow) return undefined;
  return decision.reason === "approval.another_person"
    ? "You asked for it, so another person decides."
    : "It is decided already, or its time is over.";
}
