import type { Actor } from "@hilum/contract";
import { govern, type CallContext, type Governor } from "@hilum/host";
import type { RetentionService } from "./retention.ts";

const keeper: CallContext & { actor: Actor } = {
  actor: { kind: "system", id: "system:retention" },
  purpose: "HOPERAT",
};

/** Carries out once a day what the rules of retention say; each type is an act of its own in the audit log. */
export async function keepRetention(
  {
    retention,
    governor,
    nextCall,
  }: { retention: Pick<RetentionService, "due" | "purge">; governor: Governor; nextCall(): string },
  now: Date,
): Promise<void> {
  for (const type of await retention.due(now))
    await govern(
      governor,
      keeper,
      { call: nextCall(), action: "purgeRecords", audit: "intent", resource: type },
      {
        resolve: () => undefined,
        decide: () => ({ allow: true }),
        perform: () => retention.purge({ actor: keeper.actor, now: () => now }, type),
        measure: ({ versions }) => ({ count: versions }),
      },
    );
}
