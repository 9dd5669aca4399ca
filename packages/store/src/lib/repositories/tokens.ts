import { prepareQuery, toStatement } from "../engine/query.ts";
import type { ApiTokenRow, Invitations, Tokens } from "../ports/identity.ts";
import { dropNulls, refuseWith, type Session } from "../session.ts";
import { presentUser, selectUsers } from "./users.ts";

const tokenColumns = [
  ...(["id", "name", "role", "prefix", "scopes", "purpose"] as const),
  ...(["createdBy", "createdAt", "expiresAt", "lastUsedAt"] as const),
] as const;

const findToken = prepareQuery<{ hash: string; now: string }>((sql, { hash, now }) =>
  sql
    .selectFrom("apiTokens")
    .select(tokenColumns)
    .where("hash", "=", hash)
    .where("expiresAt", ">", now)
    .where("revokedAt", "is", null),
);

type KeptToken = Omit<ApiTokenRow, "scopes"> & { scopes: string };

const present = ({ scopes, ...token }: KeptToken): ApiTokenRow => ({
  ...token,
  scopes: JSON.parse(scopes) as string[],
});

export function createTokens(session: Session): Tokens {
  const { sql } = session;
  return {
    list: async () => {
      const query = sql
        .selectFrom("apiTokens")
        .select(tokenColumns)
        .where("revokedAt", "is", null)
        .where("expiresAt", ">", session.now())
        .orderBy("createdAt", "desc");
      return (await session.all(query)).map((row) => present(dropNulls(row)));
    },
    create: async ({ lastUsedAt, scopes, ...token }) => {
      const row = { ...token, scopes: JSON.stringify(scopes), lastUsedAt: lastUsedAt ?? null };
      await session.commit([toStatement(sql.insertInto("apiTokens").values(row))]);
    },
    findByHash: async (hash) => {
      const [row] = await session.rows(findToken(session.dialect, { hash, now: session.now() }));
      return row === undefined ? undefined : present(dropNulls(row) as unknown as KeptToken);
    },
    touch: async (id, at) => {
      await session.commit([toStatement(sql.updateTable("apiTokens").set({ lastUsedAt: at }).where("id", "=", id))]);
    },
    revoke: async (id) => {
      const revoke = sql
        .updateTable("apiTokens")
        .set({ revokedAt: session.now() })
        .where("id", "=", id)
        .where("revokedAt", "is", null);
      return (await session.write([toStatement(revoke, 1)])).ok;
    },
  };
}

export function createInvitations(session: Session): Invitations {
  const { sql } = session;
  const open = (hash: string) =>
    session.first(
      sql
        .selectFrom("invitations")
        .select(["user", "expiresAt", "createdBy"])
        .where("hash", "=", hash)
        .where("expiresAt", ">", session.now()),
    );
  return {
    create: async (hash, { user, expiresAt, createdBy, at }) => {
      const insert = sql.insertInto("invitations").values({ hash, user, expiresAt, createdBy, createdAt: at });
      await session.commit(
        [toStatement(sql.deleteFrom("invitations").where("user", "=", user)), toStatement(insert)],
        refuseWith("user.not_found"),
      );
    },
    find: open,
    accept: async (hash, passwordHash) => {
      const invitation = await open(hash);
      if (invitation === undefined) return undefined;
      const use = sql.deleteFrom("invitations").where("hash", "=", hash);
      const activate = sql
        .updateTable("users")
        .set((eb) => ({ passwordHash, state: "active", rowVersion: eb("rowVersion", "+", 1) }))
        .where("id", "=", invitation.user)
        .where("state", "<>", "disabled");
      const outcome = await session.write([toStatement(use, 1), toStatement(activate, 1)]);
      if (!outcome.ok) return undefined;
      const user = await session.first(selectUsers(session).where("users.id", "=", invitation.user));
      return user === undefined ? undefined : presentUser(user);
    },
  };
}
