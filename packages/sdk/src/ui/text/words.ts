import type { CauseClass } from "@hilum/contract/api";
import type { PageMessage } from "@hilum/contract/bridge";
import type { StatusWord } from "../parts/status.tsx";

/** Cause classes in the operator's words. */
export const causeWords: Record<CauseClass, string> = {
  wrong_credential: "wrong credential",
  sender_not_verified: "sender not accepted",
  recipient: "recipient not known",
  network: "network",
  certificate: "certificate not trusted",
  quota: "quota used up",
  too_large: "message too large",
  provider_down: "provider does not work",
  timeout: "no answer in time",
  configuration: "settings",
  plugin: "the plugin itself",
  other: "other cause",
};

export const channelWords = { email: "e-mail", sms: "SMS", fax: "fax" } as const;

export const messageWords: Record<PageMessage["state"], StatusWord> = {
  queued: "Queued",
  sending: "Sending",
  retrying: "Retrying",
  sent: "Sent",
  delivered: "Delivered",
  dead: "Failed",
  uncertain: "Uncertain",
  cancelled: "Cancelled",
  discarded: "Discarded",
};
