/** First administrator, sessions, the own account, users, and tokens for programs. */
import type { Static } from "typebox";
import { Type } from "./type.ts";
import { defineOperation, roles } from "./operation.ts";
import { administering, everyone, Ok, Strict, Time } from "./schemas.ts";

const Username = Type.String({ pattern: "^[a-z0-9](?:[a-z0-9._-]{0,62}[a-z0-9])?$", maxLength: 64 });
const DisplayName = Type.String({ minLength: 1, maxLength: 80, pattern: "^[^\\u0000-\\u001f\\u007f]+$" });
/** At least 12 characters; any characters, paste allowed (WCAG 3.3.8). */
const Password = Type.String({ minLength: 12, maxLength: 256 });
const Code = Type.String({ minLength: 6, maxLength: 40 });
/** The one-time code of an invitation's link: 256 bits, never typed by hand. */
const InvitationCode = Type.String({ minLength: 6, maxLength: 64 });
const RoleName = Type.Enum(roles);
const UserId = Strict({ user: Type.String({ maxLength: 40 }) });

/** How the console looks and reads for one person; kept on the server. */
export const Preferences = Strict({
  theme: Type.Enum(["system", "light", "dark"]),
  contrast: Type.Enum(["system", "more"]),
  font: Type.Enum(["atkinson", "system", "opendyslexic"]),
  /** Percent of the base size. */
  textSize: Type.Integer({ minimum: 90, maximum: 200 }),
  motion: Type.Enum(["system", "reduced"]),
  shortcuts: Type.Boolean(),
  timeZone: Type.String({ maxLength: 64 }),
});
export type Preferences = Static<typeof Preferences>;

export const Account = Strict({
  id: Type.String(), username: Type.String(), displayName: Type.String(), role: RoleName,
  secondFactor: Type.Boolean(), recoveryCodesLeft: Type.Integer(),
  preferences: Preferences, session: Strict({ id: Type.String(), startedAt: Time, expiresAt: Time, idleExpiresAt: Time, steppedUpUntil: Type.Optional(Time) }),
});
export type Account = Static<typeof Account>;
const SignIn = Strict({ state: Type.Enum(["signed_in", "second_factor_required"]), /** Names the half-open sign-in for the second step. */ challenge: Type.Optional(Type.String()) });

const bootstrapGet = defineOperation({ id: "getBootstrap", method: "GET", path: "/api/v1/bootstrap", tag: "identity", summary: "Tell whether the first administrator must still be made", access: "public", console: { screen: "/welcome" }, audit: "denials", responses: { 200: Strict({ state: Type.Enum(["needs_administrator", "ready"]), organisation: Type.String(), environment: Type.Enum(["production", "test"]) }) } });
const bootstrapCreate = defineOperation({ id: "createFirstAdministrator", method: "POST", path: "/api/v1/bootstrap/administrator", tag: "identity", summary: "Make the first administrator with the one-time set-up code", access: "public", console: { screen: "/welcome" }, audit: "intent", body: Strict({ code: Code, username: Username, displayName: DisplayName, password: Password }), responses: { 201: Account } });
const signIn = defineOperation({ id: "signIn", method: "POST", path: "/api/v1/sessions", tag: "identity", summary: "Sign in with a user name and password", access: "public", console: { screen: "/sign-in" }, audit: "intent", body: Strict({ username: Type.String({ maxLength: 64 }), password: Type.String({ maxLength: 256 }) }), responses: { 200: SignIn } });
const secondFactor = defineOperation({ id: "completeSignIn", method: "POST", path: "/api/v1/sessions/second-factor", tag: "identity", summary: "Finish a sign-in with a one-time or recovery code", access: "public", console: { screen: "/sign-in" }, audit: "intent", body: Strict({ challenge: Type.String({ maxLength: 100 }), code: Code }), responses: { 200: SignIn } });
const signOut = defineOperation({ id: "signOut", method: "DELETE", path: "/api/v1/sessions/current", tag: "identity", summary: "Sign out", access: everyone, console: { screen: "*" }, audit: "intent", responses: { 204: null } });

const accountGet = defineOperation({ id: "getAccount", method: "GET", path: "/api/v1/account", tag: "account", summary: "Read the own account", access: everyone, console: { screen: "/account" }, audit: "denials", responses: { 200: Account } });
const stepUp = defineOperation({ id: "stepUp", method: "POST", path: "/api/v1/account/step-up", tag: "account", summary: "Prove once more who you are, for five minutes", access: everyone, console: { screen: "*" }, audit: "intent", body: Strict({ password: Type.String({ maxLength: 256 }) }), responses: { 200: Strict({ steppedUpUntil: Time }) } });
const passwordPut = defineOperation({ id: "changePassword", method: "PUT", path: "/api/v1/account/password", tag: "account", summary: "Change the own password; all other sessions end", access: everyone, console: { screen: "/account" }, audit: "intent", body: Strict({ current: Type.String({ maxLength: 256 }), next: Password }), responses: { 200: Ok } });
const preferencesPut = defineOperation({ id: "savePreferences", method: "PUT", path: "/api/v1/account/preferences", tag: "account", summary: "Save how the console looks and reads", access: everyone, console: { screen: "/account" }, audit: "denials", body: Preferences, responses: { 200: Preferences } });
const totpBegin = defineOperation({ id: "beginSecondFactor", method: "POST", path: "/api/v1/account/totp", tag: "account", summary: "Begin to set up one-time codes (RFC 6238)", access: everyone, console: { screen: "/account" }, audit: "intent", stepUp: true, responses: { 200: Strict({ secret: Type.String(), uri: Type.String() }) } });
const totpConfirm = defineOperation({ id: "confirmSecondFactor", method: "POST", path: "/api/v1/account/totp/confirm", tag: "account", summary: "Finish setting up one-time codes; answers the recovery codes once", access: everyone, console: { screen: "/account" }, audit: "intent", body: Strict({ code: Code }), responses: { 200: Strict({ recoveryCodes: Type.Array(Type.String()) }) } });
const totpRemove = defineOperation({ id: "removeSecondFactor", method: "DELETE", path: "/api/v1/account/totp", tag: "account", summary: "Turn one-time codes off", access: everyone, console: { screen: "/account" }, audit: "intent", stepUp: true, responses: { 200: Ok } });
const recoveryRenew = defineOperation({ id: "renewRecoveryCodes", method: "POST", path: "/api/v1/account/recovery-codes", tag: "account", summary: "Make new recovery codes; the old ones end", access: everyone, console: { screen: "/account" }, audit: "intent", stepUp: true, responses: { 200: Strict({ recoveryCodes: Type.Array(Type.String()) }) } });
export const SessionRow = Strict({ id: Type.String(), startedAt: Time, lastSeenAt: Time, current: Type.Boolean(), client: Type.String() });
const sessionsList = defineOperation({ id: "listSessions", method: "GET", path: "/api/v1/account/sessions", tag: "account", summary: "List where the own account is signed in", access: everyone, console: { screen: "/account" }, audit: "denials", responses: { 200: Strict({ items: Type.Array(SessionRow) }) } });
const sessionEnd = defineOperation({ id: "endSession", method: "DELETE", path: "/api/v1/account/sessions/{session}", tag: "account", summary: "End one of the own sessions", access: everyone, console: { screen: "/account" }, audit: "intent", params: Strict({ session: Type.String({ maxLength: 60 }) }), responses: { 204: null } });

export const User = Strict({ id: Type.String(), username: Type.String(), displayName: Type.String(), role: RoleName, state: Type.Enum(["invited", "active", "disabled"]), secondFactor: Type.Boolean(), createdAt: Time, lastSignInAt: Type.Optional(Time), sessions: Type.Integer() });
export type User = Static<typeof User>;
/** Shown once: the link a person opens to choose a password. Valid 72 hours. */
const Invitation = Strict({ user: User, code: Type.String(), path: Type.String(), expiresAt: Time });
const usersList = defineOperation({ id: "listUsers", method: "GET", path: "/api/v1/users", tag: "users", summary: "List users", access: administering, console: { screen: "/users" }, audit: "denials", responses: { 200: Strict({ items: Type.Array(User) }) } });
const userInvite = defineOperation({ id: "inviteUser", method: "POST", path: "/api/v1/users", tag: "users", summary: "Invite a user; answers a one-time link", access: administering, console: { screen: "/users" }, audit: "intent", stepUp: true, body: Strict({ username: Username, displayName: DisplayName, role: RoleName }), responses: { 201: Invitation } });
const userChange = defineOperation({ id: "changeUser", method: "PATCH", path: "/api/v1/users/{user}", tag: "users", summary: "Change a user's name, role or whether they may sign in", access: administering, console: { screen: "/users" }, audit: "intent", stepUp: true, params: UserId, body: Strict({ displayName: Type.Optional(DisplayName), role: Type.Optional(RoleName), disabled: Type.Optional(Type.Boolean()) }), responses: { 200: User } });
const userReset = defineOperation({ id: "resetUser", method: "POST", path: "/api/v1/users/{user}/reset", tag: "users", summary: "End a user's sessions and second factor and answer a one-time link", access: administering, console: { screen: "/users" }, audit: "intent", stepUp: true, params: UserId, responses: { 200: Invitation } });
const userSessionsEnd = defineOperation({ id: "endUserSessions", method: "DELETE", path: "/api/v1/users/{user}/sessions", tag: "users", summary: "End all sessions of a user", access: administering, console: { screen: "/users" }, audit: "intent", params: UserId, responses: { 204: null } });
const invitationAccept = defineOperation({ id: "acceptInvitation", method: "POST", path: "/api/v1/invitations/accept", tag: "identity", summary: "Choose a password with a one-time link", access: "public", console: { screen: "/invitation" }, audit: "intent", body: Strict({ code: InvitationCode, password: Password }), responses: { 200: SignIn } });

/** A data scope by the grammar of SMART App Launch 2: what records a token reaches. Without any it reaches none. */
const TokenScopes = Type.Array(Type.String({ maxLength: 500 }), { maxItems: 50 });
/** Purpose of use (v3-PurposeOfUse) of what the token's program asks for: treatment, or the running of the clinic. */
const TokenPurpose = Type.Enum(["TREAT", "HOPERAT"]);
export const ApiToken = Strict({ id: Type.String(), name: Type.String(), role: RoleName, scopes: TokenScopes, purpose: TokenPurpose, prefix: Type.String(), createdBy: Type.String(), createdAt: Time, expiresAt: Time, lastUsedAt: Type.Optional(Time) });
const tokensList = defineOperation({ id: "listApiTokens", method: "GET", path: "/api/v1/tokens", tag: "tokens", summary: "List tokens of programs", access: administering, console: { screen: "/users/tokens" }, audit: "denials", responses: { 200: Strict({ items: Type.Array(ApiToken) }) } });
const tokenCreate = defineOperation({ id: "createApiToken", method: "POST", path: "/api/v1/tokens", tag: "tokens", summary: "Make a token for a program; shown once", access: administering, console: { screen: "/users/tokens" }, audit: "intent", stepUp: true, body: Strict({ name: DisplayName, role: RoleName, days: Type.Integer({ minimum: 1, maximum: 366 }), scopes: Type.Optional(TokenScopes), purpose: Type.Optional(TokenPurpose) }), responses: { 201: Strict({ token: ApiToken, value: Type.String() }) } });
const tokenRevoke = defineOperation({ id: "revokeApiToken", method: "DELETE", path: "/api/v1/tokens/{token}", tag: "tokens", summary: "Revoke a token at once", access: administering, console: { screen: "/users/tokens" }, audit: "intent", params: Strict({ token: Type.String({ maxLength: 60 }) }), responses: { 204: null } });

export const identityOperations = [bootstrapGet, bootstrapCreate, signIn, secondFactor, signOut, accountGet, stepUp, passwordPut, preferencesPut, totpBegin, totpConfirm, totpRemove, recoveryRenew, sessionsList, sessionEnd, usersList, userInvite, userChange, userReset, userSessionsEnd, invitationAccept, tokensList, tokenCreate, tokenRevoke] as const;
