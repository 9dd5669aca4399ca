import type { SmokeRun } from "@hilum/contract/api";
import type { Selectable } from "kysely";
import { toStatement } from "../engine/query.ts";
import type { Tables } from "../engine/tables.ts";
import type { Smoke, SmokeRunRow } from "../ports/operations.ts";
import { dropNulls, openJson, pageLimit, refuseWith, sealJson, toPage, type Session } from "../session.ts";

type Stored = Selectable<Tables["smokeRuns"]>;

/** Evidence holds a provider's words, so it is sealed. */
export function createSmoke(session: Session): Smoke {
  const { sql } = session;
  const runs = () => sql.selectFrom("smokeRuns").selectAll();
  const present = ({ sealedResults, cause, rowVersion, ...row }: Stored): SmokeRunRow => ({
    ...dropNulls(row),
    trigger: cause,
    results: openJson<SmokeRun["results"]>(session, resultsPlace(row.id, rowVersion), sealedResults),
  });

  const finish: Smoke["finish"] = async (id, { status, results, finishedAt }) => {
    const update = sql
      .updateTable("smokeRuns")
      .set({ status, finishedAt, sealedResults: sealJson(resultsPlace(id, 2), results), rowVersion: 2 })
      .where("id", "=", id)
      .where("rowVersion", "=", 1);
    await session.commit(
      [toStatement(update, 1)],
      refuseWith("request.conflict", "The smoke run is finished already."),
    );
  };

  return {
    start: async ({ id, plugin, instance, trigger, by, startedAt, finishedAt, status, results }) => {
      const rowVersion = status === "running" ? 1 : 2;
      const row = {
        id,
        plugin,
        instance,
        cause: trigger,
        by,
        startedAt,
        finishedAt: finishedAt ?? null,
        status,
        sealedResults: sealJson(resultsPlace(id, rowVersion), results),
        rowVersion,
      };
      await session.commit([toStatement(sql.insertInto("smokeRuns").values(row))], ({ why }) =>
        refuseWith(why === "reference" ? "instance.not_found" : "request.conflict")(),
      );
    },
    finish,
    find: async (id) => {
      const row = await session.first(runs().where("id", "=", id));
      return row === undefined ? undefined : present(row);
    },
    list: async ({ plugin, instance }, page = {}) => {
      const query = runs()
        .where("plugin", "=", plugin)
        .where("instance", "=", instance)
        .orderBy("id", "desc")
        .limit(pageLimit(page));
      const rows = await session.all(page.cursor === undefined ? query : query.where("id", "<", page.cursor));
      return toPage(rows.map(present), page, ({ id }) => id);
    },
    last: async ({ plugin, instance }) => {
      const row = await session.first(
        runs().where("plugin", "=", plugin).where("instance", "=", instance).orderBy("id", "desc").limit(1),
      );
      return row === undefined ? undefined : present(row);
    },
    closeInterrupted: async (at) => {
      const open = (await session.all(runs().where("status", "=", "running"))).map(present);
      for (const { id, results } of open) await finish(id, { status: "failed", results, finishedAt: at });
      return open.length;
    },
  };
}

function resultsPlace(id: string, version: number) {
  return { table: "smoke_runs", id, field: "results", version };
}
