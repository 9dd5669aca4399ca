import type { PlatformSettings } from "@hilum/contract/api";
import { sessionCookieHeader } from "../../http/authentication.ts";
import type { Handlers, Peer } from "../../http/request.ts";
import { presentAccount, type AccountService } from "./account.ts";
import type { BootstrapService } from "./bootstrap.ts";
import { sessionMs } from "./durations.ts";
import { requireUser, type SessionsService, type SignInResult } from "./sessions.ts";
import { presentUser, type Invitation, type TokensService, type UsersService } from "./users.ts";

export interface IdentityServices {
  bootstrap: BootstrapService;
  sessions: SessionsService;
  account: AccountService;
  users: UsersService;
  tokens: TokensService;
  platformSettings(): Promise<PlatformSettings>;
}

type IdentityIds =
  | "getBootstrap"
  | "createFirstAdministrator"
  | "signIn"
  | "completeSignIn"
  | "signOut"
  | "getAccount"
  | "stepUp"
  | "changePassword"
  | "savePreferences"
  | "beginSecondFactor"
  | "confirmSecondFactor"
  | "removeSecondFactor"
  | "renewRecoveryCodes"
  | "listSessions"
  | "endSession"
  | "listUsers"
  | "inviteUser"
  | "changeUser"
  | "resetUser"
  | "endUserSessions"
  | "acceptInvitation"
  | "listApiTokens"
  | "createApiToken"
  | "revokeApiToken";

const ok = { ok: true } as const;
const cookie = (token: string) => ({ "set-cookie": sessionCookieHeader(token, sessionMs / 1000) });
const clientOf = (peer: Peer) => ({ peer: peer.address, name: peer.client });

export function createIdentityHandlers({
  bootstrap,
  sessions,
  account,
  users,
  tokens,
  platformSettings,
}: IdentityServices): Handlers<IdentityIds> {
  return {
    getBootstrap: async () => {
      const { organisation, environment } = await platformSettings();
      return {
        status: 200,
        body: {
          state: (await bootstrap.needsAdministrator()) ? "needs_administrator" : "ready",
          organisation,
          environment,
        },
      };
    },
    createFirstAdministrator: async (context, { body, peer }) => {
      const user = await bootstrap.createFirstAdministrator(context, body, peer.address);
      const token = await sessions.open(context, user, peer.client);
      const actor = await sessions.resolve(token);
      const read = await account.read({ ...context, actor: actor ?? context.actor });
      return {
        status: 201,
        body: presentAccount(read),
        headers: cookie(token),
        note: { actor: `user:${user.username}`, record: { resource: "User", id: user.id } },
      };
    },
    signIn: async (context, { body, peer }) => presentSignIn(await sessions.signIn(context, body, clientOf(peer))),
    completeSignIn: async (context, { body, peer }) =>
      presentSignIn(await sessions.completeSignIn(context, body, clientOf(peer))),
    signOut: async (context) => {
      await sessions.signOut(context);
      return {
        status: 204,
        headers: { "set-cookie": sessionCookieHeader("", 0), "clear-site-data": '"cache", "storage"' },
      };
    },
    getAccount: async (context) => ({ status: 200, body: presentAccount(await account.read(context)) }),
    stepUp: async (context, { body, peer }) => {
      const { token, steppedUpUntil } = await sessions.stepUp(context, body.password, peer.address);
      return { status: 200, body: { steppedUpUntil: steppedUpUntil.toISOString() }, headers: cookie(token) };
    },
    changePassword: async (context, { body }) => {
      await account.changePassword(context, body);
      return { status: 200, body: ok };
    },
    savePreferences: async (context, { body }) => ({ status: 200, body: await account.savePreferences(context, body) }),
    beginSecondFactor: async (context) => ({
      status: 200,
      body: await account.beginTotp(context, (await platformSettings()).organisation),
    }),
    confirmSecondFactor: async (context, { body }) => ({
      status: 200,
      body: { recoveryCodes: await account.confirmTotp(context, body.code) },
    }),
    removeSecondFactor: async (context) => {
      await account.removeTotp(context);
      return { status: 200, body: ok };
    },
    renewRecoveryCodes: async (context) => ({
      status: 200,
      body: { recoveryCodes: await account.renewRecoveryCodes(context) },
    }),
    listSessions: async (context) => {
      const current = requireUser(context).session;
      const items = (await account.sessions(context)).map(({ id, startedAt, lastSeenAt, client }) => ({
        id,
        startedAt,
        lastSeenAt,
        client,
        current: id === current,
      }));
      return { status: 200, body: { items } };
    },
    endSession: async (context, { params }) => {
      await account.endSession(context, params.session);
      return { status: 204 };
    },
    listUsers: async () => ({ status: 200, body: { items: (await users.list()).map(presentUser) } }),
    inviteUser: async (context, { body }) => ({ ...presentInvitation(await users.invite(context, body)), status: 201 }),
    changeUser: async (context, { params, body }) => ({
      status: 200,
      body: presentUser(await users.change(context, params.user, body)),
    }),
    resetUser: async (context, { params }) => presentInvitation(await users.reset(context, params.user)),
    endUserSessions: async (_context, { params }) => ({
      status: 204,
      note: { count: await users.endSessions(params.user) },
    }),
    acceptInvitation: async (context, { body, peer }) => {
      const user = await users.accept(body);
      return presentSignIn({ state: "signed_in", token: await sessions.open(context, user, peer.client), user });
    },
    listApiTokens: async () => ({ status: 200, body: { items: await tokens.list() } }),
    createApiToken: async (context, { body }) => {
      const { row, value } = await tokens.create(context, body);
      return { status: 201, body: { token: row, value }, note: { record: { resource: "ApiToken", id: row.id } } };
    },
    revokeApiToken: async (_context, { params }) => {
      await tokens.revoke(params.token);
      return { status: 204 };
    },
  };
}

function presentSignIn(result: SignInResult) {
  const note = { actor: `user:${result.user.username}`, record: { resource: "User", id: result.user.id } };
  if (result.state === "signed_in")
    return { status: 200, body: { state: result.state }, headers: cookie(result.token), note };
  return { status: 200, body: { state: result.state, challenge: result.challenge }, note };
}

/** The link opens the console's own page; the code is in the fragment, which no server, log or Referer ever sees (threat 77). */
function presentInvitation({ user, code, expiresAt }: Invitation) {
  return {
    status: 200,
    body: { user: presentUser(user), code, path: `/admin/ui/invitation#${code}`, expiresAt },
    note: { record: { resource: "User", id: user.id } },
  };
}
