import {
  HilumError,
  isHilumError,
  type Hook,
  type IngressHandleParams,
  type IngressHandleResult,
} from "@hilum/contract";
import type { CauseClass, HookVerdict } from "@hilum/contract/api";
import type { CallContext, Host } from "@hilum/host";
import type { InstanceKey } from "@hilum/store";
import type { CallCounter } from "../plugins/call-counter.ts";

/** Vendors wait 10 to 30 seconds for an answer. */
const deadlineMs = 10_000;
/** When a vendor may come again to a plugin that is down. */
const downRetryMs = 30_000;
const busyRetryMs = 1_000;

/** What became of a delivery in the plugin's hands. */
export type HandedOver =
  | { verdict: "accepted"; status: number; answer?: NonNullable<IngressHandleResult["body"]> }
  | { verdict: Extract<HookVerdict, "busy" | "plugin_failed" | "not_running">; error: HilumError };

export interface HandOver {
  (
    context: CallContext,
    to: { key: InstanceKey; hook: Hook; ref: string },
    params: Omit<IngressHandleParams, "meta">,
  ): Promise<HandedOver>;
}

/** Hands a delivery to its instance through the pipeline. It never throws: each failure is a verdict and an answer to the vendor. */
export function createHandOver({ host, counter }: { host(): Host; counter: CallCounter }): HandOver {
  return async (context, { key, hook, ref }, params) => {
    const startedAt = performance.now();
    try {
      const { status = 200, body } = await host().call(context, {
        ...key,
        method: "ingress.handle",
        params: { ...params },
        deadlineMs,
        resource: "HookDelivery",
        ref,
        detail: { hook: hook.id },
      });
      counter.count(key, performance.now() - startedAt, false);
      return { verdict: "accepted", status, ...(body === undefined ? {} : { answer: body }) };
    } catch (error) {
      const failed = judge(error);
      if (failed.verdict === "plugin_failed") counter.count(key, performance.now() - startedAt, causeOf(failed.error));
      return failed;
    }
  };
}

const notRunning: ReadonlySet<string> = new Set([
  "plugin.not_running",
  "plugin.quarantined",
  "plugin.not_served",
  "server.stopping",
]);

/** A plugin that is down is 503, whatever the reason: the vendor is to come again, and needs to know no more. */
function judge(error: unknown): Extract<HandedOver, { error: HilumError }> {
  const known = isHilumError(error) ? error : new HilumError("server.internal", { cause: error });
  if (notRunning.has(known.code))
    return {
      verdict: "not_running",
      error: new HilumError("plugin.not_running", { retryAfterMs: downRetryMs, cause: known }),
    };
  if (known.code === "lane.full")
    return { verdict: "busy", error: new HilumError("lane.full", { retryAfterMs: busyRetryMs, cause: known }) };
  // What a plugin reports of its provider is no answer to a vendor, who gets the plain fact.
  const code = known.spec.status >= 500 && !known.code.startsWith("provider.") ? known.code : "plugin.failed";
  return { verdict: "plugin_failed", error: new HilumError(code, { cause: known }) };
}

const causeOf = ({ code }: HilumError): CauseClass => (code === "plugin.timeout" ? "timeout" : "plugin");
