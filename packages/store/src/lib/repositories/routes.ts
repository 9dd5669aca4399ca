import { toStatement } from "../engine/query.ts";
import type { Routes } from "../ports/messages.ts";
import { refuseWith, type Session } from "../session.ts";

export function createRoutes(session: Session): Routes {
  const { sql } = session;
  const routes = () => sql.selectFrom("routes").selectAll();
  return {
    list: () => session.all(routes().orderBy("channel")),
    find: (channel) => session.first(routes().where("channel", "=", channel)),
    set: async (channel, to, { at, by }) => {
      if (to === null) {
        await session.commit([toStatement(sql.deleteFrom("routes").where("channel", "=", channel))]);
        return;
      }
      const target = { plugin: to.plugin, instance: to.instance, setAt: at, setBy: by };
      const upsert = sql
        .insertInto("routes")
        .values({ channel, ...target })
        .onConflict((conflict) => conflict.column("channel").doUpdateSet(target));
      await session.commit([toStatement(upsert)], refuseWith("instance.not_found"));
    },
  };
}
