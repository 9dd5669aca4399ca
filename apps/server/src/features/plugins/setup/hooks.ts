import type { Hook } from "@hilum/contract";
import type { HookVerdict } from "@hilum/contract/api";
import { verifySignature } from "@hilum/host";
import type { InstanceKey, Store } from "@hilum/store";
import { hookAddress } from "../../hooks/hook-address.ts";
import { requestOf } from "../../hooks/kept-request.ts";

/** What arrived at a hook since a check began to wait for it. */
export interface Arrival {
  at: string;
  /** Whether it was signed as it must be. */
  signed: boolean;
}

/** A hook, and with what it will be checked once the setup is saved. */
export interface AwaitedHook {
  hook: Hook;
  signingKey: string | undefined;
}

/** What the wizard asks of the entrances of plugins. */
export interface HookPort {
  /** Where the provider calls the hook. */
  address(key: InstanceKey, hook: string): string;
  /** The newest arrival since a moment; one that this signing key fits before any other. */
  arrivedSince(key: InstanceKey, awaited: AwaitedHook, since: string): Promise<Arrival | undefined>;
}

/** Verdicts of calls whose signature was right, whatever became of them: before it is enabled a plugin takes none. */
const signed: ReadonlySet<HookVerdict> = new Set(["accepted", "not_running", "plugin_failed", "replayed"]);
const lookedAt = 50;

/**
 * Reads what the entrance kept. Calls that somebody made from the console prove nothing of the provider, and those that fit the
 * key which is still saved prove nothing of the new one.
 */
export function createHookPort({ hooks, publicUrl }: Pick<Store, "hooks"> & { publicUrl(): string }): HookPort {
  async function fits(key: InstanceKey, id: string, { hook, signingKey }: AwaitedHook): Promise<boolean> {
    const content = (await hooks.find(key, id))?.content;
    return content !== undefined && verifySignature(hook.signature, signingKey, requestOf(content, publicUrl())).ok;
  }
  return {
    address: (key, hook) => hookAddress(publicUrl(), key, hook),
    async arrivedSince(key, awaited, since) {
      const { items } = await hooks.list(key, { hook: awaited.hook.id, limit: lookedAt });
      const arrived = items.filter(({ at, origin }) => origin === "vendor" && at >= since);
      const known = arrived.filter(({ verdict }) => signed.has(verdict));
      for (const { id, at } of known) if (await fits(key, id, awaited)) return { at, signed: true };
      const wrong = known[0] ?? arrived.find(({ verdict }) => verdict === "bad_signature");
      return wrong === undefined ? undefined : { at: wrong.at, signed: false };
    },
  };
}
