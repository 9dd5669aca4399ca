import { govern, type Governor } from "../pipeline.ts";
import type { Ticker } from "../ticker.ts";
import type { InstanceKey } from "../instance-key.ts";
import type { Live } from "./live.ts";
import { supervisorContext } from "./run-notes.ts";

/**
 * Asks a plugin to end and waits for it. Never rejects: one that does not listen, or a log that cannot be written, ends in the
 * kill that follows.
 */
export async function askToEnd(
  leaving: Live,
  key: InstanceKey,
  { deadlineMs, governor, ticker, call }: { deadlineMs: number; governor: Governor; ticker: Ticker; call: string },
): Promise<void> {
  const record = {
    call,
    action: "plugin.shutdown",
    audit: "intent",
    plugin: key.plugin,
    instance: key.instance,
  } as const;
  const asked = govern(governor, supervisorContext, record, {
    resolve: () => leaving,
    decide: () => ({ allow: true }),
    perform: ({ connection }) =>
      connection.request("shutdown", { meta: { call, deadlineMs, hops: 0 } }, ticker.now() + deadlineMs),
  });
  await asked.then(() => Promise.race([leaving.ended, pause(deadlineMs)])).catch(() => undefined);
}

export function pause(durationMs: number): Promise<void> {
  return new Promise((resolve) => void setTimeout(resolve, durationMs).unref());
}
