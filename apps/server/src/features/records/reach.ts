import { HilumError, type Context, type DataAction } from "@hilum/contract";
import { decideRecord, type RecordDenyReason } from "@hilum/policy";
import type { Asker } from "./records-service.ts";

const letters: Record<DataAction, string> = { c: "create", r: "read", u: "update", d: "delete", s: "search" };

/** A person or a token as who asks for records. Plugins come by their lane, with the rows of their grants. */
export function askerOf(context: Context): Asker {
  return {
    context,
    reach(type, action) {
      const decision = decideRecord({ actor: context.actor, type, action });
      if (decision.allow) return decision.reach;
      throw denied(type, action, decision.reason);
    },
  };
}

export function denied(type: string, action: DataAction, reason?: RecordDenyReason): HilumError {
  return new HilumError("record.denied", { detail: explainDenial(type, action, reason) });
}

/** What would be needed, in the words of the person who can give it. */
export function explainDenial(type: string, action: DataAction, reason?: RecordDenyReason): string {
  if (reason === "role.missing") return "This needs the role administrator or operator.";
  return `To ${letters[action]} these records takes the scope system/${type}.${action}.`;
}
