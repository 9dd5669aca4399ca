import type { Sealed, SealedOrNull } from "./tables.ts";

/** Columns of migration 010: plugins to which records are carried. */
export interface RecordStoresTable {
  plugin: string;
  instance: string;
  role: "replica" | "archive";
  cursor: number;
  setAt: string;
  setBy: string;
  taken: number;
  takenAt: string | null;
  withheld: number;
  refusedSince: string | null;
  sealedRefusal: SealedOrNull;
  sealedReconciliation: SealedOrNull;
  rowVersion: number;
}

export interface RecordStoreFaultsTable {
  plugin: string;
  instance: string;
  type: string;
  record: string;
  id: string;
  version: number;
  change: "create" | "update" | "delete";
  at: string;
  attempts: number;
  lastAttemptAt: string;
  code: string;
  sealedRefusal: Sealed;
  rowVersion: number;
}
