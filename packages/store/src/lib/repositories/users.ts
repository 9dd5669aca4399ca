import { HilumError } from "@hilum/contract/errors";
import type { Selectable } from "kysely";
import { toStatement } from "../engine/query.ts";
import type { Statement } from "../engine/statement.ts";
import type { Tables } from "../engine/tables.ts";
import type { UserChange, UserRow, Users } from "../ports/identity.ts";
import { dropNulls, type Refusal, type Session } from "../session.ts";
import { createRecoveryCodes, createTotp } from "./second-factor.ts";

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
    ...createTotp(session),
    ...createRecoveryCodes(session),
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
