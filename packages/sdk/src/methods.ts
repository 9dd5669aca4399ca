import {
  wireErrorCodes,
  type CheckResult,
  type HealthResult,
  type IngressHandleParams,
  type IngressHandleResult,
  type SendParams,
  type SendResult,
  type SetupDiscoverResult,
} from "@hilum/contract";
import type { Communication } from "@medplum/fhirtypes";
import type { CallContext, PluginDefinition } from "./definition.ts";
import { createHookRequest } from "./hook-request.ts";
import { createStoreMethods, type ServedContext } from "./records/store-methods.ts";
import { WireRefusal } from "./wire-refusal.ts";

/** Answers one method of the host. */
export type Method = (params: Record<string, unknown>, context: ServedContext) => Promise<unknown>;

/** The methods that a plugin with this definition answers, besides handshake and shutdown. */
export function createMethods(definition: PluginDefinition): ReadonlyMap<string, Method> {
  const methods = new Map<string, Method>([
    [
      "config.validate",
      async (_params, context): Promise<CheckResult> => ({
        rows: (await checkSettings(definition, context)) ?? [],
      }),
    ],
    [
      "setup.check",
      async (params, context): Promise<CheckResult> => ({
        rows: await find(definition.setup, params["step"], "step")(withRecipient(context, params["recipient"])),
      }),
    ],
    ["health.check", async (_params, context): Promise<HealthResult> => (await definition.health?.(context)) ?? alive],
    [
      "smoke.run",
      async (params, context) => ({
        rows: await find(
          definition.smokeTests,
          params["id"],
          "smoke test",
        )(withRecipient(context, params["recipient"])),
      }),
    ],
  ]);
  const { sendMessages, discover } = definition;
  if (discover !== undefined)
    methods.set("setup.discover", async (params, context): Promise<SetupDiscoverResult> => ({
      options: await find(discover, params["field"], "setting")(context),
    }));
  if (sendMessages !== undefined)
    methods.set("messages.send", async (params, context): Promise<SendResult> => {
      const { message, attempt, idempotencyKey, attachments, maybeSentSince } = params as unknown as SendParams;
      const sent = await sendMessages.call(
        definition,
        {
          ...{ communication: message as unknown as Communication, attempt, idempotencyKey, attachments },
          ...(maybeSentSince === undefined ? {} : { maybeSentSince: new Date(maybeSentSince) }),
        },
        context,
      );
      return { ...sent, outcome: "accepted" };
    });
  if (definition.records !== undefined)
    for (const [name, method] of createStoreMethods(definition.records)) methods.set(name, method);
  const { hooks } = definition;
  if (hooks !== undefined)
    methods.set("ingress.handle", async (params, context): Promise<IngressHandleResult> => {
      const handle = find(hooks, params["hook"], "hook");
      return (await handle(createHookRequest(params as unknown as IngressHandleParams), context)) ?? {};
    });
  return methods;
}

/** By its name, or by the one that it had before 0.2.0. */
const checkSettings = (definition: PluginDefinition, context: CallContext) =>
  definition.checkSettings === undefined
    ? definition.checkConfig?.(context.settings, context)
    : definition.checkSettings(context.settings, context);

const alive: HealthResult = {
  state: "healthy",
  rows: [{ id: "answers", title: "The plugin answers", status: "passed" }],
};

function find<F>(functions: Readonly<Record<string, F>> | undefined, name: unknown, what: string): F {
  const found =
    typeof name === "string" && functions !== undefined && Object.hasOwn(functions, name) ? functions[name] : undefined;
  if (found === undefined) throw new WireRefusal(wireErrorCodes.invalidParams, `There is no such ${what}`);
  return found;
}

/** The context's members are getters in part, so it is extended and not copied. */
function withRecipient(context: CallContext, recipient: unknown): CallContext & { recipient: string | undefined } {
  return Object.create(context, {
    recipient: { value: typeof recipient === "string" ? recipient : undefined, enumerable: true },
  }) as CallContext & { recipient: string | undefined };
}
