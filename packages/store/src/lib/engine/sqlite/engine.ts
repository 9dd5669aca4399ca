import { statSync } from "node:fs";
import { HilumError } from "@hilum/contract/errors";
import { createKeyring } from "../../crypto/keyring.ts";
import type { Engine, EngineStatus } from "../engine.ts";
import { FailureError, toHilumError, type Failure } from "../failure.ts";
import { loadMigrations } from "../migrate.ts";
import type { Row, SqlChannel, Statement, Unit, UnitOutcome } from "../statement.ts";
import { runExclusively } from "../transaction.ts";
import { openSqlite, type SqliteConnection } from "./connection.ts";
import { openWriter } from "./open-writer.ts";
import { startThread, type ThreadLink } from "./thread-link.ts";
import { createSqliteWriter, type UnitEnd } from "./writer.ts";

/**
 * SQLite in a file. Writes go to a thread of their own; queries by key run here, on a connection that only reads, since
 * they cost less than a message; queries over many rows run in a second thread that is started for the first of them.
 */
export async function openSqliteFile(path: string, now: string): Promise<Engine> {
  const migrations = loadMigrations("sqlite");
  const writer = await startThread({ path, mode: "writer", migrations, now });
  const reader = openSqlite(path, "reader");
  let scanner: Promise<ThreadLink> | undefined;
  const read = rowsOf(reader);
  const scan = async (statement: Statement): Promise<Row[]> => {
    scanner ??= startThread({ path, mode: "reader", migrations: [], now });
    return (await (await scanner).request({ kind: "read", statement })) as Row[];
  };
  const channelOf =
    (kind: "unit" | "run"): SqlChannel["write"] =>
    async (unit) =>
      (await writer.request({ kind, unit })) as UnitOutcome;
  const readWithin = async (statement: Statement): Promise<Row[]> => readOf(await channelOf("run")([statement]));

  return {
    dialect: "sqlite",
    migration: migrations.at(-1)?.number ?? 0,
    read,
    scan,
    write: channelOf("unit"),
    transaction: (work) =>
      runExclusively(work, {
        begin: async () => void (await writer.request({ kind: "begin" })),
        channel: { read: readWithin, scan: readWithin, write: channelOf("run") },
        end: async (keep) => void (await writer.request({ kind: "end", keep })),
      }),
    useKeys: async (material) => void (await writer.request({ kind: "keys", material })),
    status: async (): Promise<EngineStatus> => {
      const waiting = writer.waiting;
      const walBytes = await writer.request({ kind: "walBytes" }).catch(() => undefined);
      return {
        available: walBytes !== undefined,
        waiting,
        bytes: statSync(path, { throwIfNoEntry: false })?.size ?? 0,
        ...(typeof walBytes === "number" ? { walBytes } : {}),
      };
    },
    close: async () => {
      await (await scanner?.catch(() => undefined))?.close();
      reader.close();
      await writer.close();
    },
  };
}

/** SQLite in memory, on the calling thread: for tests and for plugin developers' test hosts. */
export function openSqliteMemory(now: string): Engine {
  const migrations = loadMigrations("sqlite");
  const connection = fail(() => openWriter(":memory:", migrations, now));
  const writer = createSqliteWriter(connection);
  const write = (unit: Unit): Promise<UnitOutcome> =>
    new Promise((resolve, reject) => writer.submit(unit, settle(resolve, reject)));
  const read = async (statement: Statement): Promise<Row[]> =>
    writer.held ? readOf(await write([statement])) : rowsOf(connection)(statement);
  const runWithin = (unit: Unit): Promise<UnitOutcome> =>
    new Promise((resolve, reject) => settle(resolve, reject)(writer.run(unit)));

  return {
    dialect: "sqlite",
    migration: migrations.at(-1)?.number ?? 0,
    read,
    scan: read,
    write,
    transaction: (work) =>
      runExclusively(work, {
        begin: () => new Promise((resolve, reject) => writer.begin(settleVoid(resolve, reject))),
        channel: { read: rowsOf(connection), scan: rowsOf(connection), write: runWithin },
        end: (keep) => new Promise((resolve, reject) => settleVoid(resolve, reject)(writer.end(keep))),
      }),
    useKeys: async (material) => connection.useKeys(createKeyring(material)),
    status: async () => ({ available: true, waiting: writer.waiting }),
    close: async () => writer.close(),
  };
}

function rowsOf(connection: SqliteConnection): (statement: Statement) => Promise<Row[]> {
  return async (statement) => fail(() => connection.execute(statement).rows);
}

function readOf(outcome: UnitOutcome): Row[] {
  if (!outcome.ok) throw new HilumError("server.internal", { cause: new Error("a query met a constraint") });
  return outcome.results[0]?.rows ?? [];
}

function settle(resolve: (outcome: UnitOutcome) => void, reject: (error: Error) => void): (end: UnitEnd) => void {
  return (end) => ("outcome" in end ? resolve(end.outcome) : reject(toHilumError(end.failure)));
}

function settleVoid(resolve: () => void, reject: (error: Error) => void): (failure: Failure | undefined) => void {
  return (failure) => (failure === undefined ? resolve() : reject(toHilumError(failure)));
}

function fail<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw error instanceof FailureError ? toHilumError(error.failure) : error;
  }
}
