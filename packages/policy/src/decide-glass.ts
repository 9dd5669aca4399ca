import type { Actor } from "@hilum/contract";
import type { FieldGroup, GlassTarget } from "@hilum/contract/api";

/** An open break-glass, as far as it decides. Times are milliseconds since the epoch. */
export interface GlassTerms {
  /** Id of the user, and of the session in which the password was given again. */
  user: string;
  session: string;
  until: number;
  endedAt?: number;
  target: GlassTarget;
  fields: readonly FieldGroup[];
}

export interface GlassQuestion {
  actor: Actor;
  glass: GlassTerms | undefined;
  /** What is to be read: a record with the patients it is about. */
  record: { type: string; id: string; patients: readonly string[] };
  now: number;
}

export type GlassReason = "request.forbidden" | "glass.not_found" | "glass.ended" | "glass.not_covering";
export type GlassDecision = { allow: true; fields: readonly FieldGroup[] } | { allow: false; reason: GlassReason };

const deny = (reason: GlassReason): GlassDecision => ({ allow: false, reason });

/**
 * Decides whether a glass lets a person read a record unmasked now. Only the person who broke it, in the session in which they
 * gave their password again, while it is open, and only what it was broken for. Pure; what goes wrong while deciding is a denial.
 */
export function decideGlass(question: GlassQuestion): GlassDecision {
  try {
    return decideOrThrow(question);
  } catch {
    return deny("glass.not_covering");
  }
}

function decideOrThrow({ actor, glass, record, now }: GlassQuestion): GlassDecision {
  if (actor.kind !== "user") return deny("request.forbidden");
  // Somebody else's glass is none.
  if (glass?.user !== actor.user) return deny("glass.not_found");
  if (glass.session !== actor.session || glass.endedAt !== undefined || !(now < glass.until))
    return deny("glass.ended");
  return covers(glass.target, record) ? { allow: true, fields: glass.fields } : deny("glass.not_covering");
}

/** A record that is about another patient too is covered only by a glass for that very record. */
function covers(target: GlassTarget, { type, id, patients }: GlassQuestion["record"]): boolean {
  if ("record" in target) return target.record.type === type && target.record.id === id;
  return patients.length > 0 && patients.every((patient) => patient === target.patient);
}
