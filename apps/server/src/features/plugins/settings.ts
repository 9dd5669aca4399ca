import {
  HilumError,
  secretNames,
  validateGiven,
  validateSettings,
  visible,
  withDefaults,
  type ConfigSchema,
  type Context,
  type Problem,
} from "@hilum/contract";
import type { Settings } from "@hilum/contract/api";
import type { InstanceKey, SettingChange, SettingsRevisionRow, Store } from "@hilum/store";
import { loadConfigured, type Configured } from "./load-instance.ts";

export interface SettingsInput {
  values: Readonly<Record<string, unknown>>;
  secrets?: Readonly<Record<string, string | null>> | undefined;
}

export interface SettingsService {
  read(key: InstanceKey): Promise<Settings>;
  /** Throws `request.invalid` naming each setting, `request.conflict` when somebody saved meanwhile. */
  save(
    context: Context,
    key: InstanceKey,
    input: SettingsInput & { revision: number; testMode?: boolean | undefined },
  ): Promise<void>;
  history(key: InstanceKey): Promise<SettingsRevisionRow[]>;
  restore(context: Context, key: InstanceKey, revision: number): Promise<void>;
  /** Settings as the plugin would get them, for a test of what is not saved: secrets that are not given are the stored ones. */
  draft(key: InstanceKey, input: SettingsInput): Promise<Record<string, unknown>>;
  /** The same while a setup is not at its end: what is there must be right, and may be less than is required. */
  tentative(key: InstanceKey, input: SettingsInput): Promise<Record<string, unknown>>;
  /** What saving would change. Of an instance that was never configured, everything that is set. */
  changes(key: InstanceKey, input: SettingsInput): Promise<SettingChange[]>;
}

export function createSettingsService({ store }: { store: Store }): SettingsService {
  const service: SettingsService = {
    async read(key) {
      const configured = await loadConfigured(store, key);
      const { manifest, saved, problems, instance } = configured;
      return {
        schema: manifest.config === undefined ? null : { ...manifest.config },
        values: { ...saved?.values },
        secrets: await store.settings.secretMarks(key),
        defaults: manifest.config === undefined ? {} : withDefaults(manifest.config, {}),
        revision: saved?.revision ?? 0,
        testMode: instance.testMode,
        problems: problems.map(({ pointer, message, fix }) => ({
          pointer,
          message,
          ...(fix === undefined ? {} : { fix }),
        })),
        ...(saved === undefined ? {} : { savedAt: saved.at, savedBy: saved.by }),
      };
    },
    async save(context, key, { values, secrets = {}, revision, testMode }) {
      const configured = await loadConfigured(store, key);
      const schema = requireSchema(configured);
      refuseInvalid(schema, values, secrets, configured.secretsPresent);
      await store.settings.save({
        ...key,
        revision,
        values: { ...values },
        changes: changesOf(schema, configured.saved?.values ?? {}, values, secrets),
        secrets,
        ...(testMode === undefined ? {} : { testMode }),
        at: context.now().toISOString(),
        by: context.actor.id,
      });
      if (configured.instance.state === "registered") await store.instances.change(key, { state: "configured" });
    },
    history: (key) => store.settings.history(key, 100),
    async restore(context, key, revision) {
      const [earlier, now] = await Promise.all([store.settings.revision(key, revision), store.settings.current(key)]);
      if (earlier === undefined || now === undefined)
        throw new HilumError("request.not_found", { detail: "There is no such revision of these settings." });
      await service.save(context, key, { values: earlier.values, revision: now.revision });
    },
    async draft(key, { values, secrets = {} }) {
      const configured = await loadConfigured(store, key);
      const schema = requireSchema(configured);
      refuseInvalid(schema, values, secrets, configured.secretsPresent);
      const stored = await store.settings.secrets(key);
      return withoutNull({ ...withDefaults(schema, values), ...stored, ...secrets });
    },
    async tentative(key, { values, secrets = {} }) {
      const { manifest } = await loadConfigured(store, key);
      if (manifest.config === undefined) return {};
      const problems = [
        ...validateGiven(manifest.config, values).map((problem) => ({
          ...problem,
          pointer: `/values${problem.pointer}`,
        })),
        ...validateGiven(manifest.config, withoutNull(secrets)).map((problem) => ({
          ...problem,
          pointer: `/secrets${problem.pointer}`,
        })),
      ];
      if (problems.length > 0) throw new HilumError("request.invalid", { problems });
      const stored = await store.settings.secrets(key);
      return withoutNull({ ...withDefaults(manifest.config, values), ...stored, ...secrets });
    },
    async changes(key, { values, secrets = {} }) {
      const { manifest, saved, secretsPresent } = await loadConfigured(store, key);
      if (manifest.config === undefined) return [];
      const shown = visible(manifest.config, withDefaults(manifest.config, values));
      const real = Object.entries(secrets).filter(([name, value]) => value !== null || secretsPresent.includes(name));
      return changesOf(manifest.config, saved?.values, values, Object.fromEntries(real)).filter(({ name }) =>
        shown.has(name),
      );
    },
  };
  return service;
}

function requireSchema({ manifest }: Configured): ConfigSchema {
  if (manifest.config === undefined)
    throw new HilumError("request.invalid", { detail: "This plugin has no settings." });
  return manifest.config;
}

function refuseInvalid(
  schema: ConfigSchema,
  values: Readonly<Record<string, unknown>>,
  secrets: Readonly<Record<string, string | null>>,
  stored: readonly string[],
): void {
  const declared = new Set(secretNames(schema));
  const problems: Problem[] = [
    ...Object.keys(secrets)
      .filter((name) => !declared.has(name))
      .map((name) => ({
        pointer: `/secrets/${name}`,
        message: `${name} is not a secret of this plugin`,
        fix: "Remove it.",
      })),
    ...Object.keys(values)
      .filter((name) => declared.has(name))
      .map((name) => ({
        pointer: `/values/${name}`,
        message: `${name} is a secret`,
        fix: "Send it under `secrets`, where it is write-only.",
      })),
  ];
  const present = [
    ...stored.filter((name) => secrets[name] !== null),
    ...Object.keys(secrets).filter((name) => secrets[name] !== null),
  ];
  for (const problem of validateSettings(schema, withDefaults(schema, values), { secretsPresent: present }))
    problems.push({ ...problem, pointer: `/values${problem.pointer}` });
  if (problems.length > 0)
    throw new HilumError("request.invalid", {
      detail: problems.length === 1 ? `${problems[0]?.message}.` : `${problems.length} settings need a correction.`,
      problems,
    });
}

/** What a person sees in the history: values shortened, secrets as a name alone. Where nothing was saved, all is new. */
function changesOf(
  schema: ConfigSchema,
  before: Readonly<Record<string, unknown>> | undefined,
  after: Readonly<Record<string, unknown>>,
  secrets: Readonly<Record<string, string | null>>,
): SettingChange[] {
  const [old, now] = [before === undefined ? {} : withDefaults(schema, before), withDefaults(schema, after)];
  const plain = Object.keys(schema.properties)
    .filter(
      (name) => schema.properties[name]?.secret !== true && JSON.stringify(old[name]) !== JSON.stringify(now[name]),
    )
    .map((name) => ({ name, secret: false, ...show("before", old[name]), ...show("after", now[name]) }));
  return [
    ...plain,
    ...Object.entries(secrets).map(([name, value]) => ({
      name,
      secret: true,
      after: value === null ? "removed" : "replaced",
    })),
  ];
}

/** A value as the history shows it: shortened. */
export const show = (side: "before" | "after", value: unknown) =>
  value === undefined ? {} : { [side]: (typeof value === "string" ? value : JSON.stringify(value)).slice(0, 200) };

const withoutNull = (values: Readonly<Record<string, unknown>>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== null));

export function presentRevisions(rows: readonly SettingsRevisionRow[]) {
  return rows.map(({ revision, at, by, changes }) => ({
    revision,
    at,
    by,
    changes: changes.map((change) => ({ ...change })),
  }));
}
