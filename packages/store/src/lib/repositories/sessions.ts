import { HilumError } from "@hilum/contract/errors";
import { prepareQuery, toStatement } from "../engine/query.ts";
import type { SessionRow, Sessions } from "../ports/identity.ts";
import { dropNulls, refuseWith, type Session } from "../session.ts";
import { presentUser, selectUsers } from "./users.ts";

const findSession = prepareQuery<{ hash: string; now: string }>((sql, { hash, now }) =>
  sql
    .selectFrom("sessions")
    .select(["id", "user", "startedAt", "lastSeenAt", "idleExpiresAt", "expiresAt", "steppedUpUntil", "client"])
    .where("hash", "=", hash)
    .where("expiresAt", ">", now)
    .where("idleExpiresAt", ">", now),
);

export function createSessions(session: Session): Sessions {
  const { sql } = session;
  const changed = async (statement: ReturnType<typeof toStatement>): Promise<number> =>
    (await session.commit([statement]))[0]?.changes ?? 0;

  return {
    create: async ({ steppedUpUntil, ...row }) => {
      const insert = sql.insertInto("sessions").values({ ...row, steppedUpUntil: steppedUpUntil ?? null });
      await session.commit([toStatement(insert)], refuseWith("user.not_found"));
    },
    findByHash: async (hash) => {
      const [row] = (await session.rows(findSession(session.dialect, { hash, now: session.now() }))) as unknown as {
        user: string;
      }[];
      if (row === undefined) return undefined;
      const user = await session.first(
        selectUsers(session).where("users.id", "=", row.user).where("state", "=", "active"),
      );
      return user === undefined ? undefined : { session: dropNulls(row) as SessionRow, user: presentUser(user) };
    },
    touch: async (id, { lastSeenAt, idleExpiresAt }) => {
      await changed(toStatement(sql.updateTable("sessions").set({ lastSeenAt, idleExpiresAt }).where("id", "=", id)));
    },
    rotate: async (id, hash, steppedUpUntil) => {
      const update = sql
        .updateTable("sessions")
        .set({ hash, ...(steppedUpUntil === undefined ? {} : { steppedUpUntil }) })
        .where("id", "=", id);
      await session.commit([toStatement(update, 1)], refuseWith("request.unauthenticated"));
    },
    list: async (user) => {
      const now = session.now();
      const query = sql
        .selectFrom("sessions")
        .select(["id", "user", "startedAt", "lastSeenAt", "idleExpiresAt", "expiresAt", "steppedUpUntil", "client"])
        .where("user", "=", user)
        .where("expiresAt", ">", now)
        .where("idleExpiresAt", ">", now)
        .orderBy("startedAt", "desc");
      return (await session.all(query)).map((row) => dropNulls(row));
    },
    end: async (user, id) =>
      (await changed(toStatement(sql.deleteFrom("sessions").where("user", "=", user).where("id", "=", id)))) > 0,
    endAll: (user, except) => {
      const all = sql.deleteFrom("sessions").where("user", "=", user);
      return changed(toStatement(except === undefined ? all : all.where("id", "<>", except)));
    },
    ...createSignIn(session, changed),
  };
}

function createSignIn(session: Session, changed: (statement: ReturnType<typeof toStatement>) => Promise<number>) {
  const { sql } = session;
  return {
    createChallenge: async (hash: string, { user, expiresAt }: { user: string; expiresAt: string }) => {
      await session.commit(
        [toStatement(sql.insertInto("signInChallenges").values({ hash, user, expiresAt, failures: 0 }))],
        refuseWith("user.not_found"),
      );
    },
    challenge: (hash: string) =>
      session.first(
        sql
          .selectFrom("signInChallenges")
          .select(["user", "expiresAt", "failures"])
          .where("hash", "=", hash)
          .where("expiresAt", ">", session.now()),
      ),
    failChallenge: async (hash: string) => {
      const count = sql
        .updateTable("signInChallenges")
        .set((eb) => ({ failures: eb("failures", "+", 1) }))
        .where("hash", "=", hash)
        .returning("failures");
      const [result] = await session.commit([toStatement(count, 1)], () => new HilumError("session.code_wrong"));
      return Number(result?.rows[0]?.["failures"]);
    },
    takeChallenge: async (hash: string) => {
      const take = sql.deleteFrom("signInChallenges").where("hash", "=", hash).where("expiresAt", ">", session.now());
      return (await changed(toStatement(take))) > 0;
    },
    throttle: async (key: string) => {
      const row = await session.first(
        sql.selectFrom("signInThrottles").select(["failures", "blockedUntil"]).where("key", "=", key),
      );
      return row === undefined ? undefined : dropNulls(row);
    },
    recordFailure: async (key: string, blockedUntil?: string) => {
      const updatedAt = session.now();
      const upsert = sql
        .insertInto("signInThrottles")
        .values({ key, failures: 1, blockedUntil: blockedUntil ?? null, updatedAt })
        .onConflict((conflict) =>
          conflict.column("key").doUpdateSet((eb) => ({
            failures: eb("signInThrottles.failures", "+", 1),
            updatedAt,
            ...(blockedUntil === undefined ? {} : { blockedUntil }),
          })),
        )
        .returning(["failures", "blockedUntil"]);
      const [result] = await session.commit([toStatement(upsert)]);
      return dropNulls(result?.rows[0] as unknown as { failures: number; blockedUntil: string | null });
    },
    clearFailures: async (key: string) => {
      await changed(toStatement(sql.deleteFrom("signInThrottles").where("key", "=", key)));
    },
    sweep: async (now: string) => {
      const dayBefore = new Date(Date.parse(now) - 86_400_000).toISOString();
      const results = await session.commit([
        toStatement(
          sql.deleteFrom("sessions").where((eb) => eb.or([eb("expiresAt", "<=", now), eb("idleExpiresAt", "<=", now)])),
        ),
        toStatement(sql.deleteFrom("signInChallenges").where("expiresAt", "<=", now)),
        toStatement(sql.deleteFrom("signInThrottles").where("updatedAt", "<=", dayBefore)),
      ]);
      return results.reduce((sum, { changes }) => sum + changes, 0);
    },
  };
}
