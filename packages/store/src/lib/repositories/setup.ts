import type { Selectable } from "kysely";
import { toStatement } from "../engine/query.ts";
import type { Tables } from "../engine/tables.ts";
import type { Setup, SetupRow } from "../ports/settings.ts";
import type { InstanceKey, JsonObject } from "../ports/shapes.ts";
import { openJson, sealJson, type Session } from "../session.ts";

export function createSetup(session: Session): Setup {
  const { sql } = session;
  const present = ({ sealedSession, ...row }: Selectable<Tables["setupSessions"]>): SetupRow => ({
    ...row,
    session: openJson<JsonObject>(session, sessionPlace(row, row.rowVersion), sealedSession),
  });
  const find = async ({ plugin, instance }: InstanceKey): Promise<SetupRow | undefined> => {
    const row = await session.first(
      sql.selectFrom("setupSessions").selectAll().where("plugin", "=", plugin).where("instance", "=", instance),
    );
    return row === undefined ? undefined : present(row);
  };

  return {
    find,
    start: async ({ plugin, instance, session: content, at, by }) => {
      const row = { plugin, instance, startedAt: at, startedBy: by, rowVersion: 1 };
      await session.commit([
        toStatement(
          sql.insertInto("setupSessions").values({ ...row, sealedSession: sealJson(sessionPlace(row, 1), content) }),
        ),
      ]);
      return { ...row, session: content };
    },
    save: async (key, content, rowVersion) => {
      const next = rowVersion + 1;
      const update = sql
        .updateTable("setupSessions")
        .set({ sealedSession: sealJson(sessionPlace(key, next), content), rowVersion: next })
        .where("plugin", "=", key.plugin)
        .where("instance", "=", key.instance)
        .where("rowVersion", "=", rowVersion);
      const [changed] = await session.commit([
        toStatement(update.returning(["plugin", "instance", "startedAt", "startedBy", "rowVersion"]), 1),
      ]);
      return { ...(changed?.rows[0] as unknown as Omit<SetupRow, "session">), session: content };
    },
    remove: async ({ plugin, instance }) => {
      const [removed] = await session.commit([
        toStatement(sql.deleteFrom("setupSessions").where("plugin", "=", plugin).where("instance", "=", instance)),
      ]);
      return (removed?.changes ?? 0) > 0;
    },
  };
}

function sessionPlace({ plugin, instance }: InstanceKey, version: number) {
  return { table: "setup_sessions", id: `${plugin}/${instance}`, field: "session", version };
}
