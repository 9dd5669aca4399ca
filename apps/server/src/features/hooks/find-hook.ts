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
}

/** `undefined` alike for a plugin, an instance and a hook that is not there: the one who asks learns nothing of which. */
export async function findHook(
  store: Pick<Store, "plugins" | "instances" | "settings">,
  key: InstanceKey,
  id: string,
): Promise<FoundHook | undefined> {
  const [plugin, instance] = await Promise.all([store.plugins.find(key.plugin), store.instances.find(key)]);
  if (plugin === undefined || instance === undefined) return undefined;
  const manifest = manifestOf(plugin);
  const hook = hooksOf(manifest).find((declared) => declared.id === id);
  if (hook === undefined) return undefined;
  const settings = await openSettings(store, key, manifest);
  const name = keySetting(hook.signature);
  const value = Object.hasOwn(settings, name) ? settings[name] : undefined;
  const place = { plugin: key.plugin, instance: key.instance };
  return { key: place, manifest, hook, signingKey: typeof value === "string" && value !== "" ? value : undefined };
}
