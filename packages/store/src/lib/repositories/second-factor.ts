import { HilumError } from "@hilum/contract/errors";
import { toStatement } from "../engine/query.ts";
import type { Statement } from "../engine/statement.ts";
import type { Users } from "../ports/identity.ts";
import { openJson, refuseWith, sealJson, type Session } from "../session.ts";

type Totp = Pick<Users, "totp" | "beginTotp" | "pendingTotp" | "confirmTotp" | "takeTotpStep" | "removeTotp">;

/** One-time codes (RFC 6238): the secret is sealed, and a time step is taken once. */
export function createTotp(session: Session): Totp {
  const { sql } = session;
  const factor = (id: string) =>
    session.first(
      sql
        .selectFrom("users")
        .select(["totpVersion", "totpLastStep", "sealedTotp", "pendingVersion", "sealedPending"])
        .where("id", "=", id),
    );
  const pendingOf = (id: string, row: Awaited<ReturnType<typeof factor>>): string | undefined =>
    row === undefined || row.sealedPending === null
      ? undefined
      : openJson<{ secret: string }>(session, totpPlace(id, "pending", row.pendingVersion), row.sealedPending).secret;

  return {
    totp: async (id) => {
      const row = await factor(id);
      if (row === undefined || row.sealedTotp === null) return undefined;
      const { secret } = openJson<{ secret: string }>(session, totpPlace(id, "totp", row.totpVersion), row.sealedTotp);
      return { secret, confirmed: true, lastStep: row.totpLastStep };
    },
    beginTotp: async (id, secret) => {
      const row = await factor(id);
      if (row === undefined) throw new HilumError("user.not_found");
      const version = row.pendingVersion + 1;
      const update = sql
        .updateTable("users")
        .set({ pendingVersion: version, sealedPending: sealJson(totpPlace(id, "pending", version), { secret }) });
      await session.commit([
        toStatement(update.where("id", "=", id).where("pendingVersion", "=", row.pendingVersion), 1),
      ]);
    },
    pendingTotp: async (id) => pendingOf(id, await factor(id)),
    confirmTotp: async (id, step, recoveryHashes) => {
      const row = await factor(id);
      const secret = pendingOf(id, row);
      if (row === undefined || secret === undefined)
        throw new HilumError("request.conflict", { detail: "No second factor is being set up." });
      const version = row.totpVersion + 1;
      const update = sql
        .updateTable("users")
        .set({
          totpVersion: version,
          totpLastStep: step,
          sealedTotp: sealJson(totpPlace(id, "totp", version), { secret }),
          sealedPending: null,
        })
        .where("id", "=", id)
        .where("totpVersion", "=", row.totpVersion)
        .where("pendingVersion", "=", row.pendingVersion);
      await session.commit([toStatement(update, 1), ...replaceCodes(session, id, recoveryHashes)]);
    },
    takeTotpStep: async (id, step) => {
      const take = sql
        .updateTable("users")
        .set({ totpLastStep: step })
        .where("id", "=", id)
        .where("totpLastStep", "<", step)
        .where("sealedTotp", "is not", null);
      return (await session.write([toStatement(take, 1)])).ok;
    },
    removeTotp: async (id) => {
      const remove = sql.updateTable("users").set({ sealedTotp: null, sealedPending: null }).where("id", "=", id);
      await session.commit([toStatement(remove, 1), ...replaceCodes(session, id, [])], refuseWith("user.not_found"));
    },
  };
}

export function createRecoveryCodes(session: Session): Pick<Users, "replaceRecoveryCodes" | "takeRecoveryCode"> {
  const { sql } = session;
  return {
    replaceRecoveryCodes: async (id, hashes) => {
      await session.commit(replaceCodes(session, id, hashes), refuseWith("user.not_found"));
    },
    takeRecoveryCode: async (id, hash) => {
      const take = sql.deleteFrom("recoveryCodes").where("user", "=", id).where("hash", "=", hash);
      return (await session.write([toStatement(take, 1)])).ok;
    },
  };
}

function replaceCodes({ sql }: Session, user: string, hashes: readonly string[]): Statement[] {
  const clear = toStatement(sql.deleteFrom("recoveryCodes").where("user", "=", user));
  return hashes.length === 0
    ? [clear]
    : [clear, toStatement(sql.insertInto("recoveryCodes").values(hashes.map((hash) => ({ user, hash }))))];
}

function totpPlace(id: string, field: "totp" | "pending", version: number) {
  return { table: "users", id, field, version };
}
