import { statSync } from "node:fs";
import { FailureError, type Failure } from "../failure.ts";
import type { StatementResult, Unit, UnitOutcome } from "../statement.ts";
import type { SqliteConnection } from "./connection.ts";

/** What a unit ended in: committed or undone (outcome), or the database failed (failure). */
export type UnitEnd = { outcome: UnitOutcome } | { failure: Failure };

/**
 * The one writer. Units that arrive while it works are committed together, each within a savepoint of its own, so that
 * one that fails does not take the others with it. `done` is called after the commit.
 */
export interface SqliteWriter {
  submit(unit: Unit, done: (end: UnitEnd) => void): void;
  /** Waits for the writer, begins a transaction and keeps the writer until `end`. */
  begin(done: (failure: Failure | undefined) => void): void;
  /** Within the transaction. */
  run(unit: Unit): UnitEnd;
  end(keep: boolean): Failure | undefined;
  /** True while a transaction keeps it. */
  readonly held: boolean;
  readonly waiting: number;
  walBytes(): number;
  /** Commits what waits and moves the log into the database. */
  close(): void;
}

type Waiting = { unit: Unit; done: (end: UnitEnd) => void } | { begin: (failure: Failure | undefined) => void };

const batchMax = 512;
/** A checkpoint costs two syncs: not before this much was written, nor while units wait, unless the bound is near. */
const commitsPerCheckpoint = 256;
const walBytesMax = 64 * 1024 * 1024;
const walBytesNear = 16 * 1024 * 1024;

export function createSqliteWriter(connection: SqliteConnection): SqliteWriter {
  const queue: Waiting[] = [];
  let scheduled = false;
  let held = false;
  let commits = 0;

  const schedule = (): void => {
    if (scheduled || held) return;
    scheduled = true;
    setImmediate(drain);
  };

  const drain = (): void => {
    scheduled = false;
    if (held) return;
    const next = queue[0];
    if (next === undefined) return;
    if ("begin" in next) {
      queue.shift();
      hold(next.begin);
    } else {
      commitBatch(connection, takeUnits(queue));
      commits += 1;
    }
    checkpointWhenDue();
    if (queue.length > 0) schedule();
  };

  const hold = (done: (failure: Failure | undefined) => void): void => {
    try {
      connection.execute(begin);
      held = true;
      done(undefined);
    } catch (error) {
      done(failureOf(error));
    }
  };

  const checkpointWhenDue = (): void => {
    if (held || connection.path === ":memory:") return;
    const bytes = walSize(connection.path);
    const due = commits >= commitsPerCheckpoint && (queue.length === 0 || bytes > walBytesNear);
    if (!due && bytes <= walBytesMax) return;
    commits = 0;
    // TRUNCATE also waits for readers of the old log, so it is kept for the bound.
    checkpoint(connection, bytes > walBytesMax ? "TRUNCATE" : "PASSIVE");
  };

  return {
    submit: (unit, done) => {
      queue.push({ unit, done });
      schedule();
    },
    begin: (done) => {
      queue.push({ begin: done });
      schedule();
    },
    run: (unit) => {
      try {
        return { outcome: runUnit(connection, unit) };
      } catch (error) {
        return { failure: failureOf(error) };
      }
    },
    end: (keep) => {
      held = false;
      try {
        if (connection.inTransaction) connection.execute(keep ? commit : undoAll);
        else if (keep) return { kind: "unavailable", message: "the database had ended the transaction" };
        commits += 1;
        return undefined;
      } catch (error) {
        rollback(connection);
        return failureOf(error);
      } finally {
        if (queue.length > 0) schedule();
      }
    },
    get held() {
      return held;
    },
    get waiting() {
      return queue.length;
    },
    walBytes: () => (connection.path === ":memory:" ? 0 : walSize(connection.path)),
    close: () => {
      if (held) rollback(connection);
      held = false;
      while (queue.length > 0) drain();
      if (connection.path !== ":memory:") checkpoint(connection, "TRUNCATE");
      connection.close();
    },
  };
}

function takeUnits(queue: Waiting[]): { unit: Unit; done: (end: UnitEnd) => void }[] {
  const end = queue.findIndex((waiting, index) => "begin" in waiting || index === batchMax);
  return queue.splice(0, end === -1 ? queue.length : end).filter((waiting) => "unit" in waiting);
}

/** One transaction for all. When it fails as a whole, nobody is told that anything was stored. */
function commitBatch(connection: SqliteConnection, batch: readonly { unit: Unit; done: (end: UnitEnd) => void }[]): void {
  const ends: UnitEnd[] = [];
  try {
    connection.execute(begin);
    for (const { unit } of batch) ends.push({ outcome: runUnit(connection, unit) });
    connection.execute(commit);
  } catch (error) {
    rollback(connection);
    const failure = failureOf(error);
    if (failure.kind === "bug" && batch.length > 1) return retryAlone(connection, batch);
    for (const { done } of batch) done({ failure });
    return;
  }
  batch.forEach(({ done }, index) => done(ends[index] ?? { failure: { kind: "bug", message: "a unit has no end" } }));
}

/** A statement that no database would run must fail its own unit alone. */
function retryAlone(connection: SqliteConnection, batch: readonly { unit: Unit; done: (end: UnitEnd) => void }[]): void {
  for (const entry of batch) commitBatch(connection, [entry]);
}

/** Within a transaction: all statements of the unit, or none of them. */
function runUnit(connection: SqliteConnection, unit: Unit): UnitOutcome {
  // A single statement undoes itself, unless what it did has to be counted first.
  const guarded = unit.length > 1 || unit[0]?.expect !== undefined;
  if (guarded) connection.execute(savepoint);
  const results: StatementResult[] = [];
  for (const [at, statement] of unit.entries()) {
    try {
      const result = connection.execute(statement);
      if (statement.expect !== undefined && result.changes !== statement.expect) return undo(connection, { ok: false, at, why: "expectation" });
      results.push(result);
    } catch (error) {
      const { kind } = failureOf(error);
      if (kind !== "unique" && kind !== "reference") throw error;
      return guarded ? undo(connection, { ok: false, at, why: kind }) : { ok: false, at, why: kind };
    }
  }
  if (guarded) connection.execute(release);
  return { ok: true, results };
}

const begin = { sql: "BEGIN IMMEDIATE", parameters: [] };
const commit = { sql: "COMMIT", parameters: [] };
const undoAll = { sql: "ROLLBACK", parameters: [] };
const savepoint = { sql: "SAVEPOINT unit", parameters: [] };
const release = { sql: "RELEASE unit", parameters: [] };
const rollbackTo = { sql: "ROLLBACK TO unit", parameters: [] };

function undo(connection: SqliteConnection, outcome: UnitOutcome): UnitOutcome {
  connection.execute(rollbackTo);
  connection.execute(release);
  return outcome;
}

function rollback(connection: SqliteConnection): void {
  if (!connection.inTransaction) return;
  try {
    connection.execute(undoAll);
  } catch {
    // The failure that led here is the one to report; SQLite has ended the transaction by itself.
  }
}

function checkpoint(connection: SqliteConnection, mode: "PASSIVE" | "TRUNCATE"): void {
  try {
    connection.script(`PRAGMA wal_checkpoint(${mode})`);
  } catch {
    // What was acknowledged is in the log; the next checkpoint tries again, and a commit reports what is wrong.
  }
}

function walSize(path: string): number {
  return statSync(`${path}-wal`, { throwIfNoEntry: false })?.size ?? 0;
}

function failureOf(error: unknown): Failure {
  if (error instanceof FailureError) return error.failure;
  return { kind: "bug", message: error instanceof Error ? error.message : String(error) };
}
