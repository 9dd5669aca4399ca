import type { Actor } from "@hilum/contract";
import { recordActions, type OperationSpec } from "@hilum/contract/api";
import type { Decision } from "@hilum/host";
import { decideOperation, decideRecord } from "@hilum/policy";
import { explainNotCarried, isCarried } from "../features/records/carried-types.ts";
import { explainDenial } from "../features/records/reach.ts";

/** The policy's answer about a request, as the pipeline takes it; a refusal for want of a role names the roles that would do. */
export function decideRequest(
  actor: Actor,
  operation: OperationSpec,
  nowMs: number,
  params: Readonly<Record<string, unknown>>,
): Decision {
  const decision = decideOperation(actor, operation, nowMs);
  if (decision.allow) return decideAct(actor, operation, params);
  const { reason } = decision;
  return {
    allow: false,
    code: reason,
    reason,
    ...(reason === "request.forbidden" ? { detail: explain(actor, operation) } : {}),
  };
}

/** What is asked of records: by type and act here, so that the refusal is noted; row by row by the service. */
function decideAct(actor: Actor, operation: OperationSpec, params: Readonly<Record<string, unknown>>): Decision {
  const { type = "Binary" } = params;
  const actions = recordActions[operation.id] ?? [];
  // No scope would help.
  if (actions.length > 0 && !isCarried(String(type)))
    return {
      allow: false,
      code: "record.not_carried",
      reason: "record.not_carried",
      detail: explainNotCarried(String(type)),
    };
  for (const action of actions) {
    const decision = decideRecord({ actor, type: String(type), action });
    if (decision.allow) continue;
    const detail = explainDenial(String(type), action, decision.reason);
    return { allow: false, code: "record.denied", reason: decision.reason, detail };
  }
  return { allow: true };
}

function explain(actor: Actor, { access, stepUp = false }: OperationSpec): string {
  if (actor.kind === "token" && stepUp) return "This needs a person who confirms with a password; a token cannot.";
  if (!Array.isArray(access)) return "This is not for your kind of credential.";
  return `This needs the role ${access.join(" or ")}.`;
}
