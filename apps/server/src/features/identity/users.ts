import { HilumError, type Actor, type Context, type TokenPurpose } from "@hilum/contract";
import type { Role, User } from "@hilum/contract/api";
import type { ApiTokenRow, Store, UserRow } from "@hilum/store";
import { makeId } from "../../make-id.ts";
import { invitationMs } from "./durations.ts";
import type { Passwords } from "./passwords.ts";
import { createSharedLookup } from "./shared-lookup.ts";
import { digestOf, makeBearer } from "./secrets.ts";
import { later } from "./sessions.ts";
import { readTokenScopes } from "./token-scopes.ts";

export interface Invitation {
  user: UserRow;
  code: string;
  expiresAt: string;
}

export interface UsersService {
  list(): Promise<UserRow[]>;
  invite(context: Context, user: { username: string; displayName: string; role: Role }): Promise<Invitation>;
  change(
    context: Context,
    id: string,
    change: { displayName?: string | undefined; role?: Role | undefined; disabled?: boolean | undefined },
  ): Promise<UserRow>;
  /** Sessions, password and second factor end; the person chooses a new password with the link. */
  reset(context: Context, id: string): Promise<Invitation>;
  endSessions(id: string): Promise<number>;
  accept(request: { code: string; password: string }): Promise<UserRow>;
}

export function createUsersService({
  store,
  passwords,
}: {
  store: Pick<Store, "users" | "sessions" | "invitations">;
  passwords: Passwords;
}): UsersService {
  const find = async (id: string): Promise<UserRow> => {
    const user = await store.users.find(id);
    if (user === undefined) throw new HilumError("user.not_found");
    return user;
  };
  const inviteTo = async (context: Context, user: UserRow): Promise<Invitation> => {
    const code = makeBearer("hi");
    const expiresAt = later(context.now(), invitationMs);
    await store.invitations.create(code.digest, {
      user: user.id,
      expiresAt,
      createdBy: context.actor.id,
      at: context.now().toISOString(),
    });
    return { user, code: code.value, expiresAt };
  };
  return {
    list: () => store.users.list(),
    async invite(context, { username, displayName, role }) {
      const user = await store.users.create({
        id: makeId(context.now().getTime()),
        username,
        displayName,
        role,
        at: context.now().toISOString(),
      });
      return await inviteTo(context, user);
    },
    async change(_context, id, { displayName, role, disabled }) {
      const before = await find(id);
      const state =
        disabled === undefined
          ? undefined
          : disabled
            ? "disabled"
            : before.passwordHash === undefined
              ? "invited"
              : "active";
      const after = await store.users.change(id, {
        ...(displayName === undefined ? {} : { displayName }),
        ...(role === undefined ? {} : { role }),
        ...(state === undefined ? {} : { state }),
      });
      // Another right or none: what is open was opened under the old one (threats 165, 167).
      if (disabled === true || (role !== undefined && role !== before.role)) await store.sessions.endAll(id);
      return after;
    },
    async reset(context, id) {
      const user = await find(id);
      // Without its second factor the old password must not open anything either.
      if (user.passwordHash !== undefined)
        await store.users.change(id, { passwordHash: await passwords.hash(makeBearer("none").value) });
      await store.users.removeTotp(id);
      await store.sessions.endAll(id);
      return await inviteTo(context, user);
    },
    async endSessions(id) {
      await find(id);
      return await store.sessions.endAll(id);
    },
    async accept({ code, password }) {
      const digest = digestOf(code);
      // The costly hash is made for a code that holds alone.
      const invitation = await store.invitations.find(digest);
      const user =
        invitation === undefined ? undefined : await store.invitations.accept(digest, await passwords.hash(password));
      if (user === undefined)
        throw new HilumError("session.code_wrong", {
          detail: "This link was used or has expired. Ask an administrator for a new one.",
        });
      return user;
    },
  };
}

interface NewToken {
  name: string;
  role: Role;
  days: number;
  scopes?: readonly string[];
  purpose?: TokenPurpose;
  /** Whose program it is, where that is somebody outside. */
  recipient?: string;
}

export interface TokensService {
  list(): Promise<ApiTokenRow[]>;
  create(context: Context, token: NewToken): Promise<{ row: ApiTokenRow; value: string }>;
  revoke(id: string): Promise<void>;
  resolve(token: string): Promise<Extract<Actor, { kind: "token" }> | undefined>;
  /** Whether a token is neither revoked nor expired. */
  holds(actor: { token: string }): Promise<boolean>;
}

const dayMs = 86_400_000;
/** The last use of a token is written at most this often. */
const touchEveryMs = 60_000;

export function createTokensService({
  store,
  now = () => new Date(),
}: {
  store: Pick<Store, "tokens">;
  now?: () => Date;
}): TokensService {
  const touched = new Map<string, number>();
  const find = createSharedLookup((digest) => store.tokens.findByHash(digest));
  return {
    list: () => store.tokens.list(),
    holds: async ({ token }) => (await store.tokens.list()).some(({ id }) => id === token),
    async create(context, { name, role, days, scopes = [], purpose = "HOPERAT", recipient }) {
      const bearer = makeBearer("hilum");
      const at = context.now();
      const row: ApiTokenRow = {
        id: makeId(at.getTime()),
        name,
        role,
        scopes: readTokenScopes(scopes),
        purpose,
        ...(recipient === undefined ? {} : { recipient }),
        prefix: bearer.value.slice(0, 10),
        createdBy: context.actor.id,
        createdAt: at.toISOString(),
        expiresAt: later(at, days * dayMs),
      };
      await store.tokens.create({ ...row, hash: bearer.digest });
      return { row, value: bearer.value };
    },
    async revoke(id) {
      if (!(await store.tokens.revoke(id)))
        throw new HilumError("request.not_found", { detail: "There is no such token." });
      touched.delete(id);
    },
    async resolve(token) {
      const row = await find(digestOf(token));
      if (row === undefined) return undefined;
      const at = now().getTime();
      if (at - (touched.get(row.id) ?? 0) > touchEveryMs) {
        touched.set(row.id, at);
        await store.tokens.touch(row.id, new Date(at).toISOString());
      }
      const { id, role, scopes, purpose, recipient } = row;
      const outside = recipient === undefined ? {} : { recipient };
      return { kind: "token", id: `token:${id}`, token: id, role, scopes, purpose, ...outside };
    },
  };
}

export function presentUser(row: UserRow): User {
  return {
    id: row.id,
    username: row.username,
    displayName: row.displayName,
    role: row.role,
    state: row.state,
    secondFactor: row.secondFactor,
    createdAt: row.createdAt,
    sessions: row.sessions,
    ...(row.lastSignInAt === undefined ? {} : { lastSignInAt: row.lastSignInAt }),
  };
}
