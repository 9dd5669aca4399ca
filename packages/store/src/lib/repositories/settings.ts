import { HilumError } from "@hilum/contract/errors";
import { toStatement } from "../engine/query.ts";
import type { Statement } from "../engine/statement.ts";
import type { Settings, SettingsRow, SettingsSave } from "../ports/settings.ts";
import type { InstanceKey, JsonObject } from "../ports/shapes.ts";
import { openJson, sealJson, type Refusal, type Session } from "../session.ts";

const historyDefault = 50;

export function createSettings(session: Session): Settings {
  const { sql, keyring } = session;
  const revisions = ({ plugin, instance }: InstanceKey) =>
    sql.selectFrom("settingsRevisions").where("plugin", "=", plugin).where("instance", "=", instance);
  const secretsOf = ({ plugin, instance }: InstanceKey) =>
    sql.selectFrom("secrets").where("plugin", "=", plugin).where("instance", "=", instance);
  const present = (
    key: InstanceKey,
    row: { revision: number; sealedValues: Uint8Array; at: string; by: string } | undefined,
  ): SettingsRow | undefined =>
    row === undefined
      ? undefined
      : {
          revision: row.revision,
          values: openJson<JsonObject>(session, revisionPlace(key, row.revision, "values"), row.sealedValues),
          at: row.at,
          by: row.by,
        };

  return {
    current: async (key) =>
      present(
        key,
        await session.first(
          revisions(key).select(["revision", "sealedValues", "at", "by"]).orderBy("revision", "desc").limit(1),
        ),
      ),
    revision: async (key, revision) =>
      present(
        key,
        await session.first(
          revisions(key).select(["revision", "sealedValues", "at", "by"]).where("revision", "=", revision),
        ),
      ),
    history: async (key, limit = historyDefault) => {
      const rows = await session.all(
        revisions(key).select(["revision", "sealedChanges", "at", "by"]).orderBy("revision", "desc").limit(limit),
      );
      return rows.map(({ revision, sealedChanges, at, by }) => ({
        revision,
        at,
        by,
        changes: openJson(session, revisionPlace(key, revision, "changes"), sealedChanges),
      }));
    },
    save: async (save) => {
      await session.commit(settingsStatements(session, save), whyRefused);
      return { revision: save.revision + 1, values: save.values, at: save.at, by: save.by };
    },
    secretMarks: async (key) => {
      const rows = await session.all(secretsOf(key).select(["name", "setAt", "setBy"]).orderBy("name"));
      return Object.fromEntries(rows.map(({ name, setAt, setBy }) => [name, { setAt, setBy }]));
    },
    secrets: async (key) => {
      const rows = await session.all(secretsOf(key).select(["name", "version", "sealedValue"]));
      return Object.fromEntries(
        rows.map(({ name, version, sealedValue }) => [
          name,
          keyring.open(secretPlace(key, name, version), sealedValue).toString("utf8"),
        ]),
      );
    },
    ...createRenewal(session),
  };
}

function createRenewal(session: Session): Pick<Settings, "secret" | "renewSecret"> {
  const { sql, keyring } = session;
  return {
    secret: async (key, name) => {
      const row = await session.first(
        sql
          .selectFrom("secrets")
          .select(["version", "sealedValue"])
          .where("plugin", "=", key.plugin)
          .where("instance", "=", key.instance)
          .where("name", "=", name),
      );
      if (row === undefined) return undefined;
      const value = keyring.open(secretPlace(key, name, row.version), row.sealedValue).toString("utf8");
      return { value, version: row.version };
    },
    renewSecret: async (key, name, { value, version }) => {
      const next = renewedVersion(version);
      const update = sql
        .updateTable("secrets")
        .set({ version: next, sealedValue: { seal: value, place: secretPlace(key, name, next) } })
        .where("plugin", "=", key.plugin)
        .where("instance", "=", key.instance)
        .where("name", "=", name)
        .where("version", "=", version);
      return (await session.write([toStatement(update, 1)])).ok;
    },
  };
}

/** What saves settings with whatever else a transaction does. */
export const settingsStatements = (session: Session, save: SettingsSave): Statement[] => [
  ...saveRevision(session, save),
  ...saveSecrets(session, save),
];

/** The instance's counter decides who was first. */
function saveRevision({ sql }: Session, save: SettingsSave): Statement[] {
  const { plugin, instance, values, changes, testMode, at, by } = save;
  const revision = save.revision + 1;
  const raise = sql
    .updateTable("instances")
    .set((eb) => ({
      settingsRevision: revision,
      rowVersion: eb("rowVersion", "+", 1),
      ...(testMode === undefined ? {} : { testMode: Number(testMode) }),
    }))
    .where("plugin", "=", plugin)
    .where("instance", "=", instance)
    .where("settingsRevision", "=", save.revision);
  const insert = sql.insertInto("settingsRevisions").values({
    plugin,
    instance,
    revision,
    sealedValues: sealJson(revisionPlace(save, revision, "values"), values),
    sealedChanges: sealJson(revisionPlace(save, revision, "changes"), changes),
    at,
    by,
  });
  return [toStatement(raise, 1), toStatement(insert)];
}

const renewalsMax = 2 ** 20;

/** Versions of renewals lie between those of revisions, so that no two values of a secret are sealed for the same place. */
function renewedVersion(version: number): number {
  return version < renewalsMax ? version * renewalsMax + 1 : version + 1;
}

/** A secret's version is the revision that set it, until it renews itself. */
function saveSecrets({ sql }: Session, save: SettingsSave): Statement[] {
  const { plugin, instance, at, by } = save;
  const version = save.revision + 1;
  return Object.entries(save.secrets ?? {}).map(([name, value]) => {
    if (value === null)
      return toStatement(
        sql
          .deleteFrom("secrets")
          .where("plugin", "=", plugin)
          .where("instance", "=", instance)
          .where("name", "=", name),
      );
    const content = {
      version,
      sealedValue: { seal: value, place: secretPlace(save, name, version) },
      setAt: at,
      setBy: by,
    };
    const insert = sql.insertInto("secrets").values({ plugin, instance, name, ...content });
    return toStatement(
      insert.onConflict((conflict) => conflict.columns(["plugin", "instance", "name"]).doUpdateSet(content)),
    );
  });
}

function whyRefused({ at, why }: Refusal): HilumError {
  return at === 0 && why === "expectation" ? new HilumError("request.conflict") : new HilumError("instance.not_found");
}

function revisionPlace({ plugin, instance }: InstanceKey, revision: number, field: "values" | "changes") {
  return { table: "settings_revisions", id: `${plugin}/${instance}/${revision}`, field, version: revision };
}

function secretPlace({ plugin, instance }: InstanceKey, name: string, version: number) {
  return { table: "secrets", id: `${plugin}/${instance}/${name}`, field: "value", version };
}
