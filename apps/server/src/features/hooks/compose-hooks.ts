import { createCallIds, type Governor, type Host } from "@hilum/host";
import type { Store } from "@hilum/store";
import type { CallCounter } from "../plugins/call-counter.ts";
import { createBuckets } from "./buckets.ts";
import type { AwaitedSettings } from "./find-hook.ts";
import { createHandOver } from "./hand-over.ts";
import { createHooksService } from "./hooks.ts";
import { createHookReceiver, type HookLimits } from "./receive-hook.ts";
import { createHookHandlers } from "./routes.ts";
import { createTakeDelivery } from "./take-delivery.ts";

export interface HooksParts {
  store: Store;
  host(): Host;
  governor: Governor;
  counter: CallCounter;
  publicUrl(): string;
  ref(resource: string, id: string): string;
  /** Settings of a setup that waits for a call. */
  awaited: AwaitedSettings;
  limits?: Partial<HookLimits>;
}

/** Webhooks: the entrance of vendors, and the inspector of the console. */
export function composeHooks(parts: HooksParts): { handlers: ReturnType<typeof createHookHandlers> } {
  const { store, host, governor, counter, publicUrl, ref, awaited, limits } = parts;
  const handOver = createHandOver({ host, counter });
  const refusedRows = createBuckets({ perSecond: 5, burst: 50 });
  const take = createTakeDelivery({
    ...{ governor, handOver, ref, hooks: store.hooks, nextCall: createCallIds() },
    keepsRefused: (hook) => refusedRows.take(hook, performance.now()),
  });
  const service = createHooksService({ store, take, handOver, publicUrl, ref });
  const receive = createHookReceiver({ store, take, publicUrl, awaited, ...(limits === undefined ? {} : { limits }) });
  return { handlers: createHookHandlers({ service, receive }) };
}
