import { statSync } from "node:fs";
import { FailureError } from "../failure.ts";
import {
  createMigrationsTable,
  pendingMigrations,
  selectMigrations,
  type AppliedMigration,
  type Migration,
} from "../migrate.ts";
import { openSqlite, type SqliteConnection } from "./connection.ts";

const quickCheckBytesMax = 64 * 1024 * 1024;

/** Opens the file for writing, looks for damage and brings it to the newest migration. Throws FailureError. */
export function openWriter(path: string, migrations: readonly Migration[], now: string): SqliteConnection {
  const connection = openSqlite(path, "writer");
  try {
    checkPages(connection);
    migrate(connection, migrations, now);
    return connection;
  } catch (error) {
    connection.close();
    throw error;
  }
}

/** Larger files are checked page by page as they are read. */
function checkPages(connection: SqliteConnection): void {
  if (connection.path === ":memory:" || statSync(connection.path).size > quickCheckBytesMax) return;
  const [row] = connection.execute({ sql: "PRAGMA quick_check(1)", parameters: [] }).rows;
  const verdict = String(row?.["quickCheck"]);
  if (verdict !== "ok") throw new FailureError({ kind: "corrupt", message: verdict, file: connection.path });
}

/** All that are pending in one transaction, so that none is ever half applied. */
function migrate(connection: SqliteConnection, migrations: readonly Migration[], now: string): void {
  connection.script("BEGIN EXCLUSIVE");
  try {
    connection.script(createMigrationsTable);
    const applied = connection.execute({ sql: selectMigrations, parameters: [] }).rows as unknown as AppliedMigration[];
    for (const { number, name, sql, checksum } of pendingMigrations(migrations, applied)) {
      connection.script(sql);
      connection.execute({
        sql: "INSERT INTO schema_migrations (number, name, checksum, applied_at) VALUES (?, ?, ?, ?)",
        parameters: [number, name, checksum, now],
      });
    }
    connection.script("COMMIT");
  } catch (error) {
    if (connection.inTransaction) connection.script("ROLLBACK");
    throw error;
  }
}
