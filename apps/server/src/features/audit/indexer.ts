import type { AuditLog, AuditEntry } from "@hilum/audit";
import type { Log } from "@hilum/contract";
import type { AuditRow } from "@hilum/contract/api";
import type { AuditIndex } from "@hilum/store";

const batch = 500;
/** Entries wait this long for company: indexing must not compete with the commits it follows. */
const pauseMs = 150;
/** A disk or a store that does not answer is tried again by ever longer pauses, up to this one. */
const longestPauseMs = 10_000;

export interface AuditIndexer {
  /** Resolves when everything that was durable at the call is searchable. */
  settle(): Promise<void>;
  /** Throws the index away and makes it anew from the log; answers the number of entries. */
  rebuild(): Promise<number>;
  close(): Promise<void>;
}

/** Follows the log and keeps the store's search index equal to it. The log is the truth; the index may always be rebuilt. */
export function createAuditIndexer({
  log,
  index,
  processLog,
}: {
  log: AuditLog;
  index: AuditIndex;
  processLog: Log;
}): AuditIndexer {
  let wake: (() => void) | undefined;
  let stopResting: (() => void) | undefined;
  let closed = false;
  let next = 0;
  const settled: (() => void)[] = [];
  const unsubscribe = log.subscribe(() => wake?.());

  async function catchUp(): Promise<void> {
    while (!closed && next < log.size) {
      const rows: AuditRow[] = [];
      for await (const stored of log.read(next, Math.min(next + batch, log.size)))
        rows.push(presentAuditRow(stored.index, stored.entry));
      if (rows.length === 0) return;
      await index.insert(rows);
      next += rows.length;
    }
  }

  async function run(): Promise<void> {
    next = (await index.lastIndexed()) + 1;
    // The index of another log, or of a log restored to an earlier day, is of no use.
    if (next > log.size) {
      await index.wipe();
      next = 0;
    }
    let failures = 0;
    while (!closed) {
      failures = (await caughtUp()) ? 0 : failures + 1;
      if (next >= log.size) for (const done of settled.splice(0)) done();
      if (failures === 0) await pause();
      else await rest(Math.min(pauseMs * 2 ** (failures - 1), longestPauseMs));
    }
  }

  async function caughtUp(): Promise<boolean> {
    try {
      await catchUp();
      return true;
    } catch (error) {
      processLog.warn("audit.index_waits", { code: error instanceof Error ? error.name : "unknown" });
      return false;
    }
  }

  /** `close` ends it early. */
  async function rest(ms: number): Promise<void> {
    const timer = Promise.withResolvers<void>();
    const timeout = setTimeout(timer.resolve, ms).unref();
    stopResting = timer.resolve;
    if (closed) timer.resolve();
    await timer.promise;
    clearTimeout(timeout);
    stopResting = undefined;
  }

  async function pause(): Promise<void> {
    if (next >= log.size && !closed && settled.length === 0) await new Promise<void>((resolve) => (wake = resolve));
    wake = undefined;
    if (!closed && settled.length === 0) await rest(pauseMs);
  }

  const running = run();
  const settle = () =>
    new Promise<void>((resolve) => {
      settled.push(resolve);
      wake?.();
    });
  return {
    settle,
    async rebuild() {
      await settle();
      await index.wipe();
      next = 0;
      await settle();
      return next;
    },
    async close() {
      closed = true;
      unsubscribe();
      wake?.();
      stopResting?.();
      for (const done of settled.splice(0)) done();
      await running.catch(() => undefined);
    },
  };
}

export function presentAuditRow(index: number, entry: AuditEntry): AuditRow {
  const row: AuditRow = {
    index,
    at: entry.at,
    kind: entry.kind,
    call: entry.call,
    actor: entry.actor,
    action: entry.action,
  };
  const optional = [
    "request",
    "via",
    "plugin",
    "instance",
    "resource",
    "ref",
    "purpose",
    "decision",
    "reason",
    "outcome",
  ] as const;
  for (const name of optional) {
    const value = entry[name];
    if (value !== undefined) row[name] = value;
  }
  return row;
}
