import type { InstanceKey, ReconciliationRow, RecordRow, Records, RecordStoreRow, RecordStores } from "@hilum/store";
import { isCarried, isHandedOver, listDestroyed, type Carried } from "./carried-changes.ts";
import type { CarryGuard } from "./carry-guard.ts";
import { lookUpMax, type HandOver, type LookUp } from "./hand-over.ts";
import type { JudgedRefusal } from "./judge-refusal.ts";

export interface ReconcileParts {
  records: Pick<Records, "changes" | "findMany" | "history">;
  stores: RecordStores;
  handOver: HandOver;
  lookUp: LookUp;
  guard: CarryGuard;
  judge(error: unknown): JudgedRefusal;
  typesOf(key: InstanceKey): Promise<readonly string[] | undefined>;
  nextId(): string;
  now(): Date;
}

/** Changes that are looked at in one step. */
const pageMax = 200;

/**
 * Compares what a store has with what is here, by ids and versions, and with `mend` hands over what differs. Goes through the
 * changes up to the store's cursor, so that each record is looked at once, at its last change; where it stands is durable. Ends early
 * when `stopped` says so or the store has no role any more.
 */
export async function reconcile(key: InstanceKey, parts: ReconcileParts, stopped: () => boolean): Promise<void> {
  const { records, stores } = parts;
  for (;;) {
    const store = await stores.find(key);
    const run = store?.reconciliation;
    if (store === undefined || run?.state !== "running" || stopped()) return;
    try {
      const page = (await records.changes(run.seq, pageMax)).filter(({ seq }) => seq <= store.cursor);
      const types = await parts.typesOf(key);
      const next = await compare(key, parts, page, run, {
        role: store.role,
        ...(types === undefined ? {} : { types }),
      });
      const last = page.at(-1);
      await stores.setReconciliation(
        key,
        last === undefined
          ? { ...next, state: "done", endedAt: parts.now().toISOString() }
          : { ...next, seq: last.seq },
      );
    } catch (error) {
      if (stopped()) return;
      const { refusal } = parts.judge(error);
      await stores.setReconciliation(key, { ...run, state: "failed", endedAt: parts.now().toISOString(), refusal });
    }
  }
}

async function compare(
  key: InstanceKey,
  parts: ReconcileParts,
  page: readonly RecordRow[],
  run: ReconciliationRow,
  carried: Carried,
): Promise<ReconciliationRow> {
  const next = { ...run };
  const current = await lastOf(parts, page, carried);
  const destroyed = await listDestroyed(parts.records, carried, current);
  for (const [type, rows] of Map.groupBy(current, (row) => row.type))
    for (let from = 0; from < rows.length; from += lookUpMax) {
      const some = rows.slice(from, from + lookUpMax);
      const found = await parts.lookUp(
        key,
        type,
        some.map(({ id }) => id),
      );
      const differing = some.filter((row) =>
        note(next, row, found.get(row.id), isHandedOver(carried, row, destroyed.has(`${type}/${row.id}`))),
      );
      next.checked += some.length;
      if (run.mend) next.mended += await mend(key, parts, differing);
    }
  return next;
}

/** Records whose last change is of this page: the others are looked at when theirs is reached. */
async function lastOf({ records }: ReconcileParts, page: readonly RecordRow[], carried: Carried): Promise<RecordRow[]> {
  const refs = new Map(
    page.filter(({ type }) => isCarried(carried, type)).map(({ type, id }) => [`${type}/${id}`, { type, id }]),
  );
  const seqs = new Set(page.map(({ seq }) => seq));
  return (await records.findMany([...refs.values()])).filter((row) => seqs.has(row.seq));
}

/** Counts how the store's version differs; true where handing the record over would mend it. */
function note(run: ReconciliationRow, row: RecordRow, found: string | undefined, concerns: boolean): boolean {
  if (row.resource === undefined) {
    if (found === undefined || !concerns) return false;
    run.deleted += 1;
    return true;
  }
  if (found === undefined) {
    run.missing += 1;
    return true;
  }
  const version = Number(found);
  if (version === row.version) return false;
  if (version < row.version) {
    run.older += 1;
    return true;
  }
  // Somebody else wrote there: to write over that is for a person to decide.
  run.foreign += 1;
  return false;
}

/** Answers how many the store has now; what it refuses becomes a fault. */
async function mend(key: InstanceKey, parts: ReconcileParts, rows: readonly RecordRow[]): Promise<number> {
  if (rows.length === 0) return 0;
  const decisions = await parts.guard.mayCarry(key, rows);
  let mended = 0;
  for (const [index, row] of rows.entries()) {
    if (decisions[index]?.allow !== true) continue;
    try {
      await parts.handOver(key, row);
      await parts.guard.carried(key, [row]);
      mended += 1;
    } catch (error) {
      const { about, refusal } = parts.judge(error);
      if (about === "store") throw error;
      const at = parts.now().toISOString();
      await parts.stores.putFault({
        ...{ ...key, id: parts.nextId(), type: row.type, record: row.id, version: row.version, at: row.at },
        ...{ change: row.resource === undefined ? "delete" : "update", attempts: 1, lastAttemptAt: at, ...refusal },
      });
    }
  }
  return mended;
}

export const beginReconciliation = (at: Date, by: string, mends: boolean): ReconciliationRow => ({
  ...{ state: "running", startedAt: at.toISOString(), startedBy: by, mend: mends, seq: 0 },
  ...{ checked: 0, missing: 0, older: 0, deleted: 0, foreign: 0, mended: 0 },
});

export const isRunning = ({ reconciliation }: Pick<RecordStoreRow, "reconciliation">): boolean =>
  reconciliation?.state === "running";
