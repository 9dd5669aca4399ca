import { toStatement } from "../engine/query.ts";
import type { Lease, Leases } from "../ports/operations.ts";
import { toTime, type Session } from "../session.ts";

export function createLeases(session: Session): Leases {
  const { sql } = session;
  const leaseOf = (outcome: Awaited<ReturnType<Session["write"]>>): Lease | undefined =>
    outcome.ok ? (outcome.results[0]?.rows[0] as unknown as Lease) : undefined;

  return {
    acquire: async (name, holder, ttlMs) => {
      const now = session.now();
      const until = toTime(session.nowMs() + ttlMs);
      const take = sql
        .insertInto("leases")
        .values({ name, holder, until, fence: 1 })
        .onConflict((conflict) =>
          conflict
            .column("name")
            .doUpdateSet((eb) => ({
              holder,
              until,
              fence: eb
                .case()
                .when("leases.holder", "=", holder)
                .then(eb.ref("leases.fence"))
                .else(eb("leases.fence", "+", 1))
                .end(),
            }))
            .where((eb) => eb.or([eb("leases.until", "<=", now), eb("leases.holder", "=", holder)])),
        )
        .returning(["name", "holder", "until", "fence"]);
      return leaseOf(await session.write([toStatement(take, 1)]));
    },
    renew: async (name, holder, ttlMs) => {
      const renew = sql
        .updateTable("leases")
        .set({ until: toTime(session.nowMs() + ttlMs) })
        .where("name", "=", name)
        .where("holder", "=", holder)
        .where("until", ">", session.now())
        .returning(["name", "holder", "until", "fence"]);
      return leaseOf(await session.write([toStatement(renew, 1)]));
    },
    release: async (name, holder) => {
      // The row stays, so that the fence keeps rising.
      const release = sql
        .updateTable("leases")
        .set({ holder: "", until: toTime(0) })
        .where("name", "=", name)
        .where("holder", "=", holder);
      await session.commit([toStatement(release)]);
    },
  };
}
