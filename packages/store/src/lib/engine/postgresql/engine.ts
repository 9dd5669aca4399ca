import { HilumError } from "@hilum/contract/errors";
import type { Pool, PoolClient, QueryArrayResult } from "pg";
import { createKeyring, type Keyring } from "../../crypto/keyring.ts";
import { bindParameter } from "../bind.ts";
import { toCamelCase } from "../column-names.ts";
import type { Engine } from "../engine.ts";
import { FailureError, toHilumError } from "../failure.ts";
import {
  createMigrationsTable,
  loadMigrations,
  pendingMigrations,
  selectMigrations,
  type AppliedMigration,
  type Migration,
} from "../migrate.ts";
import type {
  Parameter,
  Row,
  SqlChannel,
  SqlValue,
  Statement,
  StatementResult,
  Unit,
  UnitOutcome,
} from "../statement.ts";
import { runExclusively } from "../transaction.ts";
import { constraintOf, isTransient, postgresFailure } from "./failure.ts";

const connectionsMax = 10;
const waitingMax = 10_000;
const connectMs = 5_000;
const statementMs = 30_000;
const attemptsMax = 5;
/** Of int8 (https://www.postgresql.org/docs/current/catalog-pg-type.html): our counts stay below 2^53. */
const int8 = 20;
/** Any fixed number: only one program migrates at a time. */
const migrationLock = 7_112_026;

/** PostgreSQL through a pool. The client library is loaded here, so that SQLite does not pay for it. */
export async function openPostgres(connectionString: string, now: string): Promise<Engine> {
  const migrations = loadMigrations("postgresql");
  const pool = await createPool(connectionString);
  let keyring: Keyring | undefined;
  let waiting = 0;

  const bind = (parameter: Parameter): SqlValue => bindParameter(parameter, keyring);
  const execute = async (client: Queryable, { sql, parameters }: Statement): Promise<StatementResult> =>
    toResult(await client.query({ text: sql, values: parameters.map(bind), rowMode: "array" }));

  const guard = async <T>(work: () => Promise<T>): Promise<T> => {
    if (waiting >= waitingMax)
      throw new HilumError("store.unavailable", {
        detail: "Too many calls wait for the database.",
        retryAfterMs: 1_000,
      });
    waiting += 1;
    try {
      return await work();
    } catch (error) {
      throw asHilumError(error);
    } finally {
      waiting -= 1;
    }
  };

  const read = (statement: Statement): Promise<Row[]> => guard(async () => (await execute(pool, statement)).rows);
  const write = (unit: Unit): Promise<UnitOutcome> =>
    guard(() => repeatTransient(() => withClient(pool, (client) => runUnit(client, unit, execute))));

  try {
    await withClient(pool, (client) => migrate(client, migrations, now));
  } catch (error) {
    await pool.end();
    throw asHilumError(error);
  }

  return {
    dialect: "postgresql",
    migration: migrations.at(-1)?.number ?? 0,
    read,
    scan: read,
    write,
    transaction: (work) =>
      guard(() => repeatTransient(() => withClient(pool, (client) => runTransaction(client, work, execute)))),
    useKeys: async (material) => {
      keyring = createKeyring(material);
    },
    status: async () => {
      try {
        const { rows } = await pool.query<{ bytes: number }>("SELECT pg_database_size(current_database()) AS bytes");
        return { available: true, waiting, bytes: Number(rows[0]?.bytes ?? 0) };
      } catch {
        return { available: false, waiting };
      }
    },
    close: () => pool.end(),
  };
}

type Queryable = Pool | PoolClient;
type Execute = (client: Queryable, statement: Statement) => Promise<StatementResult>;

async function createPool(connectionString: string): Promise<Pool> {
  const { default: pg } = await import("pg");
  const types = {
    getTypeParser: ((oid: number, format?: "text" | "binary") =>
      oid === int8 && format !== "binary"
        ? Number
        : pg.types.getTypeParser(oid, format)) as typeof pg.types.getTypeParser,
  };
  const pool = new pg.Pool({
    connectionString,
    max: connectionsMax,
    connectionTimeoutMillis: connectMs,
    idleTimeoutMillis: 30_000,
    statement_timeout: statementMs,
    query_timeout: statementMs + 5_000,
    application_name: "hilum",
    allowExitOnIdle: true,
    types,
  });
  // An idle connection that breaks is replaced at the next use; without a listener it would end the process.
  pool.on("error", () => {});
  return pool;
}

async function withClient<T>(pool: Pool, work: (client: PoolClient) => Promise<T>): Promise<T> {
  const client = await pool.connect();
  let broken = false;
  try {
    return await work(client);
  } catch (error) {
    broken = !(error instanceof HilumError) && postgresFailure(error).kind === "unavailable";
    throw error;
  } finally {
    client.release(broken);
  }
}

async function runUnit(client: PoolClient, unit: Unit, execute: Execute): Promise<UnitOutcome> {
  const alone = unit.length === 1 && unit[0]?.expect === undefined;
  if (alone) return runStatements(client, unit, execute);
  await client.query("BEGIN");
  const outcome = await runStatements(client, unit, execute).catch(async (error: unknown) => {
    await client.query("ROLLBACK").catch(() => {});
    throw error;
  });
  await client.query(outcome.ok ? "COMMIT" : "ROLLBACK");
  return outcome;
}

async function runStatements(client: PoolClient, unit: Unit, execute: Execute): Promise<UnitOutcome> {
  const results: StatementResult[] = [];
  for (const [at, statement] of unit.entries()) {
    try {
      const result = await execute(client, statement);
      if (statement.expect !== undefined && result.changes !== statement.expect)
        return { ok: false, at, why: "expectation" };
      results.push(result);
    } catch (error) {
      const why = constraintOf(error);
      if (why === undefined) throw error;
      return { ok: false, at, why };
    }
  }
  return { ok: true, results };
}

/** Serializable, which is what the one writer of SQLite gives; a conflict is run again. */
function runTransaction<T>(
  client: PoolClient,
  work: (channel: SqlChannel) => Promise<T>,
  execute: Execute,
): Promise<T> {
  const write = async (unit: Unit): Promise<UnitOutcome> => {
    await client.query("SAVEPOINT unit");
    const outcome = await runStatements(client, unit, execute);
    await client.query(outcome.ok ? "RELEASE SAVEPOINT unit" : "ROLLBACK TO SAVEPOINT unit");
    return outcome;
  };
  const read = async (statement: Statement): Promise<Row[]> => (await execute(client, statement)).rows;
  return runExclusively(work, {
    begin: async () => void (await client.query("BEGIN ISOLATION LEVEL SERIALIZABLE")),
    channel: { read, scan: read, write },
    end: async (keep) => void (await client.query(keep ? "COMMIT" : "ROLLBACK")),
  });
}

async function repeatTransient<T>(work: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await work();
    } catch (error) {
      if (attempt === attemptsMax || !isTransient(error)) throw error;
    }
  }
}

async function migrate(client: PoolClient, migrations: readonly Migration[], now: string): Promise<void> {
  await client.query("BEGIN");
  try {
    await client.query("SELECT pg_advisory_xact_lock($1)", [migrationLock]);
    await client.query(createMigrationsTable);
    const { rows } = await client.query<AppliedMigration>(selectMigrations);
    for (const { number, name, sql, checksum } of pendingMigrations(migrations, rows)) {
      await client.query(sql);
      await client.query("INSERT INTO schema_migrations (number, name, checksum, applied_at) VALUES ($1, $2, $3, $4)", [
        number,
        name,
        checksum,
        now,
      ]);
    }
    await client.query("COMMIT");
  } catch (error) {
    await client.query("ROLLBACK").catch(() => {});
    throw error;
  }
}

const noRows: Row[] = [];

function toResult({ rows, fields, rowCount }: QueryArrayResult<SqlValue[]>): StatementResult {
  if (fields.length === 0) return { changes: rowCount ?? 0, rows: noRows };
  const columns = fields.map(({ name }) => toCamelCase(name));
  const objects = rows.map((values) =>
    Object.fromEntries(columns.map((column, index) => [column, values[index] ?? null])),
  );
  return { changes: rowCount ?? objects.length, rows: objects };
}

function asHilumError(error: unknown): unknown {
  if (error instanceof HilumError) return error;
  return toHilumError(error instanceof FailureError ? error.failure : postgresFailure(error));
}
