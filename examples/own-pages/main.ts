import { contactPoints, definePlugin, ProviderError, serve } from "@hilum/sdk";
import type { Evidence } from "@hilum/sdk";

interface Settings {
  readonly [name: string]: unknown;
  readonly region: string;
  readonly apiKey: string;
}

const judgeKey = ({ apiKey }: Settings): Evidence =>
  String(apiKey).startsWith("key-")
    ? { id: "key", title: "The key is accepted", status: "passed" }
    : {
        id: "key",
        title: "The key is accepted",
        status: "failed",
        cause: "wrong_credential",
        detail: "The provider does not know the key.",
        fix: "Enter a key that begins with “key-”.",
        field: "/apiKey",
      };

/** A provider that exists only here: it takes every message but those to an address that begins with "nobody". */
const plugin = definePlugin<Settings>({
  async sendMessages({ communication, idempotencyKey }, { settings, log }) {
    if (judgeKey(settings).status === "failed")
      throw new ProviderError("provider.bad_credentials", { field: "/apiKey" });
    const recipients = contactPoints(communication);
    if (recipients.every(({ value }) => value.startsWith("nobody")))
      throw new ProviderError("provider.recipient", { reply: "550 unknown" });
    log.info(`taken in ${settings.region}`);
    return await Promise.resolve({ providerId: `own-${idempotencyKey}` });
  },
  health: ({ settings }) => {
    const row = judgeKey(settings);
    return { state: row.status === "passed" ? "healthy" : "failing", rows: [row] };
  },
  setup: { try: ({ settings }) => [judgeKey(settings)] },
  smokeTests: {
    key: ({ settings }) => [judgeKey(settings)],
    send: ({ settings }) => [judgeKey(settings)],
  },
});

serve(plugin);
