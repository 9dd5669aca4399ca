import type { Actor } from "@hilum/contract";
import type { OperationSpec } from "@hilum/contract/api";
import type { Decision } from "@hilum/host";
import { decideOperation } from "@hilum/policy";

/** The policy's answer about a request, as the pipeline takes it; a refusal for want of a role names the roles that would do. */
export function decideRequest(actor: Actor, operation: OperationSpec, nowMs: number): Decision {
  const decision = decideOperation(actor, operation, nowMs);
  if (decision.allow) return { allow: true };
  const { reason } = decision;
  return {
    allow: false,
    code: reason,
    reason,
    ...(reason === "request.forbidden" ? { detail: explain(actor, operation) } : {}),
  };
}

function explain(actor: Actor, { access, stepUp = false }: OperationSpec): string {
  if (actor.kind === "token" && stepUp) return "This needs a person who confirms with a password; a token cannot.";
  if (!Array.isArray(access)) return "This is not for your kind of credential.";
  return `This needs the role ${access.join(" or ")}.`;
}
