import { FailureError, type Failure } from "../failure.ts";
import type { StatementResult, Unit, UnitOutcome } from "../statement.ts";
import { createCheckpoints, walSize } from "./checkpoints.ts";
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

export function createSqliteWriter(connection: SqliteConnection): SqliteWriter {
  const queue: Waiting[] = [];
  const checkpoints = createCheckpoints(connection, () => schedule());
  let scheduled = false;
  let held = false;
  let closed = false;

  const schedule = (): void => {
    if (scheduled || held || checkpoints.behind || queue.length === 0) return;
    scheduled = true;
    setImmediate(drain);
  };

  const drain = (): void => {
    scheduled = false;
    const next = queue[0];
    if (held || next === undefined) return;
    if ("begin" in next) {
      queue.shift();
      const failure = attempt(() => connection.execute(begin));
      held = failure === undefined;
      next.begin(failure);
    } else {
      commitBatch(connection, takeUnits(queue));
      checkpoints.afterCommit();
    }
    schedule();
  };

  const end = (keep: boolean): Failure | undefined => {
    held = false;
    schedule();
    if (!connection.inTransaction)
      return keep ? { kind: "unavailable", message: "the database had ended the transaction" } : undefined;
    const failure = attempt(() => connection.execute(keep ? commit : undoAll));
    if (failure !== undefined) rollback(connection);
    else checkpoints.afterCommit();
    return failure;
  };

  const enqueue = (waiting: Waiting): void => {
    if (closed) return refuse(waiting);
    queue.push(waiting);
    schedule();
  };

  return {
    submit: (unit, done) => enqueue({ unit, done }),
    begin: (done) => enqueue({ begin: done }),
    run: (unit) => runWithin(connection, unit),
    end,
    get held() {
      return held;
    },
    get waiting() {
      return queue.length;
    },
    walBytes: () => walSize(connection.path),
    close: () => {
      if (held) end(false);
      while (queue.length > 0 && !held) drain();
      closed = true;
      checkpoints.close();
      connection.close();
    },
  };
}

function refuse(waiting: Waiting): void {
  const failure: Failure = { kind: "unavailable", message: "the store is closed" };
  if ("begin" in waiting) waiting.begin(failure);
  else waiting.done({ failure });
}

function runWithin(connection: SqliteConnection, unit: Unit): UnitEnd {
  try {
    return { outcome: runUnit(connection, unit) };
  } catch (error) {
    return { failure: failureOf(error) };
  }
}

function attempt(work: () => unknown): Failure | undefined {
  try {
    work();
    return undefined;
  } catch (error) {
    return failureOf(error);
  }
}

function takeUnits(queue: Waiting[]): { unit: Unit; done: (end: UnitEnd) => void }[] {
  const end = queue.findIndex((waiting, index) => "begin" in waiting || index === batchMax);
  return queue.splice(0, end === -1 ? queue.length : end).filter((waiting) => "unit" in waiting);
}

/** One transaction for all. When it fails as a whole, nobody is told that anything was stored. */
function commitBatch(
  connection: SqliteConnection,
  batch: readonly { unit: Unit; done: (end: UnitEnd) => void }[],
): void {
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
function retryAlone(
  connection: SqliteConnection,
  batch: readonly { unit: Unit; done: (end: UnitEnd) => void }[],
): void {
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
      if (statement.expect !== undefined && result.changes !== statement.expect)
        return undo(connection, { ok: false, at, why: "expectation" });
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

function failureOf(error: unknown): Failure {
  if (error instanceof FailureError) return error.failure;
  return { kind: "bug", message: error instanceof Error ? error.message : String(error) };
}
