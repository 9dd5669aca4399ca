import type { HookVerdict } from "@hilum/contract/api";
import type { InstanceKey, Store } from "@hilum/store";
import { hookAddress } from "../../hooks/hook-address.ts";

/** What arrived at a hook since a check began to wait for it. */
export interface Arrival {
  at: string;
  /** Whether it was signed as it must be. */
  signed: boolean;
}

/** What the wizard asks of the entrances of plugins. */
export interface HookPort {
  /** Where the provider calls the hook. */
  address(key: InstanceKey, hook: string): string;
  /** The newest arrival since a moment; a signed one before any other. */
  arrivedSince(key: InstanceKey, hook: string, since: string): Promise<Arrival | undefined>;
}

/** Verdicts of calls whose signature was right, whatever became of them: before it is enabled a plugin takes none. */
const signed: ReadonlySet<HookVerdict> = new Set(["accepted", "not_running", "plugin_failed", "replayed"]);
const lookedAt = 50;

/** Reads what the entrance kept. Calls that somebody made from the console prove nothing of the provider. */
export function createHookPort({ hooks, publicUrl }: Pick<Store, "hooks"> & { publicUrl(): string }): HookPort {
  return {
    address: (key, hook) => hookAddress(publicUrl(), key, hook),
    async arrivedSince(key, hook, since) {
      const { items } = await hooks.list(key, { hook, limit: lookedAt });
      const arrived = items.filter(({ at, origin }) => origin === "vendor" && at >= since);
      const best = arrived.find(({ verdict }) => signed.has(verdict));
      if (best !== undefined) return { at: best.at, signed: true };
      const wrong = arrived.find(({ verdict }) => verdict === "bad_signature");
      return wrong === undefined ? undefined : { at: wrong.at, signed: false };
    },
  };
}
