import { toStatement } from "../../engine/query.ts";
import type { Retention } from "../../ports/governance.ts";
import { dropNulls, type Session } from "../../session.ts";

export function createRetention(session: Session): Retention {
  const { sql } = session;
  return {
    list: async () => (await session.all(sql.selectFrom("retentionRules").selectAll().orderBy("type"))).map(dropNulls),
    set: async (type, keepDays, by, at) => {
      const rule = { keepDays: keepDays ?? null, setBy: by, setAt: at };
      const upsert = sql
        .insertInto("retentionRules")
        .values({ type, ...rule })
        .onConflict((conflict) => conflict.column("type").doUpdateSet(rule));
      await session.commit([toStatement(upsert)]);
    },
    notePurge: async (type, { by, at, versions }) => {
      const purge = { purgedBy: by, purgedAt: at, purgedVersions: versions };
      const upsert = sql
        .insertInto("retentionRules")
        .values({ type, ...purge })
        .onConflict((conflict) => conflict.column("type").doUpdateSet(purge));
      await session.commit([toStatement(upsert)]);
    },
  };
}
