import { statfsSync } from "node:fs";
import { dirname } from "node:path";
import { DatabaseSync, type StatementSync } from "node:sqlite";
import type { Keyring } from "../../crypto/keyring.ts";
import { bindParameter } from "../bind.ts";
import { toCamelCase } from "../column-names.ts";
import { FailureError, type Failure } from "../failure.ts";
import type { Row, SqlValue, Statement, StatementResult } from "../statement.ts";

/** One connection to SQLite, synchronous, with its prepared statements. Throws FailureError. */
export interface SqliteConnection {
  readonly path: string;
  readonly inTransaction: boolean;
  execute(statement: Statement): StatementResult;
  /** Several statements without parameters. */
  script(sql: string): void;
  /** Seals from here on. */
  useKeys(keyring: Keyring): void;
  close(): void;
}

interface Prepared {
  statement: StatementSync;
  /** In camelCase; empty where the statement returns no rows. */
  columns: readonly string[];
}

const cacheKiB = 64 * 1024;
const busyTimeoutMs = 5_000;
const preparedMax = 500;
const noRows: Row[] = [];

/** Opens the writer, or a reader of the same file; the writer must have opened it before. */
export function openSqlite(path: string, mode: "writer" | "reader"): SqliteConnection {
  const database = guard(path, () => openDatabase(path, mode));
  const prepared = new Map<string, Prepared>();
  let keyring: Keyring | undefined;

  const prepare = (sql: string): Prepared => {
    const known = prepared.get(sql);
    if (known !== undefined) return known;
    const statement = database.prepare(sql);
    const entry = { statement, columns: statement.columns().map(({ name }) => toCamelCase(name)) };
    if (entry.columns.length > 0) statement.setReturnArrays(true);
    if (prepared.size >= preparedMax) prepared.delete(prepared.keys().next().value ?? "");
    prepared.set(sql, entry);
    return entry;
  };

  return {
    path,
    get inTransaction() {
      return database.isOpen && database.isTransaction;
    },
    execute: ({ sql, parameters }) =>
      guard(path, () => {
        const { statement, columns } = prepare(sql);
        const values = parameters.map((parameter) => bindParameter(parameter, keyring));
        if (columns.length === 0) return { changes: Number(statement.run(...values).changes), rows: noRows };
        const rows = (statement.all(...values) as unknown as SqlValue[][]).map((row) => toRow(columns, row));
        return { changes: rows.length, rows };
      }),
    script: (sql) => guard(path, () => database.exec(sql)),
    useKeys: (keys) => {
      keyring = keys;
    },
    close: () => {
      if (database.isOpen) database.close();
    },
  };
}

function openDatabase(path: string, mode: "writer" | "reader"): DatabaseSync {
  const database = new DatabaseSync(path, {
    readOnly: mode === "reader",
    timeout: busyTimeoutMs,
    enableForeignKeyConstraints: true,
  });
  try {
    if (mode === "writer") {
      // FULL: a commit is on the disk before it is acknowledged. Checkpoints are made by the writer, outside COMMIT.
      database.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 0");
      // What is deleted is overwritten within its page: a shredded key must not lie in free space.
      database.exec("PRAGMA secure_delete = FAST");
    }
    database.exec(
      `PRAGMA cache_size = -${cacheKiB}; PRAGMA temp_store = MEMORY; PRAGMA cell_size_check = ON; PRAGMA trusted_schema = OFF`,
    );
    // Reads the schema, and with it the header: a file that is no database is found here.
    database.prepare("SELECT count(*) FROM sqlite_schema").get();
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

function toRow(columns: readonly string[], values: readonly SqlValue[]): Row {
  const row: Row = {};
  for (let index = 0; index < columns.length; index += 1) row[columns[index] ?? ""] = values[index] ?? null;
  return row;
}

function guard<T>(path: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof FailureError) throw error;
    throw new FailureError(toFailure(error, path), error);
  }
}

// Primary result codes, https://www.sqlite.org/rescode.html
const busy = 5;
const readOnly = 8;
const ioError = 10;
const corrupt = 11;
const full = 13;
const cannotOpen = 14;
const constraint = 19;
const notDatabase = 26;
const foreignKey = 787;
const primaryKey = 1555;
const unique = 2067;

function toFailure(error: unknown, path: string): Failure {
  const message = error instanceof Error ? error.message : String(error);
  const extended =
    error instanceof Error && "errcode" in error && typeof error.errcode === "number" ? error.errcode : 0;
  const about = { message, file: path };
  if (extended === unique || extended === primaryKey) return { kind: "unique", ...about };
  if (extended === foreignKey) return { kind: "reference", ...about };
  switch (extended & 0xff) {
    case corrupt:
    case notDatabase:
      return { kind: "corrupt", ...about };
    case full:
      return { kind: "noSpace", ...about };
    case ioError:
      return { kind: hasSpace(path) ? "unavailable" : "noSpace", ...about };
    case busy:
    case readOnly:
    case cannotOpen:
      return { kind: hasSpace(path) ? "unavailable" : "noSpace", ...about };
    case constraint:
    default:
      return { kind: "bug", ...about };
  }
}

const spaceMinBytes = 256 * 1024;

/** A full disk also shows as an I/O error or as a file that cannot be opened: the shared-memory file could not grow. */
function hasSpace(path: string): boolean {
  if (path === ":memory:") return true;
  try {
    const { bavail, bsize } = statfsSync(dirname(path));
    return bavail * bsize >= spaceMinBytes;
  } catch {
    return true;
  }
}
