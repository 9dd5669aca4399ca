import { compareVersions } from "./migrations-shape.ts";
import type { Manifest, SettingsMigration } from "./manifest.ts";

export interface SavedSettings {
  values: Readonly<Record<string, unknown>>;
  /** Secrets by name; opened only to be kept under another name. */
  secrets: Readonly<Record<string, string>>;
}

/** The migrations that lead from one version to the other, earliest first. None where either has no version, or it is a step back. */
export function migrationsBetween(
  from: { version?: string },
  to: Pick<Manifest, "version" | "migrations">,
): SettingsMigration[] {
  const [old, now] = [from.version, to.version];
  if (old === undefined || now === undefined) return [];
  return (to.migrations ?? []).filter(
    ({ version }) => compareVersions(version, old) > 0 && compareVersions(version, now) <= 0,
  );
}

/** Settings as the newer version wants them. What has no value is not touched, and a value is never put over another one. */
export function migrateSettings(saved: SavedSettings, migrations: readonly SettingsMigration[]): SavedSettings {
  const values = new Map(Object.entries(saved.values));
  const secrets = new Map(Object.entries(saved.secrets));
  for (const change of migrations.flatMap(({ settings }) => settings))
    switch (change.change) {
      case "rename":
        rename(values, change);
        rename(secrets, change);
        break;
      case "remove":
        values.delete(change.name);
        secrets.delete(change.name);
        break;
      case "replace": {
        const value = values.get(change.name);
        if (typeof value === "string" && Object.hasOwn(change.values, value))
          values.set(change.name, change.values[value]);
      }
    }
  return { values: Object.fromEntries(values), secrets: Object.fromEntries(secrets) };
}

function rename<T>(held: Map<string, T>, { from, to }: { from: string; to: string }): void {
  const value = held.get(from);
  if (value === undefined || held.has(to)) return;
  held.delete(from);
  held.set(to, value);
}

/** What a migration does, for the person who approves it. */
export function describeMigration({ version, settings }: SettingsMigration): string[] {
  return settings.map((change) => {
    switch (change.change) {
      case "rename":
        return `Since ${version}, the setting ${change.from} is called ${change.to}; what is saved moves with it.`;
      case "remove":
        return `Since ${version}, there is no setting ${change.name}; what is saved of it is removed.`;
      case "replace":
        return `Since ${version}, the setting ${change.name} has other values: ${Object.entries(change.values)
          .map(([old, now]) => `${old} becomes ${now}`)
          .join(", ")}.`;
    }
  });
}
