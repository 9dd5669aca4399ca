import type { ErrorCode } from "@hilum/contract";
import { HilumError } from "@hilum/contract/errors";
import type { Compilable } from "kysely";
import type { Place } from "./crypto/envelope.ts";
import type { Keyring } from "./crypto/keyring.ts";
import { builders, toStatement, type Sql } from "./engine/query.ts";
import type {
  Dialect,
  Row as SqlRow,
  SealRequest,
  SqlChannel,
  Statement,
  StatementResult,
  Unit,
  UnitOutcome,
} from "./engine/statement.ts";
import type { Page, PageRequest, Time } from "./ports/shapes.ts";

/** What a repository works with: the database, or one transaction of it. */
export interface Session {
  readonly dialect: Dialect;
  /** Writes SQL; it does not run any. */
  readonly sql: Sql;
  readonly keyring: Keyring;
  nowMs(): number;
  now(): Time;
  all<O>(query: Compilable<O>): Promise<O[]>;
  first<O>(query: Compilable<O>): Promise<O | undefined>;
  /** For queries that may look at many rows. */
  scan<O>(query: Compilable<O>): Promise<O[]>;
  /** A prepared query by key. */
  rows(statement: Statement): Promise<SqlRow[]>;
  /** A prepared query that may look at many rows. */
  scanRows(statement: Statement): Promise<SqlRow[]>;
  write(unit: Unit): Promise<UnitOutcome>;
  /** Throws `otherwise` when the unit was undone; default `request.conflict`. */
  commit(unit: Unit, otherwise?: (refusal: Refusal) => HilumError): Promise<StatementResult[]>;
}

export type Refusal = Extract<UnitOutcome, { ok: false }>;

export function createSession(
  channel: SqlChannel,
  dialect: Dialect,
  keyring: Keyring,
  clock: { now(): number },
): Session {
  const all = async <O>(query: Compilable<O>): Promise<O[]> => (await channel.read(toStatement(query))) as O[];
  return {
    dialect,
    sql: builders[dialect],
    keyring,
    nowMs: () => clock.now(),
    now: () => toTime(clock.now()),
    all,
    first: async (query) => (await all(query))[0],
    scan: async <O>(query: Compilable<O>) => (await channel.scan(toStatement(query))) as O[],
    rows: (statement) => channel.read(statement),
    scanRows: (statement) => channel.scan(statement),
    write: (unit) => channel.write(unit),
    commit: async (unit, otherwise = () => new HilumError("request.conflict")) => {
      const outcome = await channel.write(unit);
      if (!outcome.ok) throw otherwise(outcome);
      return outcome.results;
    },
  };
}

export function toTime(ms: number): Time {
  return new Date(ms).toISOString();
}

/** For `commit`: the same error whatever refused. */
export function refuseWith(code: ErrorCode, detail?: string): () => HilumError {
  return () => new HilumError(code, detail === undefined ? {} : { detail });
}

export function sealJson(place: Place, value: unknown): SealRequest {
  return { seal: JSON.stringify(value), place };
}

/** The shape was given by the repository that sealed it. */
export function openJson<T>(session: Session, place: Place, envelope: Uint8Array): T {
  return JSON.parse(session.keyring.open(place, envelope).toString("utf8")) as T;
}

export type Present<T> = { [K in keyof T as null extends T[K] ? never : K]: T[K] } & {
  [K in keyof T as null extends T[K] ? K : never]?: NonNullable<T[K]>;
};

/** Columns without a value become absent members, as the HTTP API has them. */
export function dropNulls<T extends object>(row: T): Present<T> {
  return Object.fromEntries(Object.entries(row).filter(([, value]) => value !== null)) as Present<T>;
}

const pageDefault = 50;
const pageMax = 200;

/** How many rows to ask for: one more than the page tells whether there is another. */
export function pageLimit(page: PageRequest): number {
  return Math.min(Math.max(page.limit ?? pageDefault, 1), pageMax) + 1;
}

export function toPage<Row>(rows: Row[], page: PageRequest, cursorOf: (row: Row) => string): Page<Row> {
  const size = pageLimit(page) - 1;
  const items = rows.slice(0, size);
  const last = items.at(-1);
  return rows.length > size && last !== undefined ? { items, next: cursorOf(last) } : { items };
}
