import type { HookDelivery, HookOrigin, HookVerdict } from "@hilum/contract/api";
import type { Word } from "../look/status.tsx";

/** What came of a delivery: a status and the words it is shown with. */
export const verdictWords: Record<HookVerdict, readonly [Word, string]> = {
  accepted: ["Passed", "Accepted"],
  bad_signature: ["Refused", "Wrong signature"],
  stale: ["Refused", "Too old"],
  replayed: ["Discarded", "Repeated"],
  too_large: ["Refused", "Too large"],
  busy: ["Warning", "Too many at once"],
  plugin_failed: ["Failed", "Plugin failed"],
  not_running: ["Disabled", "Plugin not running"],
};

export function verdictOf({ verdict, status, reason }: Pick<HookDelivery, "verdict" | "status" | "reason">) {
  if (verdict === "accepted" && status >= 400) return ["Warning", "Refused by the plugin"] as const;
  if (verdict === "stale" && reason === "from_the_future") return ["Refused", "From the future"] as const;
  return verdictWords[verdict];
}

export const originWords: Record<HookOrigin, string> = {
  vendor: "Vendor",
  test: "Test from here",
  replay: "Replay",
};

/** Why, and what to do now. */
interface Explained {
  why: string;
  todo: string;
}

const sameSecret = "Compare the secret in Settings with the one at the vendor; enter it again if they differ.";
const wayOfSigning =
  "Compare how the vendor signs with the scheme above; the plugin’s publisher says which it is made for.";

const faults: Readonly<Record<string, Explained>> = {
  key_missing: {
    why: "The secret is not set, so nobody can be believed.",
    todo: "Enter the secret that the vendor shows, in Settings.",
  },
  key_invalid: {
    why: "The secret that is set is not one of this scheme.",
    todo: "Copy it from the vendor once more, whole and with its prefix.",
  },
  signature_missing: {
    why: "It carried no signature. Somebody else may have called the address.",
    todo: "If it was the vendor: turn on signing there. Otherwise nothing is to be done.",
  },
  signature_malformed: { why: "What stands for its signature is none of this scheme.", todo: wayOfSigning },
  signature_wrong: {
    why: "The signature fits another secret, another address or another body.",
    todo: sameSecret,
  },
  timestamp_missing: { why: "It does not say when it was signed.", todo: wayOfSigning },
  timestamp_malformed: { why: "What stands for its time is none.", todo: wayOfSigning },
  id_missing: { why: "It does not name its event.", todo: wayOfSigning },
  id_malformed: { why: "The name of its event is none of this scheme.", todo: wayOfSigning },
  body_not_signed: {
    why: "Its body is no form, and the address holds no digest of it: nobody signed that body.",
    todo: "Let the vendor send a form, or JSON with bodySHA256 in the address.",
  },
  query_ambiguous: {
    why: "The digest in its address is there twice, or where none belongs.",
    todo: "Look at the address that the vendor was given.",
  },
  too_old: {
    why: "It was signed longer ago than this webhook takes.",
    todo: "If the vendor is quick: set the clock of this machine right.",
  },
  from_the_future: { why: "It was signed later than it came.", todo: "Set the clock of this machine right." },
  handled: {
    why: "The same one was handed over a moment before and answered well. It was acknowledged and not handed over again.",
    todo: "Nothing is to be done.",
  },
  in_flight: {
    why: "The same one was in the plugin’s hands just then.",
    todo: "Nothing is to be done: the first one’s answer counts.",
  },
  body: { why: "Its body is larger than this webhook takes.", todo: "Let the vendor send less in one call." },
  rate: {
    why: "Too many came at once. Only the first of them stands here.",
    todo: "The vendor comes again by itself. If it lasts, look at who calls.",
  },
  at_once: {
    why: "Too many were on their way at once. Only the first of them stands here.",
    todo: "The vendor comes again by itself. If it lasts, look at who calls.",
  },
  "lane.full": { why: "The plugin had too much to do.", todo: "The vendor comes again by itself." },
  "plugin.not_running": {
    why: "The plugin did not run. The vendor was told to come again.",
    todo: "Enable the plugin; hand this one over again if the vendor has given up.",
  },
  "plugin.timeout": {
    why: "The plugin did not answer within ten seconds.",
    todo: "Look at its Health and Logs, then hand this one over again.",
  },
  "plugin.bad_reply": {
    why: "The plugin’s answer was none.",
    todo: "Report it to the publisher.",
  },
};

const ofThePlugin: Explained = {
  why: "The plugin failed with it. What it did of it is not known.",
  todo: "Look at its Logs, mend what is named there, then hand this one over again.",
};

/** Why a delivery was not taken as the vendor meant it; nothing for one that was. */
export function explainDelivery({ verdict, status, reason }: HookDelivery): Explained | undefined {
  if (verdict === "accepted")
    return status < 400
      ? undefined
      : {
          why: `The plugin answered the vendor with ${status}: it did not like what it got.`,
          todo: "Read what it answered below, and its Logs.",
        };
  return faults[reason ?? ""] ?? ofThePlugin;
}
