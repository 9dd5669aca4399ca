import { definePlugin, serve, type CallContext, type HookRequest } from "@hilum/sdk";

/** What the provider says about a message, in its own words. */
interface StatusEvent {
  id: string;
  status: "delivered" | "failed";
}

/** A provider that exists only here: it takes every message, and calls the hook `status` about it later. */
const plugin = definePlugin({
  async sendMessages({ communication, idempotencyKey }, { state }) {
    const providerId = `message-${idempotencyKey}`;
    await state.put(`sent/${providerId}`, communication.id ?? "");
    return { providerId };
  },
  hooks: {
    async status(request, ctx) {
      const event = parseEvent(request);
      // A vendor is told what it did wrong once; one that sends what nobody knows would send it for days otherwise.
      if (event === undefined) return { status: 400 };
      await note(event, ctx);
      return { status: 204 };
    },
  },
  smokeTests: {
    address: ({ hooks, secretsHeld }) => [
      { id: "address", title: `It is called at ${hooks["status"] ?? "nowhere"}`, status: "passed" },
      {
        id: "secret",
        title: "Hilum holds the signing secret",
        status: secretsHeld.includes("signingSecret") ? "passed" : "failed",
        ...{ fix: "Enter the signing secret that the provider shows.", field: "/signingSecret" },
      },
    ],
  },
});

/** Twice the same event says the same twice. */
async function note({ id, status }: StatusEvent, { state, deliveries, log }: CallContext): Promise<void> {
  const known = await state.get(`sent/${id}`);
  if (known === undefined) {
    log.info("a status of a message that was not sent from here");
    return;
  }
  if (status === "delivered")
    await deliveries.update({ message: known.value, state: "delivered", at: new Date().toISOString(), providerId: id });
}

function parseEvent(request: HookRequest): StatusEvent | undefined {
  const value = readJson(request);
  if (typeof value !== "object" || value === null || !("id" in value) || !("status" in value)) return undefined;
  const { id, status } = value;
  if (typeof id !== "string" || !/^[\w-]{1,100}$/.test(id)) return undefined;
  return status === "delivered" || status === "failed" ? { id, status } : undefined;
}

function readJson(request: HookRequest): unknown {
  try {
    return request.json();
  } catch {
    return undefined;
  }
}

serve(plugin);
