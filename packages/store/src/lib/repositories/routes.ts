import { toStatement } from "../engine/query.ts";
import type { RouteRow, Routes } from "../ports/messages.ts";
import { refuseWith, type Session } from "../session.ts";

export function createRoutes(session: Session): Routes {
  const { sql } = session;
  const targets = () => sql.selectFrom("routeTargets").selectAll().orderBy("channel").orderBy("place");
  return {
    list: async () => toRoutes(await session.all(targets())),
    find: async (channel) => toRoutes(await session.all(targets().where("channel", "=", channel)))[0],
    set: async (channel, to, { at, by }) => {
      const rows = to.map(({ plugin, instance }, place) => ({
        channel,
        place,
        plugin,
        instance,
        setAt: at,
        setBy: by,
      }));
      await session.commit(
        [
          toStatement(sql.deleteFrom("routeTargets").where("channel", "=", channel)),
          ...(rows.length === 0 ? [] : [toStatement(sql.insertInto("routeTargets").values(rows))]),
        ],
        refuseWith("instance.not_found"),
      );
    },
  };
}

type TargetRow = Omit<RouteRow, "targets"> & { plugin: string; instance: string };

/** One route per channel, of rows that come in its order. */
function toRoutes(rows: readonly TargetRow[]): RouteRow[] {
  const routes = new Map<string, RouteRow>();
  for (const { channel, plugin, instance, setAt, setBy } of rows) {
    const route = routes.get(channel) ?? { channel, targets: [], setAt, setBy };
    route.targets.push({ plugin, instance });
    routes.set(channel, route);
  }
  return [...routes.values()];
}
