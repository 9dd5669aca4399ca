import { errorCatalogue, type ErrorCode } from "@hilum/contract";
import type { Reconciliation, ReplicatedStore, StoreFault, StoreRefusal } from "@hilum/contract/api";
import type { ReconciliationRow, RecordStoreRow, StoreFaultRow, StoreRefusalRow } from "@hilum/store";

/** What is known of a store besides its row. */
export interface StoreView {
  plugin: string;
  instance: string;
  title: string;
  running: boolean;
  types?: readonly string[];
  /** Changes behind, and since when. */
  behind: { changes: number; since?: string };
  faults: number;
  nextAttemptAt?: Date;
}

/** The store in which records are read and written. */
export const primaryStore: ReplicatedStore = {
  title: "This Hilum",
  role: "primary",
  state: "current",
  behind: { changes: 0 },
  ...{ taken: 0, withheld: 0, faults: 0 },
};

/** A store as the API shows it; without a row it has no role. */
export function presentStore(view: StoreView, row: RecordStoreRow | undefined): ReplicatedStore {
  const { plugin, instance, title, types, behind, faults } = view;
  const named = { plugin, instance, title, ...(types === undefined ? {} : { types: [...types] }) };
  if (row === undefined)
    return {
      ...named,
      ...{ role: "none", state: "idle", behind: { changes: 0 }, taken: 0, withheld: 0, faults: 0 },
    };
  const { role, taken, takenAt, withheld, refusal, reconciliation } = row;
  return {
    ...{ ...named, role, state: stateOf(view, row), behind, taken, withheld, faults },
    ...(takenAt === undefined ? {} : { takenAt }),
    ...(refusal === undefined
      ? {}
      : {
          refusal: {
            ...presentRefusal(refusal),
            since: refusal.since,
            nextAttemptAt: (view.nextAttemptAt ?? new Date(refusal.since)).toISOString(),
          },
        }),
    ...(reconciliation === undefined ? {} : { reconciliation: presentReconciliation(reconciliation) }),
  };
}

function stateOf({ running, behind }: StoreView, { refusal }: RecordStoreRow): ReplicatedStore["state"] {
  if (!running) return "stopped";
  if (refusal !== undefined) return "waiting";
  return behind.changes > 0 ? "catching_up" : "current";
}

export function presentRefusal({ code, cause, fix, reply, field }: StoreRefusalRow): StoreRefusal {
  const known = errorCatalogue[code as ErrorCode] ?? errorCatalogue["server.internal"];
  return {
    ...{ code, title: known.title, cause, fix: fix ?? known.fix },
    ...(reply === undefined ? {} : { reply }),
    ...(field === undefined ? {} : { field }),
  };
}

function presentReconciliation({ seq: _seq, refusal, ...run }: ReconciliationRow): Reconciliation {
  return { ...run, ...(refusal === undefined ? {} : { refusal: presentRefusal(refusal) }) };
}

export function presentFault(row: StoreFaultRow): StoreFault {
  const { id, type, record, version, change, at, attempts, lastAttemptAt } = row;
  return { ...{ id, type, record, version, change, at, attempts, lastAttemptAt }, ...presentRefusal(row) };
}
