import { HilumError, type Actor, type Context } from "@hilum/contract";
import type { Store, UserRow } from "@hilum/store";
import { makeId } from "../../make-id.ts";
import { challengeMs, sessionIdleMs, sessionMs, stepUpMs, touchEveryMs } from "./durations.ts";
import { totpStepOf } from "./one-time-codes.ts";
import type { Passwords } from "./passwords.ts";
import { digestOf, makeBearer, normaliseCode } from "./secrets.ts";
import type { Throttle } from "./throttle.ts";

/** Wrong one-time codes after which a half-open sign-in ends. */
const challengeFailuresMax = 5;

export type SignInResult =
  | { state: "signed_in"; token: string; user: UserRow }
  | { state: "second_factor_required"; challenge: string; user: UserRow };

export interface SessionsService {
  signIn(
    context: Context,
    credentials: { username: string; password: string },
    client: { peer: string; name: string },
  ): Promise<SignInResult>;
  completeSignIn(
    context: Context,
    proof: { challenge: string; code: string },
    client: { peer: string; name: string },
  ): Promise<SignInResult>;
  /** Opens a session without asking anything: for who has just proved themselves another way. */
  open(context: Context, user: UserRow, client: string): Promise<string>;
  signOut(context: Context): Promise<void>;
  /** A new token for the same session and five minutes of trust (threat 165). */
  stepUp(context: Context, password: string, peer: string): Promise<{ token: string; steppedUpUntil: Date }>;
  resolve(token: string): Promise<Extract<Actor, { kind: "user" }> | undefined>;
  /** Whether the session that an actor came with is still open. */
  holds(actor: Extract<Actor, { kind: "user" }>): Promise<boolean>;
}

type Parts = { store: Pick<Store, "users" | "sessions">; passwords: Passwords; throttle: Throttle; now?: () => Date };

export function createSessionsService({ store, passwords, throttle, now = () => new Date() }: Parts): SessionsService {
  async function open(context: Context, user: UserRow, client: string): Promise<string> {
    const token = makeBearer("hs");
    const at = context.now();
    await store.sessions.create({
      id: makeId(at.getTime()),
      user: user.id,
      startedAt: at.toISOString(),
      lastSeenAt: at.toISOString(),
      idleExpiresAt: later(at, sessionIdleMs),
      expiresAt: later(at, sessionMs),
      // Signing in is a proof of the password.
      steppedUpUntil: later(at, stepUpMs),
      client,
      hash: token.digest,
    });
    await store.users.change(user.id, { lastSignInAt: at.toISOString() });
    return token.value;
  }

  return {
    open,
    holds: async ({ user, session }) => (await store.sessions.list(user)).some(({ id }) => id === session),
    async signIn(context, { username, password }, client) {
      const name = username.trim().toLowerCase();
      await throttle.admit(name, client.peer, context.now());
      const user = await store.users.findByUsername(name);
      const matches = await passwords.verify(user?.state === "active" ? user.passwordHash : undefined, password);
      if (!matches || user === undefined) {
        await throttle.fail(name, client.peer, context.now());
        throw new HilumError("session.bad_credentials");
      }
      if (!user.secondFactor) {
        await throttle.clear(name);
        return { state: "signed_in", token: await open(context, user, client.name), user };
      }
      const challenge = makeBearer("hc");
      await store.sessions.createChallenge(challenge.digest, {
        user: user.id,
        expiresAt: later(context.now(), challengeMs),
      });
      return { state: "second_factor_required", challenge: challenge.value, user };
    },
    async completeSignIn(context, { challenge, code }, client) {
      await throttle.admit(undefined, client.peer, context.now());
      const digest = digestOf(challenge);
      const open_ = await store.sessions.challenge(digest);
      const user =
        open_ === undefined || Date.parse(open_.expiresAt) <= context.now().getTime()
          ? undefined
          : await store.users.find(open_.user);
      if (
        open_ === undefined ||
        user === undefined ||
        user.state !== "active" ||
        open_.failures >= challengeFailuresMax
      )
        throw new HilumError("session.code_wrong", {
          detail: "This sign-in has ended. Begin again with your password.",
        });
      // Counted by account too: who has the password could begin sign-in after sign-in, from many addresses.
      await throttle.admit(user.username, client.peer, context.now());
      if (!(await takeCode(store.users, user.id, code, context.now()))) {
        await store.sessions.failChallenge(digest);
        await throttle.fail(user.username, client.peer, context.now());
        throw new HilumError("session.code_wrong");
      }
      // Of two that race with one challenge, one wins.
      if (!(await store.sessions.takeChallenge(digest))) throw new HilumError("session.code_wrong");
      await throttle.clear(user.username);
      return { state: "signed_in", token: await open(context, user, client.name), user };
    },
    async signOut(context) {
      if (context.actor.kind === "user") await store.sessions.end(context.actor.user, context.actor.session);
    },
    async stepUp(context, password, peer) {
      const actor = requireUser(context);
      const user = await store.users.find(actor.user);
      await throttle.admit(user?.username, peer, context.now());
      if (user === undefined || !(await passwords.verify(user.passwordHash, password))) {
        await throttle.fail(user?.username, peer, context.now());
        throw new HilumError("session.bad_credentials", { detail: "The password is wrong." });
      }
      const token = makeBearer("hs");
      const steppedUpUntil = new Date(context.now().getTime() + stepUpMs);
      await store.sessions.rotate(actor.session, token.digest, steppedUpUntil.toISOString());
      return { token: token.value, steppedUpUntil };
    },
    async resolve(token) {
      const found = await store.sessions.findByHash(digestOf(token));
      if (found === undefined) return undefined;
      const { session, user } = found;
      const at = now();
      if (at.getTime() - Date.parse(session.lastSeenAt) > touchEveryMs)
        await store.sessions.touch(session.id, {
          lastSeenAt: at.toISOString(),
          idleExpiresAt: later(at, sessionIdleMs),
        });
      return {
        kind: "user",
        id: `user:${user.username}`,
        user: user.id,
        role: user.role,
        session: session.id,
        ...(session.steppedUpUntil === undefined ? {} : { steppedUpUntil: Date.parse(session.steppedUpUntil) }),
      };
    },
  };
}

/** Takes a one-time code or a recovery code; each works once. */
async function takeCode(users: Store["users"], user: string, code: string, at: Date): Promise<boolean> {
  const totp = await users.totp(user);
  const step = totp?.confirmed === true ? await totpStepOf(totp.secret, code, at) : undefined;
  if (step !== undefined) return await users.takeTotpStep(user, step);
  return await users.takeRecoveryCode(user, digestOf(normaliseCode(code)));
}

/** Programs have no account, password or session of their own. */
export function requireUser(context: Context): Extract<Actor, { kind: "user" }> {
  if (context.actor.kind === "user") return context.actor;
  throw new HilumError("request.forbidden", { detail: "This is for a person who is signed in, not for a token." });
}

export const later = (at: Date, ms: number): string => new Date(at.getTime() + ms).toISOString();
