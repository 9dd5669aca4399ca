import {
  HilumError,
  migrateSettings,
  migrationsBetween,
  secretNames,
  type Context,
  type Manifest,
  type SavedSettings,
} from "@hilum/contract";
import type { GrantRow, InstanceKey, PluginRow, Repositories, SettingsSave } from "@hilum/store";
import { manifestOf } from "../../plugins/load-instance.ts";
import { saveChanges } from "../../plugins/migrated-settings.ts";

/** What a version had when another one took its place. Sealed at rest, as the settings are. */
export interface LeftBehind {
  instances: {
    instance: string;
    values: SavedSettings["values"];
    /** Those that the next version keeps no more, or under another name. */
    secrets: SavedSettings["secrets"];
    grants: GrantRow[];
  }[];
}

type Reading = Pick<Repositories, "instances" | "settings" | "grants" | "marketplace">;
/** A version as its manifest has it, with the digest of that. */
export type VersionOf = Pick<PluginRow, "id" | "digest"> & { manifest: Manifest };

const nameOf = ({ id, digest }: Pick<VersionOf, "id" | "digest">): string => `${id}/${digest}`;

export const findLeftBehind = async (
  { marketplace }: Pick<Repositories, "marketplace">,
  version: Pick<VersionOf, "id" | "digest">,
): Promise<LeftBehind | undefined> => (await marketplace.find<LeftBehind>("left", nameOf(version)))?.document;

export const forgetLeftBehind = async (
  { marketplace }: Pick<Repositories, "marketplace">,
  version: Pick<VersionOf, "id" | "digest">,
): Promise<void> => void (await marketplace.remove("left", nameOf(version)));

/**
 * Settings of one instance as the next version wants them: as its migrations say where it is newer; where it is older, what it
 * left behind, with every change since of what no migration touched. Throws `install.settings` where that is not kept.
 */
export async function settingsFor(
  repositories: Reading,
  current: PluginRow,
  next: VersionOf,
  { instance }: Pick<InstanceKey, "instance">,
): Promise<{ revision: number; before: SavedSettings; after: SavedSettings } | undefined> {
  const key = { plugin: current.id, instance };
  const saved = await repositories.settings.current(key);
  if (saved === undefined) return undefined;
  const before = { values: saved.values, secrets: await repositories.settings.secrets(key) };
  return { revision: saved.revision, before, after: await readAfter(repositories, current, next, instance, before) };
}

async function readAfter(
  repositories: Reading,
  current: PluginRow,
  next: VersionOf,
  instance: string,
  before: SavedSettings,
): Promise<SavedSettings> {
  if (next.manifest.config === undefined) return before;
  const back = migrationsBetween(next.manifest, manifestOf(current));
  if (back.length === 0) return migrateSettings(before, migrationsBetween(current, next.manifest));
  const left = await findLeftBehind(repositories, next);
  if (left === undefined) throw new HilumError("install.settings");
  const own: SavedSettings = left.instances.find((one) => one.instance === instance) ?? nothing;
  const then = migrateSettings(own, back);
  const touched = (name: string): boolean => JSON.stringify(own.values[name]) !== JSON.stringify(then.values[name]);
  const secret = new Set(secretNames(next.manifest.config));
  const names = Object.keys(next.manifest.config.properties);
  return {
    values: present(
      names.filter((name) => !secret.has(name)).map((name) => [name, (touched(name) ? own : before).values[name]]),
    ),
    secrets: present([...secret].map((name) => [name, secretOf(name, own, then, before)])),
  };
}

/** A secret that a migration renamed and somebody has replaced since goes back under its old name, as it is now. */
function secretOf(name: string, own: Pick<SavedSettings, "secrets">, then: SavedSettings, before: SavedSettings) {
  const kept = own.secrets[name];
  if (kept === undefined) return before.secrets[name];
  const renamed = Object.keys(then.secrets).find(
    (one) => !Object.hasOwn(own.secrets, one) && then.secrets[one] === kept,
  );
  return (renamed === undefined ? undefined : before.secrets[renamed]) ?? kept;
}

const present = <T>(entries: readonly (readonly [string, T | undefined])[]): Record<string, T> =>
  Object.fromEntries(entries.filter((entry): entry is [string, T] => entry[1] !== undefined));

/** Settings of every instance for the next version; and, kept in the same transaction, what the one before it leaves behind. */
export async function leaveFor(
  context: Pick<Context, "now" | "actor">,
  repositories: Reading,
  current: PluginRow,
  next: VersionOf,
): Promise<SettingsSave[]> {
  const saves: SettingsSave[] = [];
  const instances: LeftBehind["instances"] = [];
  for (const { instance } of await repositories.instances.list(current.id)) {
    const key = { plugin: current.id, instance };
    const grants = await repositories.grants.list(key);
    const settings = await settingsFor(repositories, current, next, key);
    const { before, after } = settings ?? { before: nothing, after: nothing };
    if (settings !== undefined)
      saves.push(...saveChanges(context, { ...key, revision: settings.revision }, before, after));
    const secrets = present(Object.entries(before.secrets).filter(([name, value]) => after.secrets[name] !== value));
    instances.push({ instance, values: before.values, secrets, grants });
  }
  const id = nameOf(current);
  const { rowVersion = 0 } = (await repositories.marketplace.find("left", id)) ?? {};
  await repositories.marketplace.put<LeftBehind>({
    ...{ kind: "left", id, subject: current.id, state: "kept", rowVersion, document: { instances } },
  });
  return saves;
}

const nothing: SavedSettings = { values: {}, secrets: {} };
