import type { Actor } from "@hilum/contract";

/** Something that one person asks for and another decides. Times are milliseconds since the epoch. */
export interface SecondPersonTerms {
  /** Id of the user who asks. */
  requestedBy: string;
  decided: boolean;
  until: number;
}

export type SecondPersonReason = "request.forbidden" | "approval.another_person" | "approval.wrong_state";
export type SecondPersonDecision = { allow: true } | { allow: false; reason: SecondPersonReason };

/** Decides whether this person may approve: a person, another one than who asked, while it waits. Pure; denies by default. */
export function decideSecondPerson(actor: Actor, terms: SecondPersonTerms, now: number): SecondPersonDecision {
  if (actor.kind !== "user") return { allow: false, reason: "request.forbidden" };
  if (terms.decided !== false || !(now < terms.until)) return { allow: false, reason: "approval.wrong_state" };
  if (terms.requestedBy === "" || terms.requestedBy === actor.user)
    return { allow: false, reason: "approval.another_person" };
  return { allow: true };
}
