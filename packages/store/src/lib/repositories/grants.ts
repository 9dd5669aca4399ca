import type { Selectable } from "kysely";
import { prepareQuery, toStatement } from "../engine/query.ts";
import type { Statement } from "../engine/statement.ts";
import type { Tables } from "../engine/tables.ts";
import type { GrantRow, Grants } from "../ports/access.ts";
import type { InstanceKey } from "../ports/shapes.ts";
import { dropNulls, refuseWith, type Session } from "../session.ts";

const readEpoch = prepareQuery<Record<never, never>>((sql) =>
  sql.selectFrom("counters").select("value").where("name", "=", "grants_epoch"),
);

const addUse = prepareQuery<{
  plugin: string;
  instance: string;
  scope: string;
  day: string;
  count: number;
  lastAt: string;
}>((sql, { plugin, instance, scope, day, count, lastAt }) =>
  sql
    .insertInto("grantUsage")
    .values({ plugin, instance, scope, day, count, lastAt })
    .onConflict((conflict) =>
      conflict.columns(["plugin", "instance", "scope", "day"]).doUpdateSet((eb) => ({
        count: eb("grantUsage.count", "+", eb.ref("excluded.count")),
        lastAt: eb.ref("excluded.lastAt"),
      })),
    ),
);

export function createGrants(session: Session): Grants {
  const { sql } = session;
  const ofInstance = ({ plugin, instance }: InstanceKey) =>
    sql.selectFrom("grants").selectAll().where("plugin", "=", plugin).where("instance", "=", instance);

  return {
    list: async (key) => (await session.all(ofInstance(key).orderBy("scope"))).map(present),
    all: async () => (await session.all(sql.selectFrom("grants").selectAll())).map(present),
    epoch: async () => Number((await session.rows(readEpoch(session.dialect, {})))[0]?.["value"] ?? 0),
    decide: async (key, decisions, { at, by, reviewed }) => {
      const rows = decisions.map(({ scope, decision, narrowedTo, pinned }) => ({
        ...plain(key),
        scope,
        decision,
        narrowedTo: narrowedTo ?? null,
        pinned: pinned ?? null,
        at,
        by,
      }));
      const results = await session.commit(
        [
          ...rows.map((row) => upsert(session, row)),
          ...(reviewed === true ? [markReviewed(session, key, at)] : []),
          raiseEpoch(session),
        ],
        refuseWith("instance.not_found"),
      );
      return epochOf(results.at(-1)?.rows);
    },
    forget: async ({ plugin, instance }, scopes) => {
      const gone = sql
        .deleteFrom("grants")
        .where("plugin", "=", plugin)
        .where("instance", "=", instance)
        .where("scope", "in", [...scopes]);
      const results = await session.commit([...(scopes.length === 0 ? [] : [toStatement(gone)]), raiseEpoch(session)]);
      return epochOf(results.at(-1)?.rows);
    },
    recordUse: async (uses) => {
      // Each alone: a count for an instance that was removed meanwhile must not take the others with it.
      await Promise.all(
        uses.map(({ plugin, instance, scope, day, count, lastAt }) =>
          session.write([addUse(session.dialect, { plugin, instance, scope, day, count, lastAt })]),
        ),
      );
    },
    usage: async ({ plugin, instance }, sinceDay) => {
      const query = sql
        .selectFrom("grantUsage")
        .select((eb) => ["scope", eb.fn.sum<number>("count").as("used"), eb.fn.max("lastAt").as("lastUsedAt")])
        .where("plugin", "=", plugin)
        .where("instance", "=", instance)
        .where("day", ">=", sinceDay)
        .groupBy("scope")
        .orderBy("scope");
      return (await session.all(query)).map(({ scope, used, lastUsedAt }) => ({
        scope,
        used: Number(used),
        lastUsedAt,
      }));
    },
  };
}

function plain({ plugin, instance }: InstanceKey): InstanceKey {
  return { plugin, instance };
}

function upsert({ sql }: Session, row: Selectable<Tables["grants"]>): Statement {
  const { decision, narrowedTo, pinned, at, by } = row;
  return toStatement(
    sql
      .insertInto("grants")
      .values(row)
      .onConflict((conflict) =>
        conflict.columns(["plugin", "instance", "scope"]).doUpdateSet({ decision, narrowedTo, pinned, at, by }),
      ),
  );
}

function markReviewed({ sql }: Session, { plugin, instance }: InstanceKey, at: string): Statement {
  const update = sql
    .updateTable("instances")
    .set((eb) => ({ accessReviewedAt: at, rowVersion: eb("rowVersion", "+", 1) }));
  return toStatement(update.where("plugin", "=", plugin).where("instance", "=", instance), 1);
}

/** Ends every cached table of grants. */
export function raiseEpoch({ sql }: Session): Statement {
  const raise = sql
    .updateTable("counters")
    .set((eb) => ({ value: eb("value", "+", 1) }))
    .where("name", "=", "grants_epoch");
  return toStatement(raise.returning("value"), 1);
}

function epochOf(rows: readonly Record<string, unknown>[] | undefined): number {
  return Number(rows?.[0]?.["value"]);
}

function present(row: Selectable<Tables["grants"]>): GrantRow {
  return dropNulls(row);
}
