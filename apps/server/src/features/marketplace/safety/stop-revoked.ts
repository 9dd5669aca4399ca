import type { Context, Log } from "@hilum/contract";
import type { SourceRefresh } from "@hilum/contract/api";
import type { Revocation } from "@hilum/marketplace";
import type { MarketplaceEntry, Store } from "@hilum/store";
import type { LifecycleService } from "../../plugins/lifecycle.ts";
import type { SourceDocument } from "../sources/present-source.ts";

/**
 * Marks what was taken back, and lets an instance that runs it start anew, which is refused where the policy is to stop it
 * (threat 128): it ends with the reason and the mend beside it.
 */
export async function stopRevoked(
  { store, lifecycle, log }: { store: Store; lifecycle: Pick<LifecycleService, "apply">; log: Log },
  { actor }: Pick<Context, "now" | "actor">,
  source: MarketplaceEntry<SourceDocument>,
  revocations: readonly Revocation[],
): Promise<SourceRefresh["revoked"]> {
  const done: SourceRefresh["revoked"] = [];
  for (const row of await store.packages.list()) {
    const found = revocations.find((one) => one.plugin === row.plugin && one.version === row.version);
    if (found === undefined || row.source !== source.id || row.revoked !== undefined) continue;
    await store.packages.revoke(row.digest, found.reason);
    const stop = source.document.policy.whenRevoked === "stop";
    done.push({ plugin: row.plugin, version: row.version, reason: found.reason, done: stop ? "stopped" : "said" });
    const plugin = await store.plugins.find(row.plugin);
    if (!stop || plugin?.package !== row.digest) continue;
    log.warn("package.revoked", { plugin: row.plugin, version: row.version });
    for (const { instance } of await store.instances.list(row.plugin))
      await lifecycle.apply({ actor, purpose: "HSYSADMIN" }, { plugin: row.plugin, instance });
  }
  return done;
}
