import type { Reach } from "../ports/reach.ts";
import type { Session } from "../session.ts";
import { bodyPlace } from "./messages/accept.ts";

export function createReach(session: Session): Reach {
  const { sql, keyring } = session;
  return {
    messages: async (plugin, { limit, after = "" }) => {
      const handed = sql
        .selectFrom("messageTimeline")
        .select(["message", sql.fn.min("at").as("at")])
        .where("plugin", "=", plugin)
        .where("attempt", "is not", null)
        .where("message", ">", after)
        .groupBy("message")
        .orderBy("message")
        .limit(limit);
      const found = await session.scan(handed);
      if (found.length === 0) return [];
      const ids = found.map(({ message }) => message);
      const [bodies, attached] = await Promise.all([
        session.scan(sql.selectFrom("messages").select(["id", "sealedBody"]).where("id", "in", ids)),
        session.scan(
          sql
            .selectFrom("messageBlobs")
            .select(["message", sql.fn.countAll().as("count")])
            .where("message", "in", ids)
            .groupBy("message"),
        ),
      ]);
      const sealed = new Map(bodies.map(({ id, sealedBody }) => [id, sealedBody]));
      const counts = new Map(attached.map(({ message, count }) => [message, Number(count)]));
      return found.flatMap(({ message: id, at }) => {
        const body = sealed.get(id);
        if (body === undefined) return [];
        const text = keyring.open(bodyPlace(id), body).toString("utf8");
        return [{ id, at, body: text, attachments: counts.get(id) ?? 0 }];
      });
    },
    patients: async (plugin) => {
      const [row] = await session.scan(
        sql
          .selectFrom("disclosures")
          .select(({ fn }) => fn.count("patient").distinct().as("patients"))
          .where("plugin", "=", plugin),
      );
      return Number(row?.patients ?? 0);
    },
    records: async (plugin) => {
      const rows = await session.scan(
        sql
          .selectFrom("auditIndex")
          .select(({ fn }) => [
            "resource",
            fn.count("ref").distinct().as("count"),
            fn.min("at").as("first"),
            fn.max("at").as("last"),
          ])
          .where("plugin", "=", plugin)
          .where("ref", "is not", null)
          .where("kind", "=", "outcome")
          .where("action", "like", "records.%")
          .groupBy("resource")
          .orderBy("resource"),
      );
      return rows.flatMap(({ resource, count, first, last }) =>
        resource === null ? [] : [{ resource, count: Number(count), first, last }],
      );
    },
  };
}
