import { HilumError } from "@hilum/contract/errors";
import type { Selectable, Updateable } from "kysely";
import { toStatement } from "../engine/query.ts";
import type { Statement } from "../engine/statement.ts";
import type { Tables } from "../engine/tables.ts";
import type { InstanceChange, InstanceRow, Instances } from "../ports/plugins.ts";
import type { InstanceKey, Time } from "../ports/shapes.ts";
import { dropNulls, type Session } from "../session.ts";
import { raiseEpoch } from "./grants.ts";

type Stored = Selectable<Tables["instances"]>;

export interface NewInstance extends InstanceKey {
  title: string;
  testMode: boolean;
  at: Time;
  by: string;
}

export function createInstances(session: Session): Instances {
  const { sql } = session;
  const byKey = ({ plugin, instance }: InstanceKey) =>
    sql.selectFrom("instances").selectAll().where("plugin", "=", plugin).where("instance", "=", instance);
  const find = async (key: InstanceKey): Promise<InstanceRow | undefined> => {
    const row = await session.first(byKey(key));
    return row === undefined ? undefined : present(row);
  };

  return {
    list: async (plugin) => {
      const query = sql.selectFrom("instances").selectAll().orderBy("plugin").orderBy("instance");
      return (await session.all(plugin === undefined ? query : query.where("plugin", "=", plugin))).map(present);
    },
    find,
    create: async (instance) => {
      await session.commit([insertInstance(session, instance)], ({ why }) =>
        why === "reference"
          ? new HilumError("plugin.not_found")
          : new HilumError("request.conflict", {
              detail: `The plugin has an instance "${instance.instance}" already.`,
            }),
      );
      return (await find(instance)) as InstanceRow;
    },
    change: async (key, change, when = {}) => {
      let update = sql
        .updateTable("instances")
        .set((eb) => ({ ...toColumns(change), rowVersion: eb("rowVersion", "+", 1) }))
        .where("plugin", "=", key.plugin)
        .where("instance", "=", key.instance);
      if (when.from !== undefined) update = update.where("state", "in", [...when.from]);
      if (when.rowVersion !== undefined) update = update.where("rowVersion", "=", when.rowVersion);
      const outcome = await session.write([toStatement(update.returningAll(), 1)]);
      if (outcome.ok) return present(outcome.results[0]?.rows[0] as unknown as Stored);
      throw whyUnchanged(await find(key), when.rowVersion);
    },
    smokeDue: async (at) =>
      (
        await session.all(
          sql
            .selectFrom("instances")
            .selectAll()
            .where("state", "=", "enabled")
            .where("smokeEveryMinutes", ">", 0)
            .where("nextSmokeAt", "<=", at)
            .orderBy("nextSmokeAt"),
        )
      ).map(present),
    remove: async ({ plugin, instance }) => {
      const [removed] = await session.commit([
        toStatement(sql.deleteFrom("instances").where("plugin", "=", plugin).where("instance", "=", instance)),
        raiseEpoch(session),
      ]);
      return (removed?.changes ?? 0) > 0;
    },
  };
}

export function insertInstance(
  { sql }: Session,
  { plugin, instance, title, testMode, at, by }: NewInstance,
): Statement {
  const row: Stored = {
    plugin,
    instance,
    title,
    state: "registered",
    health: "not_tested",
    testMode: Number(testMode),
    problem: null,
    enabledAt: null,
    accessReviewedAt: null,
    smokeEveryMinutes: 0,
    nextSmokeAt: null,
    lastSmokeRunAt: null,
    settingsRevision: 0,
    logsDropped: 0,
    createdAt: at,
    createdBy: by,
    rowVersion: 1,
  };
  return toStatement(sql.insertInto("instances").values(row));
}

function whyUnchanged(found: InstanceRow | undefined, rowVersion: number | undefined): HilumError {
  if (found === undefined) return new HilumError("instance.not_found");
  if (rowVersion !== undefined && found.rowVersion !== rowVersion) return new HilumError("request.conflict");
  return new HilumError("instance.wrong_state", {
    detail: `The instance is ${found.state.replace("_", " ")}, which does not allow this.`,
  });
}

function toColumns({ testMode, problem, ...rest }: InstanceChange): Updateable<Tables["instances"]> {
  return {
    ...rest,
    ...(testMode === undefined ? {} : { testMode: Number(testMode) }),
    ...(problem === undefined ? {} : { problem: problem === null ? null : JSON.stringify(problem) }),
  };
}

function present({ logsDropped: _logsDropped, ...row }: Stored): InstanceRow {
  const { problem, ...rest } = dropNulls(row);
  return { ...rest, testMode: row.testMode === 1, ...(problem === undefined ? {} : { problem: JSON.parse(problem) }) };
}
