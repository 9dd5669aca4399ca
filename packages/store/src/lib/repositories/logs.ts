import { randomBytes } from "node:crypto";
import type { LogLine } from "@hilum/contract/api";
import { prepareQuery, toStatement } from "../engine/query.ts";
import type { SealRequest, Statement } from "../engine/statement.ts";
import type { Logs } from "../ports/operations.ts";
import type { InstanceKey } from "../ports/shapes.ts";
import { dropNulls, refuseWith, type Session } from "../session.ts";

const linesMax = 20_000;
/** Old lines are taken away once in so many appended ones. */
const linesPerTrim = 500;
const linesDefault = 200;
const levels: readonly LogLine["level"][] = ["debug", "info", "warn", "error"];

const insertLine = prepareQuery<{
  entry: string;
  plugin: string;
  instance: string;
  at: string;
  level: number;
  source: LogLine["source"];
  call: string | null;
  sealedText: SealRequest;
}>((sql, { entry, plugin, instance, at, level, source, call, sealedText }) =>
  sql.insertInto("pluginLogs").values({ entry, plugin, instance, at, level, source, call, sealedText }).returning("id"),
);

/** A plugin may print what it should not, so the text is sealed. */
export function createLogs(session: Session): Logs {
  const { sql } = session;
  const trim = createTrim(session);

  return {
    append: async (key, lines, dropped = 0) => {
      const { plugin, instance } = key;
      const inserts = lines.map(({ at, level, source, text, call }) => {
        const entry = randomBytes(12).toString("base64url");
        return insertLine(session.dialect, {
          entry,
          plugin,
          instance,
          at,
          level: levels.indexOf(level),
          source,
          call: call ?? null,
          sealedText: { seal: text, place: textPlace(entry) },
        });
      });
      const count = sql
        .updateTable("instances")
        .set((eb) => ({ logsDropped: eb("logsDropped", "+", dropped) }))
        .where("plugin", "=", plugin)
        .where("instance", "=", instance);
      const unit = [...inserts, ...(dropped > 0 ? [toStatement(count)] : []), ...trim(key, lines.length)];
      if (unit.length === 0) return [];
      const results = await session.commit(unit, refuseWith("instance.not_found"));
      return lines.map((line, index) => ({ ...line, id: Number(results[index]?.rows[0]?.["id"]) }));
    },
    list: async ({ plugin, instance }, { level, after, limit = linesDefault } = {}) => {
      let query = sql
        .selectFrom("pluginLogs")
        .select(["id", "entry", "at", "level", "source", "call", "sealedText"])
        .where("plugin", "=", plugin)
        .where("instance", "=", instance)
        .limit(limit);
      if (level !== undefined) query = query.where("level", ">=", levels.indexOf(level));
      const rows =
        after === undefined
          ? (await session.scan(query.orderBy("id", "desc"))).toReversed()
          : await session.scan(query.where("id", ">", after).orderBy("id"));
      const counts = await session.first(
        sql.selectFrom("instances").select("logsDropped").where("plugin", "=", plugin).where("instance", "=", instance),
      );
      const items = rows.map(({ entry, level: rank, sealedText, ...row }) => ({
        ...dropNulls(row),
        level: levels[rank] ?? "info",
        text: session.keyring.open(textPlace(entry), sealedText).toString("utf8"),
      }));
      return { items, dropped: counts?.logsDropped ?? 0 };
    },
  };
}

/** Counts what an instance has appended; once in so many lines it answers the statement that takes the oldest away. */
function createTrim({ sql }: Session): (key: InstanceKey, added: number) => Statement[] {
  const sinceTrim = new Map<string, number>();
  return ({ plugin, instance }, added) => {
    const name = `${plugin}/${instance}`;
    const count = (sinceTrim.get(name) ?? linesPerTrim) + added;
    sinceTrim.set(name, count >= linesPerTrim ? 0 : count);
    if (count < linesPerTrim) return [];
    const kept = sql
      .selectFrom("pluginLogs")
      .select("id")
      .where("plugin", "=", plugin)
      .where("instance", "=", instance)
      .orderBy("id", "desc")
      .offset(linesMax)
      .limit(1);
    return [
      toStatement(
        sql
          .deleteFrom("pluginLogs")
          .where("plugin", "=", plugin)
          .where("instance", "=", instance)
          .where("id", "<=", kept),
      ),
    ];
  };
}

function textPlace(entry: string) {
  return { table: "plugin_logs", id: entry, field: "text", version: 1 };
}
