import { roles, type Callers } from "@hilum/contract/api";
import type { Actor } from "@hilum/contract";

/** What an operation of the HTTP API says about its callers (an OperationSpec has these members). */
export interface OperationAccess {
  access: Callers;
  stepUp?: boolean;
}

/** The reason of a refusal is a code of the error catalogue. */
export type OperationDecision =
  | { allow: true }
  | { allow: false; reason: "request.unauthenticated" | "request.forbidden" | "request.step_up" };

const refuse = (reason: Extract<OperationDecision, { allow: false }>["reason"]): OperationDecision => ({
  allow: false,
  reason,
});

/**
 * Decides whether `actor` may call an operation at `now` (milliseconds since the epoch). An operation with `stepUp`
 * asks a signed-in user for a fresh proof. A token cannot give one, and so never calls such an operation.
 */
export function decideOperation(actor: Actor, operation: OperationAccess, now: number): OperationDecision {
  try {
    return decideOrThrow(actor, operation, now);
  } catch {
    return refuse("request.forbidden");
  }
}

function decideOrThrow(actor: Actor, { access, stepUp = false }: OperationAccess, now: number): OperationDecision {
  if (access === "public") return { allow: true };
  if (actor.kind === "anonymous") return refuse("request.unauthenticated");
  if (access === "plugin") return actor.kind === "plugin" ? { allow: true } : refuse("request.forbidden");
  if (actor.kind !== "user" && actor.kind !== "token") return refuse("request.forbidden");
  if (!Array.isArray(access) || !roles.includes(actor.role) || !access.includes(actor.role))
    return refuse("request.forbidden");
  if (!stepUp) return { allow: true };
  if (actor.kind === "token") return refuse("request.forbidden");
  return actor.steppedUpUntil !== undefined && now < actor.steppedUpUntil ? { allow: true } : refuse("request.step_up");
}
