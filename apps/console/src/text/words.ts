import type { Instance, Message, MessageState, Plugin, Repair } from "@hilum/contract/api";
import { causeWords, channelWords } from "@hilum/sdk/ui";
import type { Word } from "../look/status.tsx";

export { causeWords, channelWords };

export const messageWord: Record<MessageState, Word> = {
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

export const severityWord: Record<Repair["severity"], Word> = {
  critical: "Critical",
  error: "Failing",
  warning: "Warning",
  info: "Note",
};

/** The state of an instance as one word: what stops it first, then what is missing, then its health. */
export function instanceWord(instance: Pick<Instance, "state" | "health" | "next">): Word {
  if (instance.state === "quarantined") return "Quarantined";
  if (instance.state === "disabled") return "Disabled";
  if (instance.state !== "enabled") return nextWord(instance.next);
  return ({ healthy: "Healthy", degraded: "Degraded", failing: "Failing", not_tested: "Not tested" } as const)[
    instance.health
  ];
}

function nextWord(next: Instance["next"]): Word {
  if (next === "code") return "Code needed";
  if (next === "access") return "Access needed";
  if (next === "enable") return "Ready to enable";
  return next === "revision" ? "Waiting for you" : "Setup needed";
}

/** Worst first: what a list of plugins is sorted by and what stands for a plugin with several instances. */
const order: readonly Word[] = [
  "Quarantined",
  "Failing",
  "Degraded",
  "Waiting for you",
  "Setup needed",
  "Code needed",
  "Access needed",
  "Ready to enable",
  "Not tested",
  "Healthy",
  "Disabled",
];
export const wordRank = (word: Word): number => order.indexOf(word);

export function pluginWord(plugin: Pick<Plugin, "instances">): Word {
  const words = plugin.instances.map(instanceWord).toSorted((a, b) => wordRank(a) - wordRank(b));
  return words[0] ?? "Setup needed";
}

export const needsAttention = (word: Word): boolean => wordRank(word) < wordRank("Setup needed");

export const phiWords = { none: "None", transit: "Passes through, not kept", store: "Kept by the plugin" } as const;
export const codeWords: Record<Plugin["code"], string> = {
  included: "Comes with Hilum, in a sandbox",
  installed: "A package from a marketplace, in a sandbox",
  linked: "A linked folder, in a sandbox (development)",
  host: "Part of Hilum itself",
  remote: "Elsewhere, not sandboxed by Hilum",
  waiting: "Not there yet",
};

export const channelTitle = (channel: Message["channel"]): string =>
  channelWords[channel].charAt(0).toUpperCase() + channelWords[channel].slice(1);

/** What a message is called: it has no subject in lists, for that would be patient data. */
export const messageTitle = (message: Pick<Message, "channel">): string => `${channelTitle(message.channel)} message`;
