import { toStatement } from "../engine/query.ts";
import type { Snoozes } from "../ports/snoozes.ts";
import { openJson, sealJson, type Session } from "../session.ts";

export function createSnoozes(session: Session): Snoozes {
  const { sql } = session;
  return {
    list: async () => {
      const rows = await session.all(sql.selectFrom("repairSnoozes").selectAll().orderBy("repair"));
      return rows.map(({ sealedReason, rowVersion, ...row }) => ({
        ...row,
        reason: openJson<string>(session, reasonPlace(row.repair, rowVersion), sealedReason),
      }));
    },
    set: async ({ repair, reason, ...row }) => {
      // A row of its own each time: an older reason put back does not open.
      const rowVersion = session.nowMs();
      const insert = sql
        .insertInto("repairSnoozes")
        .values({ ...row, repair, rowVersion, sealedReason: sealJson(reasonPlace(repair, rowVersion), reason) });
      await session.commit([
        toStatement(sql.deleteFrom("repairSnoozes").where("repair", "=", repair)),
        toStatement(insert),
      ]);
    },
    remove: async (repair) => {
      const [removed] = await session.commit([
        toStatement(sql.deleteFrom("repairSnoozes").where("repair", "=", repair)),
      ]);
      return (removed?.changes ?? 0) > 0;
    },
    sweep: async (now) => {
      const [swept] = await session.commit([toStatement(sql.deleteFrom("repairSnoozes").where("until", "<=", now))]);
      return swept?.changes ?? 0;
    },
  };
}

function reasonPlace(repair: string, version: number) {
  return { table: "repair_snoozes", id: repair, field: "reason", version };
}
