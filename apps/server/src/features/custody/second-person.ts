import { HilumError, type Actor, type Context } from "@hilum/contract";
import { decideSecondPerson, type SecondPersonTerms } from "@hilum/policy";
import type { ApprovalKind, ApprovalRow, Approvals } from "@hilum/store";
import { makeId } from "../../make-id.ts";
import { requireUser } from "../identity/sessions.ts";

export async function requireApproval(
  approvals: Pick<Approvals, "find">,
  kind: ApprovalKind,
  id: string,
): Promise<ApprovalRow> {
  const row = await approvals.find(kind, id);
  if (row === undefined) throw new HilumError("approval.not_found");
  return row;
}

interface Request extends Pick<ApprovalRow, "kind" | "patient" | "content"> {
  /** How long it waits for the second person. */
  waitsMs: number;
}

/** Lays a request before a second person; answers its id. */
export async function askForApproval(
  approvals: Pick<Approvals, "create">,
  context: Context,
  { waitsMs, ...request }: Request,
): Promise<string> {
  const { user } = requireUser(context);
  const now = context.now();
  const id = makeId(now.getTime());
  await approvals.create({
    ...{ ...request, id, requestedUser: user, requestedBy: context.actor.id },
    ...{ requestedAt: now.toISOString(), until: new Date(now.getTime() + waitsMs).toISOString() },
  });
  return id;
}

/** Throws `approval.another_person`, `approval.wrong_state`. */
export function requireSecondPerson({ actor, now }: Context, row: ApprovalRow): void {
  const decision = decideSecondPerson(actor, termsOfApproval(row), now().getTime());
  if (!decision.allow) throw new HilumError(decision.reason);
}

/** Who decided, and when. */
export const decidedNow = ({ actor, now }: Context): { decidedBy: string; decidedAt: string } => ({
  decidedBy: actor.id,
  decidedAt: now().toISOString(),
});

/** A request as policy sees it. A shredding that was approved and cut off by a crash waits still: it must be done to its end. */
function termsOfApproval({ kind, requestedUser, state, until }: ApprovalRow): SecondPersonTerms {
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
