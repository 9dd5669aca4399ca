import { contactPoints, definePlugin, messageText, ProviderError, serve } from "@hilum/sdk";

interface Settings {
  readonly [name: string]: unknown;
  readonly greeting: string;
}

/** A provider that exists only here: it takes every message but those to an address that begins with "nobody". */
const plugin = definePlugin<Settings>({
  async sendMessages({ communication, attempt, idempotencyKey }, { settings, log, signal, state }) {
    signal.throwIfAborted();
    const recipients = contactPoints(communication);
    const refused = recipients.flatMap(({ value }, recipient) =>
      value.startsWith("nobody") ? [{ recipient, reply: "550 unknown" }] : [],
    );
    if (refused.length === recipients.length) throw new ProviderError("provider.recipient", { reply: "550 unknown" });

    const { value = "0" } = (await state.get("sent")) ?? {};
    await state.put("sent", String(Number(value) + 1));
    // How long it is, never what it says: a log is no place for a message.
    log.info(
      `${settings.greeting}! Attempt ${attempt}: ${recipients.length} recipients, ${messageText(communication).text?.length ?? 0} characters.`,
    );
    return { providerId: `hello-${idempotencyKey}`, ...(refused.length === 0 ? {} : { refused }) };
  },
  smokeTests: {
    greet: ({ settings }) => [
      { id: "greet", title: "The greeting is set", status: settings.greeting === "" ? "failed" : "passed" },
    ],
  },
});

serve(plugin);
