import type { KeyObject } from "node:crypto";
import type { Place } from "../crypto/envelope.ts";

export type Dialect = "sqlite" | "postgresql";
export type SqlValue = string | number | null | Uint8Array;

/** A value that is sealed where it is committed, so that the sealing does not cost the main thread. */
export interface SealRequest {
  seal: string | Uint8Array;
  place: Place;
  /** The key that seals, where the row has one of its own. Absent: the keyring's for the table. */
  under?: KeyObject;
}

/** A value that is stored as its blind index. */
export interface BlindRequest {
  blind: string;
  domain: string;
}

/** Values that are stored as a JSON array of keyed hashes of 64 bits, each value once. */
export interface TokensRequest {
  tokens: readonly string[];
  domain: string;
}

export type Parameter = SqlValue | SealRequest | BlindRequest | TokensRequest;

/** One SQL statement that can pass between threads. */
export interface Statement {
  sql: string;
  parameters: readonly Parameter[];
  /** Rows that must be changed or returned; any other count undoes the whole unit. */
  expect?: number;
}

/** Column names in camelCase. */
export type Row = Record<string, SqlValue>;

export interface StatementResult {
  /** Rows changed, or returned. */
  changes: number;
  rows: Row[];
}

/** Statements that are committed together or not at all. */
export type Unit = readonly Statement[];

export type UnitOutcome =
  | { ok: true; results: StatementResult[] }
  /** Nothing of the unit was done: statement `at` met another count than expected, or broke a constraint. */
  | { ok: false; at: number; why: "expectation" | "unique" | "reference" };

/** Runs statements: outside a transaction each unit is one; inside, all are part of it. */
export interface SqlChannel {
  /** A query of a few rows by key. */
  read(statement: Statement): Promise<Row[]>;
  /** A query that may look at many rows; never on the main thread. */
  scan(statement: Statement): Promise<Row[]>;
  /** Resolves after the commit. */
  write(unit: Unit): Promise<UnitOutcome>;
}
