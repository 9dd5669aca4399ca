import { migrateSettings, migrationsBetween, type Context, type Manifest } from "@hilum/contract";
import type { PluginRow, SettingChange, SettingsSave, Store } from "@hilum/store";
import { show } from "./settings.ts";

/**
 * Settings of a plugin's instances as the manifest that is approved wants them: saved together with it, as a revision of their own
 * that can be looked up and restored. Instances that nothing changes for, or that have no settings yet, are left out.
 */
export async function migratedSettings(
  context: Context,
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
    const after = migrateSettings(before, migrations);
    const secrets = movedSecrets(before.secrets, after.secrets);
    const changes = [...valueChanges(before.values, after.values), ...secretChanges(secrets)];
    if (changes.length === 0) continue;
    saves.push({
      ...key,
      revision: saved.revision,
      values: { ...after.values },
      changes,
      secrets,
      at: context.now().toISOString(),
      by: context.actor.id,
    });
  }
  return saves;
}

/** Where a secret lies under another name, and which names hold none any more. */
function movedSecrets(
  before: Readonly<Record<string, string>>,
  after: Readonly<Record<string, string>>,
): Record<string, string | null> {
  const gone = Object.keys(before).filter((name) => !Object.hasOwn(after, name));
  const come = Object.entries(after).filter(([name]) => !Object.hasOwn(before, name));
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
