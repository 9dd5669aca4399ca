import type { Evidence } from "@hilum/contract/api";
import { prepareQuery, toStatement } from "../engine/query.ts";
import type { Statement } from "../engine/statement.ts";
import type { Health } from "../ports/operations.ts";
import type { HealthStateName } from "../ports/plugins.ts";
import type { InstanceKey } from "../ports/shapes.ts";
import { openJson, refuseWith, sealJson, type Session } from "../session.ts";
import { totalCalls } from "./call-totals.ts";

const severities: readonly HealthStateName[] = ["not_tested", "healthy", "degraded", "failing"];

const addMinute = prepareQuery<{
  minute: string;
  plugin: string;
  instance: string;
  source: string;
  calls: number;
  failed: number;
  cause: NonNullable<Parameters<Health["recordCalls"]>[0][number]["cause"]> | null;
  histogram: string;
}>((sql, values) => {
  const { minute, plugin, instance, source, calls, failed, cause, histogram } = values;
  return sql
    .insertInto("callMinutes")
    .values({ minute, plugin, instance, source, calls, failed, cause, histogram })
    .onConflict((conflict) =>
      conflict.columns(["minute", "plugin", "instance", "source"]).doUpdateSet({ calls, failed, cause, histogram }),
    );
});

export function createHealth(session: Session): Health {
  return { ...createChecks(session), ...createCallCounts(session) };
}

type CallCounts = Pick<Health, "recordCalls" | "calls" | "sweep">;

function createChecks(session: Session): Omit<Health, keyof CallCounts> {
  const { sql } = session;
  return {
    snapshot: async ({ plugin, instance }) => {
      const row = await session.first(
        sql.selectFrom("healthSnapshots").selectAll().where("plugin", "=", plugin).where("instance", "=", instance),
      );
      if (row === undefined) return undefined;
      const { sealedChecks, ...rest } = row;
      return { ...rest, checks: openJson<Evidence[]>(session, checksPlace(row, row.checkedAt), sealedChecks) };
    },
    record: async (snapshot) => {
      const { plugin, instance, state, checkedAt, checks } = snapshot;
      const content = { state, checkedAt, sealedChecks: sealJson(checksPlace(snapshot, checkedAt), checks) };
      const upsert = sql
        .insertInto("healthSnapshots")
        .values({ plugin, instance, ...content })
        .onConflict((conflict) => conflict.columns(["plugin", "instance"]).doUpdateSet(content));
      const mark = sql
        .updateTable("instances")
        .set({ health: state })
        .where("plugin", "=", plugin)
        .where("instance", "=", instance);
      await session.commit(
        [toStatement(mark, 1), toStatement(upsert), countDay(session, snapshot, checkedAt.slice(0, 10), state, 0, 0)],
        refuseWith("instance.not_found"),
      );
    },
    recordRun: async (key, { day, state, failed }) => {
      await session.commit([countDay(session, key, day, state, 1, Number(failed))], refuseWith("instance.not_found"));
    },
    days: async ({ plugin, instance }, sinceDay) => {
      const query = sql
        .selectFrom("healthDays")
        .select(["day", "severity", "runs", "failed"])
        .where("plugin", "=", plugin)
        .where("instance", "=", instance)
        .where("day", ">=", sinceDay)
        .orderBy("day");
      return (await session.all(query)).map(({ severity, ...row }) => ({
        ...row,
        state: severities[severity] ?? "not_tested",
      }));
    },
  };
}

function createCallCounts(session: Session): CallCounts {
  const { sql } = session;
  return {
    recordCalls: async (minutes) => {
      const statements = minutes.map(({ histogram, cause, minute, plugin, instance, source, calls, failed }) =>
        addMinute(session.dialect, {
          minute,
          plugin,
          instance,
          source,
          calls,
          failed,
          cause: cause ?? null,
          histogram: JSON.stringify(histogram),
        }),
      );
      if (statements.length > 0) await session.commit(statements);
    },
    calls: async (since, key) => {
      const query = sql
        .selectFrom("callMinutes")
        .select(["plugin", "instance", "calls", "failed", "cause", "histogram"])
        .where("minute", ">=", since)
        .orderBy("minute");
      const rows = await session.scan(
        key === undefined ? query : query.where("plugin", "=", key.plugin).where("instance", "=", key.instance),
      );
      return totalCalls(rows);
    },
    sweep: async (before) =>
      (await session.commit([toStatement(sql.deleteFrom("callMinutes").where("minute", "<", before))]))[0]?.changes ??
      0,
  };
}

/** The worst state of the day stands. */
function countDay(
  { sql }: Session,
  { plugin, instance }: InstanceKey,
  day: string,
  state: HealthStateName,
  runs: number,
  failed: number,
): Statement {
  const severity = severities.indexOf(state);
  return toStatement(
    sql
      .insertInto("healthDays")
      .values({ plugin, instance, day, severity, runs, failed })
      .onConflict((conflict) =>
        conflict.columns(["plugin", "instance", "day"]).doUpdateSet((eb) => ({
          severity: eb
            .case()
            .when("healthDays.severity", "<", severity)
            .then(severity)
            .else(eb.ref("healthDays.severity"))
            .end(),
          runs: eb("healthDays.runs", "+", runs),
          failed: eb("healthDays.failed", "+", failed),
        })),
      ),
  );
}

/** Snapshots replace each other, so the time of the check is the version. */
function checksPlace({ plugin, instance }: InstanceKey, checkedAt: string) {
  return { table: "health_snapshots", id: `${plugin}/${instance}`, field: "checks", version: Date.parse(checkedAt) };
}
