import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { FailureError } from "./failure.ts";
import type { Dialect } from "./statement.ts";

/** One numbered file of SQL. */
export interface Migration {
  number: number;
  name: string;
  sql: string;
  /** SHA-256 of the text, hex. */
  checksum: string;
}

export interface AppliedMigration {
  number: number;
  checksum: string;
}

/** Works in both dialects. */
export const createMigrationsTable =
  "CREATE TABLE IF NOT EXISTS schema_migrations (number integer PRIMARY KEY, name text NOT NULL, checksum text NOT NULL, applied_at text NOT NULL)";
export const selectMigrations = "SELECT number, checksum FROM schema_migrations ORDER BY number";

export function loadMigrations(dialect: Dialect): Migration[] {
  const folder = new URL(`../migrations/${dialect}/`, import.meta.url);
  return readdirSync(folder)
    .filter((file) => /^\d{3}-.+\.sql$/.test(file))
    .toSorted()
    .map((file) => {
      const sql = readFileSync(new URL(file, folder), "utf8");
      return {
        number: Number(file.slice(0, 3)),
        name: file.slice(4, -4),
        sql,
        checksum: createHash("sha256").update(sql).digest("hex"),
      };
    });
}

/** Throws a `newer` failure for a database of a later version, `corrupt` when a migration is not the one that was applied. */
export function pendingMigrations(known: readonly Migration[], applied: readonly AppliedMigration[]): Migration[] {
  const newest = known.at(-1)?.number ?? 0;
  const beyond = applied.find(({ number }) => number > newest);
  if (beyond !== undefined) {
    throw new FailureError({
      kind: "newer",
      message: `The database is at migration ${beyond.number}; this version knows ${newest}.`,
    });
  }
  for (const { number, checksum } of applied) {
    if (known.find((migration) => migration.number === number)?.checksum !== checksum) {
      throw new FailureError({
        kind: "corrupt",
        message: `Migration ${number} is not the one that was applied to this database.`,
      });
    }
  }
  return known.filter(({ number }) => !applied.some((done) => done.number === number));
}
