import type { Manifest } from "@hilum/contract";

export const practiceMailboxId = "org.hilum.practice-mailbox";

/** The provider that needs no account: code of the host, so it works without a sandbox. It keeps what it is sent for people to look at. */
export const practiceMailboxManifest: Manifest = {
  id: practiceMailboxId,
  name: "Practice mailbox",
  version: "1.0.0",
  publisher: "Hilum",
  license: "Apache-2.0",
  description:
    "Takes messages without sending them anywhere, so that you can try the whole way. It can refuse, delay or lose them on purpose.",
  capabilities: ["send_messages"],
  config: {
    type: "object",
    properties: {
      behaviour: {
        type: "string",
        title: "What it does with a message",
        enum: ["deliver", "refuse", "delay", "lose"],
        enumTitles: ["Deliver it", "Refuse it", "Deliver it late", "Lose it: take it and never answer"],
        default: "deliver",
        description: "Change this to see how Hilum deals with a provider that misbehaves.",
      },
      delaySeconds: {
        type: "integer",
        title: "Delay in seconds",
        minimum: 1,
        maximum: 120,
        default: 5,
        when: { setting: "behaviour", in: ["delay"] },
      },
    },
  },
  health: { intervalSeconds: 300 },
  smokeTests: [{ id: "deliver", title: "Takes a message and keeps it" }],
};
