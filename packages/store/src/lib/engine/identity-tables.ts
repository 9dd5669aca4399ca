import type { Role } from "@hilum/contract/api";
import type { SealedOrNull } from "./tables.ts";

export interface UsersTable {
  id: string;
  username: string;
  displayName: string;
  role: Role;
  state: "invited" | "active" | "disabled";
  passwordHash: string | null;
  preferences: string | null;
  createdAt: string;
  lastSignInAt: string | null;
  totpVersion: number;
  totpLastStep: number;
  sealedTotp: SealedOrNull;
  pendingVersion: number;
  sealedPending: SealedOrNull;
  rowVersion: number;
}

export interface RecoveryCodesTable {
  user: string;
  hash: string;
}

export interface SessionsTable {
  id: string;
  hash: string;
  user: string;
  startedAt: string;
  lastSeenAt: string;
  idleExpiresAt: string;
  expiresAt: string;
  steppedUpUntil: string | null;
  client: string;
}

export interface SignInChallengesTable {
  hash: string;
  user: string;
  expiresAt: string;
  failures: number;
}

export interface SignInThrottlesTable {
  key: string;
  failures: number;
  blockedUntil: string | null;
  updatedAt: string;
}

export interface InvitationsTable {
  hash: string;
  user: string;
  createdAt: string;
  createdBy: string;
  expiresAt: string;
}

export interface ApiTokensTable {
  id: string;
  hash: string;
  name: string;
  role: Role;
  prefix: string;
  /** JSON list of scopes. */
  scopes: string;
  purpose: "TREAT" | "HOPERAT";
  createdBy: string;
  createdAt: string;
  expiresAt: string;
  lastUsedAt: string | null;
  revokedAt: string | null;
}

export interface RemoteLinksTable {
  id: string;
  plugin: string;
  instance: string;
  kind: "enrolment" | "link";
  hash: string | null;
  publicKey: string | null;
  fingerprint: string | null;
  createdAt: string;
  createdBy: string;
  expiresAt: string;
  usedAt: string | null;
  lastUsedAt: string | null;
  revokedAt: string | null;
}

export interface RemoteTokensTable {
  hash: string;
  link: string;
  expiresAt: string;
}

export interface RemoteNoncesTable {
  link: string;
  nonce: string;
  expiresAt: string;
}
