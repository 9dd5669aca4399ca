import type { Selectable } from "kysely";
import { toStatement } from "../engine/query.ts";
import type { Tables } from "../engine/tables.ts";
import type { EgressReceiptRow, EgressReceipts } from "../ports/egress.ts";
import { dropNulls, pageLimit, toPage, type Session } from "../session.ts";

type Stored = Selectable<Tables["egressReceipts"]>;

/** Rows of one INSERT: PostgreSQL and SQLite both take 32,767 parameters. */
const rowsPerInsert = 500;

export function createEgressReceipts(session: Session): EgressReceipts {
  const { sql } = session;
  const receipts = () => sql.selectFrom("egressReceipts").selectAll();

  return {
    append: async (rows) => {
      const unit = [];
      for (let from = 0; from < rows.length; from += rowsPerInsert)
        unit.push(
          toStatement(
            sql
              .insertInto("egressReceipts")
              .values(rows.slice(from, from + rowsPerInsert).map(toStored))
              .onConflict((conflict) => conflict.column("id").doNothing()),
          ),
        );
      if (unit.length > 0) await session.commit(unit);
    },
    list: async ({ plugin, instance, decision, ...page }) => {
      let query = receipts().where("plugin", "=", plugin).orderBy("id", "desc").limit(pageLimit(page));
      if (instance !== undefined) query = query.where("instance", "=", instance);
      if (decision !== undefined) query = query.where("decision", "=", decision);
      if (page.cursor !== undefined) query = query.where("id", "<", page.cursor);
      return toPage((await session.scan(query)).map(present), page, ({ id }) => id);
    },
    totals: async (since, plugin) => {
      const counted = sql
        .selectFrom("egressReceipts")
        .select((eb) => [
          "plugin",
          "instance",
          "host",
          eb.fn.countAll<number>().as("requests"),
          eb.fn.sum<number>(eb.case().when("decision", "=", "deny").then(1).else(0).end()).as("denied"),
          eb.fn.sum<number>("bytesOut").as("bytesOut"),
          eb.fn.sum<number>("bytesIn").as("bytesIn"),
          eb.fn.max("at").as("lastAt"),
        ])
        .where("at", ">=", since)
        .where("host", "is not", null)
        .groupBy(["plugin", "instance", "host"])
        .orderBy("plugin")
        .orderBy("instance")
        .orderBy("host");
      const rows = await session.scan(plugin === undefined ? counted : counted.where("plugin", "=", plugin));
      return rows.map(({ host, requests, denied, bytesOut, bytesIn, ...row }) => ({
        ...row,
        host: host ?? "",
        requests: Number(requests),
        denied: Number(denied),
        bytesOut: Number(bytesOut),
        bytesIn: Number(bytesIn),
      }));
    },
    reflected: async (since) =>
      (
        await session.scan(
          receipts().where("reason", "=", "reflected").where("at", ">=", since).orderBy("at", "desc").limit(100),
        )
      ).map(present),
    sweep: async (before) => {
      const [removed] = await session.commit([toStatement(sql.deleteFrom("egressReceipts").where("at", "<", before))]);
      return removed?.changes ?? 0;
    },
  };
}

function toStored(row: EgressReceiptRow): Stored {
  const nothing = { destination: null, host: null, port: null, method: null, template: null, status: null };
  return { ...nothing, reason: null, call: null, ...row };
}

const present = (row: Stored): EgressReceiptRow => dropNulls(row);
