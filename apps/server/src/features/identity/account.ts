import { HilumError, type Context } from "@hilum/contract";
import type { Account, Preferences } from "@hilum/contract/api";
import type { SessionRow, Store, UserRow } from "@hilum/store";
import { makeTotp, totpStepOf } from "./one-time-codes.ts";
import type { Passwords } from "./passwords.ts";
import { digestOf, makeReadableCode } from "./secrets.ts";
import { requireUser } from "./sessions.ts";

const recoveryCodes = 10;

export const defaultPreferences: Preferences = {
  theme: "system",
  contrast: "system",
  font: "atkinson",
  textSize: 100,
  motion: "system",
  shortcuts: true,
  timeZone: "system",
};

export interface AccountService {
  read(context: Context): Promise<{ user: UserRow; session: SessionRow }>;
  changePassword(context: Context, change: { current: string; next: string }): Promise<void>;
  savePreferences(context: Context, preferences: Preferences): Promise<Preferences>;
  beginTotp(context: Context, issuer: string): Promise<{ secret: string; uri: string }>;
  /** Answers the recovery codes, which are never shown again. */
  confirmTotp(context: Context, code: string): Promise<string[]>;
  removeTotp(context: Context): Promise<void>;
  renewRecoveryCodes(context: Context): Promise<string[]>;
  sessions(context: Context): Promise<SessionRow[]>;
  endSession(context: Context, session: string): Promise<void>;
}

export function createAccountService({
  store,
  passwords,
}: {
  store: Pick<Store, "users" | "sessions">;
  passwords: Passwords;
}): AccountService {
  const own = async (context: Context): Promise<UserRow> => {
    const user = await store.users.find(requireUser(context).user);
    if (user === undefined) throw new HilumError("request.unauthenticated");
    return user;
  };
  /** Another way to sign in: what is open elsewhere was opened by the old one (threat 167). */
  const endOthers = async (context: Context): Promise<void> => {
    const { user, session } = requireUser(context);
    await store.sessions.endAll(user, session);
  };
  return {
    async read(context) {
      const actor = requireUser(context);
      const session = (await store.sessions.list(actor.user)).find((row) => row.id === actor.session);
      if (session === undefined) throw new HilumError("request.unauthenticated");
      return { user: await own(context), session };
    },
    async changePassword(context, { current, next }) {
      const user = await own(context);
      if (!(await passwords.verify(user.passwordHash, current)))
        throw new HilumError("session.bad_credentials", {
          detail: "The current password is wrong.",
          problems: [{ pointer: "/current", message: "This is not your current password." }],
        });
      await store.users.change(user.id, { passwordHash: await passwords.hash(next) });
      await endOthers(context);
    },
    async savePreferences(context, preferences) {
      await store.users.change(requireUser(context).user, { preferences });
      return preferences;
    },
    async beginTotp(context, issuer) {
      const user = await own(context);
      const totp = await makeTotp(user.username, issuer);
      await store.users.beginTotp(user.id, totp.secret);
      return totp;
    },
    async confirmTotp(context, code) {
      const { user } = requireUser(context);
      const secret = await store.users.pendingTotp(user);
      const step = secret === undefined ? undefined : await totpStepOf(secret, code, context.now());
      if (step === undefined)
        throw new HilumError("session.code_wrong", {
          problems: [
            {
              pointer: "/code",
              message: "This is not the code that the authenticator shows now.",
              fix: "Enter the newest code; check that the phone's clock is right.",
            },
          ],
        });
      const codes = makeRecoveryCodes();
      await store.users.confirmTotp(user, step, codes.map(digestOf));
      await endOthers(context);
      return codes;
    },
    async removeTotp(context) {
      await store.users.removeTotp(requireUser(context).user);
      await endOthers(context);
    },
    async renewRecoveryCodes(context) {
      const user = await own(context);
      if (!user.secondFactor)
        throw new HilumError("request.conflict", { detail: "Recovery codes belong to one-time codes, which are off." });
      const codes = makeRecoveryCodes();
      await store.users.replaceRecoveryCodes(user.id, codes.map(digestOf));
      return codes;
    },
    sessions: (context) => store.sessions.list(requireUser(context).user),
    async endSession(context, session) {
      if (!(await store.sessions.end(requireUser(context).user, session)))
        throw new HilumError("request.not_found", { detail: "There is no such session of yours." });
    },
  };
}

const makeRecoveryCodes = (): string[] => Array.from({ length: recoveryCodes }, () => makeReadableCode(2));

export function presentAccount({ user, session }: { user: UserRow; session: SessionRow }): Account {
  return {
    id: user.id,
    username: user.username,
    displayName: user.displayName,
    role: user.role,
    secondFactor: user.secondFactor,
    recoveryCodesLeft: user.recoveryCodesLeft,
    preferences: user.preferences ?? defaultPreferences,
    session: {
      id: session.id,
      startedAt: session.startedAt,
      expiresAt: session.expiresAt,
      idleExpiresAt: session.idleExpiresAt,
      ...(session.steppedUpUntil === undefined ? {} : { steppedUpUntil: session.steppedUpUntil }),
    },
  };
}
