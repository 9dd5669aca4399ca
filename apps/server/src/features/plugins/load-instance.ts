import { HilumError, secretNames, validateSettings, withDefaults, type Manifest, type Problem } from "@hilum/contract";
import type { GrantRow, InstanceKey, InstanceRow, PluginRow, SettingsRow, Store } from "@hilum/store";

type Repositories = Pick<Store, "plugins" | "instances" | "settings" | "grants">;

/** A manifest that was judged when it was stored. */
export const manifestOf = (plugin: PluginRow): Manifest => plugin.manifest as unknown as Manifest;

export async function loadPlugin(store: Pick<Store, "plugins">, id: string): Promise<PluginRow> {
  const plugin = await store.plugins.find(id);
  if (plugin === undefined) throw new HilumError("plugin.not_found", { detail: `There is no plugin ${id}.` });
  return plugin;
}

/** Plugin and instance, or `plugin.not_found` / `instance.not_found`. */
export async function loadInstance(
  store: Pick<Store, "plugins" | "instances">,
  key: InstanceKey,
): Promise<{ plugin: PluginRow; manifest: Manifest; instance: InstanceRow }> {
  const plugin = await loadPlugin(store, key.plugin);
  const instance = await store.instances.find(key);
  if (instance === undefined)
    throw new HilumError("instance.not_found", { detail: `${plugin.name} has no instance ${key.instance}.` });
  return { plugin, manifest: manifestOf(plugin), instance };
}

/** Everything that decides what an instance may do next. */
export interface Configured {
  plugin: PluginRow;
  manifest: Manifest;
  instance: InstanceRow;
  saved: SettingsRow | undefined;
  /** Saved values with the manifest's defaults filled in, without secrets. */
  values: Record<string, unknown>;
  secretsPresent: string[];
  /** What is wrong with them; empty when the settings can be used. */
  problems: Problem[];
  grants: GrantRow[];
}

export async function loadConfigured(store: Repositories, key: InstanceKey): Promise<Configured> {
  const [{ plugin, manifest, instance }, saved, marks, grants] = await Promise.all([
    loadInstance(store, key),
    store.settings.current(key),
    store.settings.secretMarks(key),
    store.grants.list(key),
  ]);
  const secretsPresent = Object.keys(marks);
  const values = manifest.config === undefined ? {} : withDefaults(manifest.config, saved?.values ?? {});
  const problems = manifest.config === undefined ? [] : validateSettings(manifest.config, values, { secretsPresent });
  return { plugin, manifest, instance, saved, values, secretsPresent, problems, grants };
}

/** Settings as the plugin gets them: defaults filled in, secrets opened. For the channel to the plugin alone. */
export async function openSettings(
  store: Pick<Store, "settings">,
  key: InstanceKey,
  manifest: Manifest,
): Promise<Record<string, unknown>> {
  if (manifest.config === undefined) return {};
  const [saved, secrets] = await Promise.all([store.settings.current(key), store.settings.secrets(key)]);
  const declared = new Set(secretNames(manifest.config));
  return {
    ...withDefaults(manifest.config, saved?.values ?? {}),
    ...Object.fromEntries(Object.entries(secrets).filter(([name]) => declared.has(name))),
  };
}
