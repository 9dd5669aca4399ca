import type { Generated } from "kysely";
import type { Blind, BlindOrNull, Sealed } from "./tables.ts";

/** Of migration 006, and 014. */
export interface RecordKeysTable {
  key: Generated<number>;
  compartment: Blind;
  sealedKey: Sealed;
  createdAt: string;
}

export interface RecordKeyPatientsTable {
  patient: Blind;
  key: number;
}

export interface RecordsTable {
  record: Generated<number>;
  type: string;
  id: string;
  version: number;
  updatedAt: string;
  deleted: number;
  tokens: string;
}

export interface RecordTermsTable {
  shelf: number;
  token: number;
  record: number;
}

export interface RecordShelvesTable {
  shelf: number;
}

export interface RecordVersionsTable {
  seq: Generated<number>;
  record: number;
  version: number;
  type: string;
  at: string;
  by: string;
  via: string | null;
  deleted: number;
  bytes: number;
  key: number | null;
  body: Uint8Array | null;
}

export interface RecordBlobsTable {
  version: number;
  blob: string;
}

export interface RecordHoldsTable {
  target: Blind;
  record: number | null;
  patient: BlindOrNull;
  at: string;
  sealedHold: Sealed;
}
