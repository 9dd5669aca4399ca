import type { Sealed, SealedOrNull } from "./tables.ts";

/** Columns of migrations 010 and 013: plugins to which records are carried. */
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
  primaryOf: string | null;
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

/** Columns of migration 013: writes that a primary store may have taken and that are not committed here. */
export interface PrimaryWritesTable {
  id: string;
  plugin: string;
  instance: string;
  state: "begun" | "refused";
  at: string;
  sealedWrites: Sealed;
  rowVersion: number;
}

export interface PrimaryWriteRecordsTable {
  type: string;
  record: string;
  write: string;
}
