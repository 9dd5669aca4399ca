import { HilumError } from "@hilum/contract/errors";
import type { Selectable } from "kysely";
import { toStatement } from "../engine/query.ts";
import type { Statement } from "../engine/statement.ts";
import type { Tables } from "../engine/tables.ts";
import type { TotpSecret, UserChange, UserRow, Users } from "../ports/identity.ts";
import { dropNulls, openJson, sealJson, type Refusal, type Session } from "../session.ts";

type Stored = Selectable<Tables["users"]>;
type Listed = Omit<Stored, "totpVersion" | "totpLastStep" | "sealedTotp" | "pendingVersion" | "sealedPending"> & {
  secondFactor: number;
  recoveryCodesLeft: number;
  sessions: number;
};

export function createUsers(session: Session): Users {
  const { sql } = session;

  const find = async (id: string): Promise<UserRow | undefined> => {
    const row = await session.first(selectUsers(session).where("users.id", "=", id));
    return row === undefined ? undefined : presentUser(row);
  };
  const must = async (id: string): Promise<UserRow> => {
    const user = await find(id);
    if (user === undefined) throw new HilumError("user.not_found");
    return user;
  };

  return {
    list: async () => (await session.all(selectUsers(session).orderBy("username"))).map(presentUser),
    count: async () =>
      Number(
        (await session.first(sql.selectFrom("users").select((eb) => eb.fn.countAll<number>().as("count"))))?.count ?? 0,
      ),
    find,
    findByUsername: async (username) => {
      const row = await session.first(selectUsers(session).where("username", "=", username));
      return row === undefined ? undefined : presentUser(row);
    },
    create: async (user) => {
      const row = newUser(user);
      const insert = sql.insertInto("users").values(row);
      const onlyFirst = sql.insertInto("counters").values({ name: "first_administrator", value: 1 });
      const statements = user.first === true ? [toStatement(onlyFirst), toStatement(insert)] : [toStatement(insert)];
      await session.commit(statements, ({ at }) =>
        user.first === true && at === 0
          ? new HilumError("request.conflict", { detail: "The first administrator exists already." })
          : new HilumError("user.name_taken"),
      );
      return must(user.id);
    },
    change: async (id, change) => {
      const outcome = await session.write([changeUser(session, id, change), ...keepAdministrator(session, change)]);
      if (!outcome.ok) throw whyUnchanged(outcome, await find(id));
      return must(id);
    },
    ...createSecondFactor(session, must),
  };
}

function createSecondFactor(session: Session, must: (id: string) => Promise<UserRow>) {
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
    totp: async (id: string): Promise<TotpSecret | undefined> => {
      const row = await factor(id);
      if (row === undefined || row.sealedTotp === null) return undefined;
      const { secret } = openJson<{ secret: string }>(session, totpPlace(id, "totp", row.totpVersion), row.sealedTotp);
      return { secret, confirmed: true, lastStep: row.totpLastStep };
    },
    beginTotp: async (id: string, secret: string): Promise<void> => {
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
    pendingTotp: async (id: string): Promise<string | undefined> => pendingOf(id, await factor(id)),
    confirmTotp: async (id: string, step: number, recoveryHashes: readonly string[]): Promise<void> => {
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
    takeTotpStep: async (id: string, step: number): Promise<boolean> => {
      const take = sql
        .updateTable("users")
        .set({ totpLastStep: step })
        .where("id", "=", id)
        .where("totpLastStep", "<", step)
        .where("sealedTotp", "is not", null);
      return (await session.write([toStatement(take, 1)])).ok;
    },
    removeTotp: async (id: string): Promise<void> => {
      await must(id);
      const remove = sql.updateTable("users").set({ sealedTotp: null, sealedPending: null }).where("id", "=", id);
      await session.commit([toStatement(remove), ...replaceCodes(session, id, [])]);
    },
    replaceRecoveryCodes: async (id: string, hashes: readonly string[]): Promise<void> => {
      await must(id);
      await session.commit(replaceCodes(session, id, hashes));
    },
    takeRecoveryCode: async (id: string, hash: string): Promise<boolean> => {
      const take = sql.deleteFrom("recoveryCodes").where("user", "=", id).where("hash", "=", hash);
      return (await session.write([toStatement(take, 1)])).ok;
    },
  };
}

export function selectUsers({ sql, now }: Session) {
  return sql
    .selectFrom("users")
    .select([
      "users.id",
      "username",
      "displayName",
      "role",
      "state",
      "passwordHash",
      "preferences",
      "createdAt",
      "lastSignInAt",
      "rowVersion",
    ])
    .select((eb) => [
      eb.case().when("sealedTotp", "is", null).then(0).else(1).end().as("secondFactor"),
      eb
        .selectFrom("recoveryCodes")
        .select((inner) => inner.fn.countAll<number>().as("count"))
        .whereRef("recoveryCodes.user", "=", "users.id")
        .as("recoveryCodesLeft"),
      eb
        .selectFrom("sessions as open")
        .select((inner) => inner.fn.countAll<number>().as("count"))
        .whereRef("open.user", "=", "users.id")
        .where("open.expiresAt", ">", now())
        .where("open.idleExpiresAt", ">", now())
        .as("sessions"),
    ]);
}

export function presentUser(row: {
  [K in keyof Listed]: Listed[K] | (K extends "recoveryCodesLeft" | "sessions" ? null : never);
}): UserRow {
  const { preferences, ...rest } = dropNulls(row);
  return {
    ...rest,
    secondFactor: row.secondFactor === 1,
    recoveryCodesLeft: row.recoveryCodesLeft ?? 0,
    sessions: row.sessions ?? 0,
    ...(preferences === undefined ? {} : { preferences: JSON.parse(preferences) }),
  };
}

function newUser({ id, username, displayName, role, passwordHash, at }: Parameters<Users["create"]>[0]) {
  return {
    id,
    username,
    displayName,
    role,
    state: passwordHash === undefined ? ("invited" as const) : ("active" as const),
    passwordHash: passwordHash ?? null,
    preferences: null,
    createdAt: at,
    lastSignInAt: null,
    totpVersion: 0,
    totpLastStep: 0,
    pendingVersion: 0,
    rowVersion: 1,
  };
}

function changeUser({ sql }: Session, id: string, { preferences, ...change }: UserChange): Statement {
  const set = { ...change, ...(preferences === undefined ? {} : { preferences: JSON.stringify(preferences) }) };
  return toStatement(
    sql
      .updateTable("users")
      .set((eb) => ({ ...set, rowVersion: eb("rowVersion", "+", 1) }))
      .where("id", "=", id),
    1,
  );
}

/** Refuses the unit when the change left nobody who administers. On PostgreSQL the counter's row makes such changes wait for each other. */
function keepAdministrator({ sql }: Session, { role, state }: UserChange): Statement[] {
  if (role === undefined && state === undefined) return [];
  const lock = sql
    .updateTable("counters")
    .set((eb) => ({ value: eb("value", "+", 0) }))
    .where("name", "=", "grants_epoch");
  const remaining = sql
    .selectFrom("users")
    .select("id")
    .where("role", "=", "administrator")
    .where("state", "=", "active")
    .limit(1);
  return [toStatement(lock), toStatement(remaining, 1)];
}

function whyUnchanged({ at, why }: Refusal, found: UserRow | undefined): HilumError {
  if (found === undefined || (at === 0 && why === "expectation")) return new HilumError("user.not_found");
  return new HilumError("user.last_administrator");
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
