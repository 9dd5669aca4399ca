import type { Sealed } from "./tables.ts";

/** Columns of migration 005: sign-ins at providers, and problems that were put off. */
export interface OauthStatesTable {
  stateHash: string;
  plugin: string;
  instance: string;
  step: string;
  browserHash: string;
  sealedRequest: Sealed;
  startedAt: string;
  startedBy: string;
  expiresAt: string;
}

export interface SignInFaultsTable {
  plugin: string;
  instance: string;
  step: string;
  code: string;
  sealedReply: Sealed;
  since: string;
  rowVersion: number;
}

export interface RepairSnoozesTable {
  repair: string;
  severity: string;
  until: string;
  sealedReason: Sealed;
  at: string;
  by: string;
  rowVersion: number;
}
