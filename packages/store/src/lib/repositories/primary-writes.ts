import { HilumError } from "@hilum/contract/errors";
import { toStatement } from "../engine/query.ts";
import type { PrimaryWriteRow, PrimaryWrites } from "../ports/record-stores.ts";
import { openJson, sealJson, type Session } from "../session.ts";

type Content = Pick<PrimaryWriteRow, "writes" | "handed">;

export function createPrimaryWrites(session: Session): PrimaryWrites {
  const { sql } = session;
  return {
    begin: async ({ id, plugin, instance, at, writes, handed }) => {
      const content: Content = { writes, handed };
      const insert = sql.insertInto("primaryWrites").values({
        ...{ id, plugin, instance, state: "begun", at, rowVersion: 1 },
        sealedWrites: sealJson(writesPlace(id), content),
      });
      const records = writes.map(({ type, id: record }) =>
        toStatement(sql.insertInto("primaryWriteRecords").values({ type, record, write: id })),
      );
      // The store that is no primary any more is the first statement's; the others are records with another write.
      await session.commit([toStatement(insert), ...records], (refusal) =>
        refusal.at === 0 ? new HilumError("request.conflict") : new HilumError("record.unsettled"),
      );
    },
    refuse: async (id) => {
      await session.commit([
        toStatement(sql.updateTable("primaryWrites").where("id", "=", id).set({ state: "refused" })),
      ]);
    },
    end: async (id) => {
      await session.commit([toStatement(sql.deleteFrom("primaryWrites").where("id", "=", id))]);
    },
    list: async ({ plugin, instance }) => {
      const rows = await session.all(
        sql
          .selectFrom("primaryWrites")
          .selectAll()
          .where("plugin", "=", plugin)
          .where("instance", "=", instance)
          .orderBy("id"),
      );
      return rows.map(({ sealedWrites, rowVersion: _version, ...row }) => ({
        ...row,
        ...openJson<Content>(session, writesPlace(row.id), sealedWrites),
      }));
    },
    pending: async () =>
      await session.all(sql.selectFrom("primaryWrites").select(["plugin", "instance", "id", "at"]).orderBy("id")),
  };
}

const writesPlace = (id: string) => ({ table: "primary_writes", id, field: "writes", version: 1 });
