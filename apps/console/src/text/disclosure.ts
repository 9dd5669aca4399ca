import type { Agreement, Disclosure, EgressReceipt, Vendor } from "@hilum/contract/api";
import type { Word } from "../look/status.tsx";
import { calendarDay } from "./format.ts";

type Said = readonly [word: Word, text: string];

/** Why patient data may go to a host now, or why not. */
export function disclosureSaid({ because, validUntil }: Disclosure): Said {
  switch (because) {
    case "agreement":
      return ["Active", validUntil === undefined ? "Under an agreement" : `Agreement until ${calendarDay(validUntil)}`];
    case "no_phi":
      return ["Active", "No patient data goes there"];
    case "own_range":
      return ["Active", "Your own network"];
    case "own_organisation":
      return ["Active", "Your own organisation"];
    case "test_mode":
      return ["Note", "Test mode: test messages alone"];
    case "expired":
      return ["Refused", "The agreement has ended"];
    case "missing":
      return ["Missing", "No agreement"];
  }
}

/** How a vendor stands with its agreements. */
export function vendorSaid({ state, coveredUntil }: Pick<Vendor, "state" | "coveredUntil">): Said {
  switch (state) {
    case "in_force":
      return ["Active", coveredUntil === undefined ? "In force" : `In force until ${calendarDay(coveredUntil)}`];
    case "ends_soon":
      return ["Ends soon", `Ends ${coveredUntil === undefined ? "soon" : calendarDay(coveredUntil)}`];
    case "expired":
      return ["Refused", "Has ended"];
    case "missing":
      return ["Missing", "No agreement"];
    case "not_needed":
      return ["Active", "None needed"];
  }
}

export function agreementSaid({ state, validFrom, validUntil }: Agreement): Said {
  switch (state) {
    case "in_force":
      return ["Active", "In force"];
    case "ends_soon":
      return ["Ends soon", validUntil === undefined ? "Ends soon" : `Ends ${calendarDay(validUntil)}`];
    case "future":
      return ["Open", `Begins ${calendarDay(validFrom)}`];
    case "expired":
      return ["Expired", "Expired"];
    case "ended":
      return ["Revoked", "Ended"];
  }
}

const reasons: Readonly<Record<string, string>> = {
  reflected: "The answer held the secret; Hilum took it out",
  "policy.denied": "No grant for this host",
  "scope.not_granted": "No grant for this host",
  "scope.denied": "The grant was denied",
  "destination.invalid": "Not a destination that it declares",
  "destination.unknown": "Not a destination that it declares",
  "destination.unresolved": "A setting that names the host is missing",
  "request.undeclared": "Not a request that it declares",
  "header.not_allowed": "A header that a plugin may not set",
  "query.invalid": "A query that cannot be sent",
  "body.not_allowed": "A body where none belongs",
  "body.invalid": "A body that cannot be sent",
  "destination.not_public": "The address may not be reached",
  "agreement.missing": "No business associate agreement",
  "agreement.expired": "The agreement has ended",
  "lane.full": "Too much at once, or the budget is used up",
  "audit.blocked": "The audit log cannot be written",
  "plugin.killed": "The plugin gave it up",
  "plugin.not_running": "The plugin was stopped",
  "provider.unreachable": "Not reached, or the line broke",
  "provider.certificate": "The certificate is not trusted",
  "provider.timeout": "No answer in time",
  "provider.response_too_large": "The answer is too large",
  "provider.redirected": "The answer leads elsewhere",
  "provider.bad_answer": "The answer is no HTTP",
  "provider.bad_credentials": "The secret is missing or fits in no header",
  idle: "Closed after silence",
  bytes: "Closed: too much went through",
  revoked: "Cut: no longer allowed",
  error: "The line broke",
};

/** What became of an outbound call. */
export function receiptSaid({ decision, reason, status }: EgressReceipt): Said {
  const why = reason === undefined ? undefined : (reasons[reason] ?? reason);
  if (decision === "deny") return ["Refused", why ?? "Refused"];
  if (reason === "reflected") return ["Warning", why ?? "Warning"];
  if (why !== undefined) return ["Failed", why];
  if (status === undefined) return ["Passed", "Closed"];
  return status < 400 ? ["Passed", String(status)] : [status < 500 ? "Warning" : "Failed", String(status)];
}
