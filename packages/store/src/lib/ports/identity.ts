import type { Preferences, Role } from "@hilum/contract/api";
import type { InstanceKey, Time } from "./shapes.ts";

export interface UserRow {
  id: string;
  username: string;
  displayName: string;
  role: Role;
  state: "invited" | "active" | "disabled";
  /** argon2id in PHC form; absent while invited. */
  passwordHash?: string;
  secondFactor: boolean;
  recoveryCodesLeft: number;
  preferences?: Preferences;
  createdAt: Time;
  lastSignInAt?: Time;
  /** Open sessions. */
  sessions: number;
  rowVersion: number;
}

export interface UserChange {
  displayName?: string;
  role?: Role;
  state?: UserRow["state"];
  passwordHash?: string;
  preferences?: Preferences;
  lastSignInAt?: Time;
}

export interface TotpSecret {
  secret: string;
  /** False until the first code was entered. */
  confirmed: boolean;
  /** Time step of the newest code that was taken; an earlier or equal one is refused. */
  lastStep: number;
}

export interface Users {
  list(): Promise<UserRow[]>;
  count(): Promise<number>;
  find(id: string): Promise<UserRow | undefined>;
  findByUsername(username: string): Promise<UserRow | undefined>;
  /** Throws `user.name_taken`. With `first` it throws `request.conflict` when there is a user. */
  create(user: {
    id: string;
    username: string;
    displayName: string;
    role: Role;
    passwordHash?: string;
    at: Time;
    first?: boolean;
  }): Promise<UserRow>;
  /** Throws `user.not_found`; `user.last_administrator` when no active administrator would be left. */
  change(id: string, change: UserChange): Promise<UserRow>;

  totp(id: string): Promise<TotpSecret | undefined>;
  /** A secret that is not confirmed yet; the confirmed one stays valid until `confirmTotp`. */
  beginTotp(id: string, secret: string): Promise<void>;
  pendingTotp(id: string): Promise<string | undefined>;
  /** The pending secret becomes the second factor and the recovery codes are replaced. Codes are given as SHA-256 hex. */
  confirmTotp(id: string, step: number, recoveryHashes: readonly string[]): Promise<void>;
  /** True when `step` is newer than every one taken: a code works once. */
  takeTotpStep(id: string, step: number): Promise<boolean>;
  /** Second factor and recovery codes end. */
  removeTotp(id: string): Promise<void>;
  replaceRecoveryCodes(id: string, hashes: readonly string[]): Promise<void>;
  /** True once per code. */
  takeRecoveryCode(id: string, hash: string): Promise<boolean>;
}

export interface SessionRow {
  id: string;
  user: string;
  startedAt: Time;
  lastSeenAt: Time;
  idleExpiresAt: Time;
  expiresAt: Time;
  steppedUpUntil?: Time;
  /** "Firefox on Linux" */
  client: string;
}

/** A half-open sign-in that waits for its second factor. */
export interface ChallengeRow {
  user: string;
  expiresAt: Time;
  /** Wrong codes so far. */
  failures: number;
}

export interface ThrottleRow {
  failures: number;
  blockedUntil?: Time;
}

/** Tokens are random 256-bit values; the store sees and keeps their SHA-256 (hex) alone. */
export interface Sessions {
  create(session: SessionRow & { hash: string }): Promise<void>;
  /** With its user; expired ones and those of users who are not active are not found. */
  findByHash(hash: string): Promise<{ session: SessionRow; user: UserRow } | undefined>;
  touch(id: string, seen: { lastSeenAt: Time; idleExpiresAt: Time }): Promise<void>;
  /** A new token and a later step-up in one. */
  rotate(id: string, hash: string, steppedUpUntil?: Time): Promise<void>;
  list(user: string): Promise<SessionRow[]>;
  end(user: string, id: string): Promise<boolean>;
  /** All of a user, but for the one named; answers how many. */
  endAll(user: string, except?: string): Promise<number>;

  createChallenge(hash: string, challenge: { user: string; expiresAt: Time }): Promise<void>;
  challenge(hash: string): Promise<ChallengeRow | undefined>;
  /** Counts a wrong code; answers how many there were. */
  failChallenge(hash: string): Promise<number>;
  /** True once: the one who takes it signs in. */
  takeChallenge(hash: string): Promise<boolean>;

  /** Failed sign-ins by key (`user:ana`, `peer:192.0.2.1`). */
  throttle(key: string): Promise<ThrottleRow | undefined>;
  recordFailure(key: string, blockedUntil?: Time): Promise<ThrottleRow>;
  clearFailures(key: string): Promise<void>;
  /** Expired sessions, challenges and throttles. */
  sweep(now: Time): Promise<number>;
}

export interface ApiTokenRow {
  id: string;
  name: string;
  role: Role;
  /** Data scopes that open records to it; none opens no record. */
  scopes: string[];
  /** Purpose of use of what it asks for. */
  purpose: "TREAT" | "HOPERAT";
  prefix: string;
  createdBy: string;
  createdAt: Time;
  expiresAt: Time;
  lastUsedAt?: Time;
}

/** Tokens of programs. */
export interface Tokens {
  /** Those that are neither revoked nor expired, newest first. */
  list(): Promise<ApiTokenRow[]>;
  create(token: ApiTokenRow & { hash: string }): Promise<void>;
  /** Revoked and expired ones are not found. */
  findByHash(hash: string): Promise<ApiTokenRow | undefined>;
  touch(id: string, at: Time): Promise<void>;
  revoke(id: string): Promise<boolean>;
}

export interface InvitationRow {
  user: string;
  expiresAt: Time;
  createdBy: string;
}

export interface Invitations {
  /** Ends the user's earlier ones. */
  create(hash: string, invitation: InvitationRow & { at: Time }): Promise<void>;
  find(hash: string): Promise<InvitationRow | undefined>;
  /** Sets the password, makes the user active and uses the invitation up; answers the user, or undefined when it is used, expired or unknown. */
  accept(hash: string, passwordHash: string): Promise<UserRow | undefined>;
}

export interface RemoteLinkRow extends InstanceKey {
  id: string;
  /** A `link` begins as an `enrolment`, which is then `used`. */
  kind: "enrolment" | "link";
  createdAt: Time;
  createdBy: string;
  expiresAt: Time;
  lastUsedAt?: Time;
  usedAt?: Time;
  revokedAt?: Time;
  /** Ed25519, SPKI, base64url. */
  publicKey?: string;
  /** SHA-256 of the public key, hex. */
  fingerprint?: string;
}

/** Remote plugins: enrolment codes, links with their key, tokens, nonces. */
export interface Remote {
  list(key: InstanceKey): Promise<RemoteLinkRow[]>;
  find(id: string): Promise<RemoteLinkRow | undefined>;
  createEnrolment(
    enrolment: InstanceKey & { id: string; hash: string; at: Time; by: string; expiresAt: Time },
  ): Promise<void>;
  /** Uses an enrolment up and makes the link; undefined when the code is unknown, used, expired or revoked. */
  enrol(
    hash: string,
    link: { id: string; publicKey: string; fingerprint: string; expiresAt: Time },
  ): Promise<RemoteLinkRow | undefined>;
  /** Ends the link or enrolment and its tokens at once. */
  revoke(key: InstanceKey, id: string): Promise<boolean>;
  /** Of an instance that is removed or taken back. */
  revokeAll(key: InstanceKey): Promise<number>;
  /** False when the nonce was seen, which makes the proof a replay. */
  takeNonce(link: string, nonce: string, expiresAt: Time): Promise<boolean>;
  createToken(hash: string, token: { link: string; expiresAt: Time }): Promise<void>;
  /** The link of a token that is valid now, neither expired nor revoked. */
  findByToken(hash: string): Promise<RemoteLinkRow | undefined>;
  touch(id: string, at: Time): Promise<void>;
  /** Expired tokens and nonces. */
  sweep(now: Time): Promise<number>;
}
