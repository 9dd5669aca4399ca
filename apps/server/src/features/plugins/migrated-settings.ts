import { migrateSettings, migrationsBetween, type Context, type Manifest, type SavedSettings } from "@hilum/contract";
import type { InstanceKey, PluginRow, SettingChange, SettingsSave, Store } from "@hilum/store";
import { show } from "./settings.ts";

/**
 * Settings of a plugin's instances as the manifest that is approved wants them: saved together with it, as a revision of their own
 * that can be looked up and restored. Instances that nothing changes for, or that have no settings yet, are left out.
 */
export async function migratedSettings(
  context: Pick<Context, "now" | "actor">,
  { instances, settings }: Pick<Store, "instances" | "settings">,
  current: PluginRow,
  next: Manifest,
): Promise<SettingsSave[]> {
  const migrations = migrationsBetween(current, next);
  if (migrations.length === 0 || next.config === undefined) return [];
  const saves: SettingsSave[] = [];
  for (const { instance } of await instances.list(current.id)) {
    const key = { plugin: current.id, instance };
    const saved = await settings.current(key);
    if (saved === undefined) continue;
    const before = { values: saved.values, secrets: await settings.secrets(key) };
    const { revision } = saved;
    saves.push(...saveChanges(context, { ...key, revision }, before, migrateSettings(before, migrations)));
  }
  return saves;
}

/** What is saved to come from one to the other; nothing where they are the same. */
export function saveChanges(
  { now, actor }: Pick<Context, "now" | "actor">,
  { plugin, instance, revision }: InstanceKey & { revision: number },
  before: SavedSettings,
  after: SavedSettings,
): SettingsSave[] {
  const secrets = changedSecrets(before.secrets, after.secrets);
  const changes = [...valueChanges(before.values, after.values), ...secretChanges(secrets)];
  if (changes.length === 0) return [];
  const by = { at: now().toISOString(), by: actor.id };
  return [{ plugin, instance, revision, values: { ...after.values }, changes, secrets, ...by }];
}

/** Secrets that have another value or another name, and with `null` those that are no more. */
function changedSecrets(
  before: SavedSettings["secrets"],
  after: SavedSettings["secrets"],
): Record<string, string | null> {
  const gone = Object.keys(before).filter((name) => !Object.hasOwn(after, name));
  const come = Object.entries(after).filter(([name, value]) => before[name] !== value);
  return { ...Object.fromEntries(gone.map((name) => [name, null])), ...Object.fromEntries(come) };
}

function valueChanges(before: SavedValues, after: SavedValues): SettingChange[] {
  const names = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...names]
    .filter((name) => JSON.stringify(before[name]) !== JSON.stringify(after[name]))
    .map((name) => ({ name, secret: false, ...show("before", before[name]), ...show("after", after[name]) }));
}

type SavedValues = Readonly<Record<string, unknown>>;

const secretChanges = (secrets: Readonly<Record<string, string | null>>): SettingChange[] =>
  Object.entries(secrets).map(([name, value]) => ({
    name,
    secret: true,
    after: value === null ? "removed" : "replaced",
  }));
