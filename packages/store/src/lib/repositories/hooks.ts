import type { HookVerdict } from "@hilum/contract/api";
import type { Selectable } from "kysely";
import { prepareQuery, toStatement } from "../engine/query.ts";
import type { BlindRequest, SealRequest, Statement } from "../engine/statement.ts";
import type { Tables } from "../engine/tables.ts";
import type { HookContent, HookDeliveryRow, Hooks, NewHookDelivery } from "../ports/hooks.ts";
import { dropNulls, openJson, pageLimit, refuseWith, sealJson, toPage, type Session } from "../session.ts";

const identityDomain = "hook_deliveries.identity";
/** What anybody can send without knowing a secret. */
const refused: readonly HookVerdict[] = ["bad_signature", "stale", "replayed", "too_large", "busy"];
const refusedMax = 500;
/** Old refused ones are taken away once in so many. */
const refusedPerTrim = 50;

type Columns = Omit<Selectable<Tables["hookDeliveries"]>, "identity" | "sealedContent">;

const insert = prepareQuery<Columns & { identity: BlindRequest | null; sealedContent: SealRequest | null }>(
  (sql, values) =>
    sql.insertInto("hookDeliveries").values({
      id: values.id,
      plugin: values.plugin,
      instance: values.instance,
      hook: values.hook,
      at: values.at,
      method: values.method,
      origin: values.origin,
      verdict: values.verdict,
      reason: values.reason,
      status: values.status,
      bytes: values.bytes,
      durationMs: values.durationMs,
      identity: values.identity,
      replayOf: values.replayOf,
      sealedContent: values.sealedContent,
    }),
);

const columns = [
  ...["id", "plugin", "instance", "hook", "at", "method", "origin", "verdict", "reason"],
  ...["status", "bytes", "durationMs", "replayOf"],
] as (keyof Columns)[];

export function createHooks(session: Session): Hooks {
  const { sql, keyring } = session;
  const trim = createTrim(session);
  const ofInstance = ({ plugin, instance }: { plugin: string; instance: string }) =>
    sql.selectFrom("hookDeliveries").select(columns).where("plugin", "=", plugin).where("instance", "=", instance);

  return {
    add: async (delivery) => {
      await session.commit(
        [insert(session.dialect, toColumns(delivery)), ...trim(delivery)],
        refuseWith("instance.not_found"),
      );
    },
    list: async (key, filter = {}) => {
      const { hook, verdict, cursor } = filter;
      let query = ofInstance(key).orderBy("id", "desc").limit(pageLimit(filter));
      if (hook !== undefined) query = query.where("hook", "=", hook);
      if (verdict !== undefined) query = query.where("verdict", "=", verdict);
      if (cursor !== undefined) query = query.where("id", "<", cursor);
      const rows = await session.scan(query);
      return toPage(rows.map(toRow), filter, ({ id }) => id);
    },
    find: async (key, id) => {
      const row = await session.first(ofInstance(key).select("sealedContent").where("id", "=", id));
      if (row === undefined) return undefined;
      const { sealedContent, ...rest } = row;
      return {
        ...toRow(rest),
        ...(sealedContent === null ? {} : { content: openJson<HookContent>(session, contentPlace(id), sealedContent) }),
      };
    },
    last: async (key, hook) => {
      const row = await session.first(ofInstance(key).where("hook", "=", hook).orderBy("id", "desc").limit(1));
      return row === undefined ? undefined : toRow(row);
    },
    isHandled: async (key, hook, identity, since) => {
      const row = await session.first(
        ofInstance(key)
          .where("identity", "=", keyring.blind(identityDomain, identity))
          .where("hook", "=", hook)
          .where("at", ">=", since)
          .where("verdict", "=", "accepted")
          .where("status", "<", 300)
          .limit(1),
      );
      return row !== undefined;
    },
    sweep: async (before) =>
      (await session.commit([toStatement(sql.deleteFrom("hookDeliveries").where("at", "<", before))]))[0]?.changes ?? 0,
  };
}

function toColumns({ identity, content, reason, replayOf, ...row }: NewHookDelivery) {
  return {
    ...row,
    reason: reason ?? null,
    replayOf: replayOf ?? null,
    identity: identity === undefined ? null : { blind: identity, domain: identityDomain },
    sealedContent: content === undefined ? null : sealJson(contentPlace(row.id), content),
  };
}

function toRow(row: Columns): HookDeliveryRow {
  return dropNulls(row) as HookDeliveryRow;
}

/** Counts the refused ones of a hook; once in so many it answers the statement that takes the oldest away. */
function createTrim({ sql }: Session): (delivery: NewHookDelivery) => Statement[] {
  const sinceTrim = new Map<string, number>();
  return ({ plugin, instance, hook, verdict }) => {
    if (!refused.includes(verdict)) return [];
    const name = `${plugin}/${instance}/${hook}`;
    const count = (sinceTrim.get(name) ?? refusedPerTrim) + 1;
    sinceTrim.set(name, count >= refusedPerTrim ? 0 : count);
    if (count < refusedPerTrim) return [];
    const kept = sql
      .selectFrom("hookDeliveries")
      .select("id")
      .where("plugin", "=", plugin)
      .where("instance", "=", instance)
      .where("hook", "=", hook)
      .where("verdict", "in", refused)
      .orderBy("id", "desc")
      .offset(refusedMax)
      .limit(1);
    return [
      toStatement(
        sql
          .deleteFrom("hookDeliveries")
          .where("plugin", "=", plugin)
          .where("instance", "=", instance)
          .where("hook", "=", hook)
          .where("verdict", "in", refused)
          .where("id", "<=", kept),
      ),
    ];
  };
}

function contentPlace(id: string) {
  return { table: "hook_deliveries", id, field: "content", version: 1 };
}
