import { prepareQuery, toStatement } from "../engine/query.ts";
import type { Remote, RemoteLinkRow } from "../ports/identity.ts";
import { dropNulls, refuseWith, type Session } from "../session.ts";

const columns = [
  "remoteLinks.id",
  "plugin",
  "instance",
  "kind",
  "createdAt",
  "createdBy",
  "remoteLinks.expiresAt",
  "lastUsedAt",
  "usedAt",
  "revokedAt",
  "publicKey",
  "fingerprint",
] as const;

const findByToken = prepareQuery<{ hash: string; now: string }>((sql, { hash, now }) =>
  sql
    .selectFrom("remoteTokens")
    .innerJoin("remoteLinks", "remoteLinks.id", "remoteTokens.link")
    .select([...columns])
    .where("remoteTokens.hash", "=", hash)
    .where("remoteTokens.expiresAt", ">", now)
    .where("remoteLinks.expiresAt", ">", now)
    .where("revokedAt", "is", null),
);

const takeNonce = prepareQuery<{ link: string; nonce: string; expiresAt: string }>((sql, values) =>
  sql.insertInto("remoteNonces").values({ link: values.link, nonce: values.nonce, expiresAt: values.expiresAt }),
);

export function createRemote(session: Session): Remote {
  return { ...createLinks(session), ...createRevocation(session), ...createCredentials(session) };
}

type Links = Pick<Remote, "list" | "find" | "createEnrolment" | "enrol">;
type Revocation = Pick<Remote, "revoke" | "revokeAll">;

function createLinks(session: Session): Links {
  const { sql } = session;
  const links = () => sql.selectFrom("remoteLinks").select([...columns]);
  const find = async (id: string): Promise<RemoteLinkRow | undefined> => {
    const row = await session.first(links().where("id", "=", id));
    return row === undefined ? undefined : dropNulls(row);
  };

  return {
    list: async ({ plugin, instance }) =>
      (
        await session.all(
          links()
            .where("plugin", "=", plugin)
            .where("instance", "=", instance)
            .orderBy("createdAt", "desc")
            .orderBy("id", "desc"),
        )
      ).map((row) => dropNulls(row)),
    find,
    createEnrolment: async ({ id, hash, plugin, instance, at, by, expiresAt }) => {
      const insert = sql
        .insertInto("remoteLinks")
        .values({ id, hash, plugin, instance, kind: "enrolment", createdAt: at, createdBy: by, expiresAt });
      await session.commit([toStatement(insert)], refuseWith("instance.not_found"));
    },
    enrol: async (hash, link) => {
      const now = session.now();
      const enrolment = await session.first(links().where("hash", "=", hash).where("kind", "=", "enrolment"));
      if (enrolment === undefined) return undefined;
      const { plugin, instance, createdBy } = enrolment;
      const use = sql
        .updateTable("remoteLinks")
        .set({ usedAt: now })
        .where("id", "=", enrolment.id)
        .where("usedAt", "is", null)
        .where("revokedAt", "is", null)
        .where("expiresAt", ">", now);
      const insert = sql
        .insertInto("remoteLinks")
        .values({ ...link, plugin, instance, kind: "link", createdAt: now, createdBy });
      const outcome = await session.write([toStatement(use, 1), toStatement(insert)]);
      return outcome.ok ? find(link.id) : undefined;
    },
  };
}

/** At once: a token that was given out is gone with its link. */
function createRevocation(session: Session): Revocation {
  const { sql } = session;
  return {
    revoke: async ({ plugin, instance }, id) => {
      const revoke = sql
        .updateTable("remoteLinks")
        .set({ revokedAt: session.now() })
        .where("id", "=", id)
        .where("plugin", "=", plugin)
        .where("instance", "=", instance)
        .where("revokedAt", "is", null);
      return (
        await session.write([
          toStatement(revoke, 1),
          toStatement(sql.deleteFrom("remoteTokens").where("link", "=", id)),
        ])
      ).ok;
    },
    revokeAll: async ({ plugin, instance }) => {
      const ofInstance = sql
        .selectFrom("remoteLinks")
        .select("id")
        .where("plugin", "=", plugin)
        .where("instance", "=", instance);
      const revoke = sql
        .updateTable("remoteLinks")
        .set({ revokedAt: session.now() })
        .where("plugin", "=", plugin)
        .where("instance", "=", instance)
        .where("revokedAt", "is", null);
      const [revoked] = await session.commit([
        toStatement(revoke),
        toStatement(sql.deleteFrom("remoteTokens").where("link", "in", ofInstance)),
      ]);
      return revoked?.changes ?? 0;
    },
  };
}

/** What a link proves itself with, call by call. */
function createCredentials(session: Session): Omit<Remote, keyof Links | keyof Revocation> {
  const { sql } = session;
  return {
    takeNonce: async (link, nonce, expiresAt) =>
      (await session.write([takeNonce(session.dialect, { link, nonce, expiresAt })])).ok,
    createToken: async (hash, { link, expiresAt }) => {
      await session.commit(
        [toStatement(sql.insertInto("remoteTokens").values({ hash, link, expiresAt }))],
        refuseWith("request.unauthenticated"),
      );
    },
    findByToken: async (hash) => {
      const [row] = await session.rows(findByToken(session.dialect, { hash, now: session.now() }));
      return row === undefined ? undefined : (dropNulls(row) as unknown as RemoteLinkRow);
    },
    touch: async (id, at) => {
      await session.commit([toStatement(sql.updateTable("remoteLinks").set({ lastUsedAt: at }).where("id", "=", id))]);
    },
    sweep: async (now) => {
      const results = await session.commit([
        toStatement(sql.deleteFrom("remoteTokens").where("expiresAt", "<=", now)),
        toStatement(sql.deleteFrom("remoteNonces").where("expiresAt", "<=", now)),
      ]);
      return results.reduce((sum, { changes }) => sum + changes, 0);
    },
  };
}
