import type { PlatformSettings } from "@hilum/contract/api";
import { toStatement } from "../engine/query.ts";
import type { Platform } from "../ports/operations.ts";
import { openJson, sealJson, type Session } from "../session.ts";

export function createPlatform(session: Session): Platform {
  const { sql, keyring } = session;
  const versionOf = async (name: string): Promise<number> =>
    (await session.first(sql.selectFrom("facts").select("rowVersion").where("name", "=", name)))?.rowVersion ?? 0;

  return {
    deployment: keyring.deployment,
    settings: async (defaults) => {
      const row = await session.first(
        sql.selectFrom("platformRevisions").selectAll().orderBy("revision", "desc").limit(1),
      );
      if (row === undefined) return { settings: defaults, revision: 0 };
      const { revision, sealedSettings, at, by } = row;
      return {
        settings: openJson<PlatformSettings>(session, settingsPlace(revision), sealedSettings),
        revision,
        savedAt: at,
        savedBy: by,
      };
    },
    saveSettings: async (settings, revision, { at, by }) => {
      const next = revision + 1;
      const newest = sql.selectFrom("platformRevisions").select("revision").where("revision", ">=", revision);
      const insert = sql
        .insertInto("platformRevisions")
        .values({ revision: next, sealedSettings: sealJson(settingsPlace(next), settings), at, by });
      // Exactly the revision that was read must be the newest: the primary key refuses one of two that save at once.
      await session.commit([toStatement(newest, revision === 0 ? 0 : 1), toStatement(insert)]);
      return { settings, revision: next, savedAt: at, savedBy: by };
    },
    fact: async (name) => {
      const row = await session.first(sql.selectFrom("facts").selectAll().where("name", "=", name));
      return row === undefined
        ? undefined
        : keyring.open(factPlace(name, row.rowVersion), row.sealedValue).toString("utf8");
    },
    setFact: async (name, value) => {
      if (value === null) {
        await session.commit([toStatement(sql.deleteFrom("facts").where("name", "=", name))]);
        return;
      }
      const rowVersion = (await versionOf(name)) + 1;
      const content = { rowVersion, sealedValue: { seal: value, place: factPlace(name, rowVersion) } };
      await session.commit([
        toStatement(
          sql
            .insertInto("facts")
            .values({ name, ...content })
            .onConflict((conflict) => conflict.column("name").doUpdateSet(content)),
        ),
      ]);
    },
  };
}

function settingsPlace(revision: number) {
  return { table: "platform_revisions", id: String(revision), field: "settings", version: revision };
}

function factPlace(name: string, version: number) {
  return { table: "facts", id: name, field: "value", version };
}
