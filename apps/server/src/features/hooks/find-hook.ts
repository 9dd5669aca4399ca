import { hooksOf, type Hook, type Manifest } from "@hilum/contract";
import { keySetting } from "@hilum/host";
import type { InstanceKey, Store } from "@hilum/store";
import { manifestOf, openSettings } from "../plugins/load-instance.ts";

/** A hook of an instance that is there, with what its signature is checked by. */
export interface FoundHook {
  key: InstanceKey;
  manifest: Manifest;
  hook: Hook;
  /** Value of the setting that holds the secret or the public key; absent while it is not set. */
  signingKey: string | undefined;
  /** The one of a setup that waits for a call here and is not saved yet. */
  awaitedKey(): Promise<string | undefined>;
}

/** Settings of a setup that waits for a call at the hook. */
export type AwaitedSettings = (key: InstanceKey, hook: string) => Promise<Record<string, unknown> | undefined>;

/** `undefined` alike for a plugin, an instance and a hook that is not there: the one who asks learns nothing of which. */
export async function findHook(
  store: Pick<Store, "plugins" | "instances" | "settings">,
  key: InstanceKey,
  id: string,
  awaited: AwaitedSettings = async () => undefined,
): Promise<FoundHook | undefined> {
  const [plugin, instance] = await Promise.all([store.plugins.find(key.plugin), store.instances.find(key)]);
  if (plugin === undefined || instance === undefined) return undefined;
  const manifest = manifestOf(plugin);
  const hook = hooksOf(manifest).find((declared) => declared.id === id);
  if (hook === undefined) return undefined;
  const settings = await openSettings(store, key, manifest);
  const place = { plugin: key.plugin, instance: key.instance };
  return {
    ...{ key: place, manifest, hook },
    signingKey: signingKeyOf(hook, settings),
    awaitedKey: async () => signingKeyOf(hook, (await awaited(place, id)) ?? {}),
  };
}

function signingKeyOf({ signature }: Hook, settings: Readonly<Record<string, unknown>>): string | undefined {
  const name = keySetting(signature);
  const value = Object.hasOwn(settings, name) ? settings[name] : undefined;
  return typeof value === "string" && value !== "" ? value : undefined;
}
