import type { CauseClass } from "@hilum/contract/api";
import type { RecordWrite } from "./records.ts";
import type { InstanceKey, Page, PageRequest, Time } from "./shapes.ts";

/** Why a store, or one record in it, is behind. Sealed at rest: it holds a provider's words. */
export interface StoreRefusalRow {
  /** Code of the error catalogue. */
  code: string;
  cause: CauseClass;
  fix?: string;
  reply?: string;
  field?: string;
}

/** How a comparison with a store goes, or went. */
export interface ReconciliationRow {
  state: "running" | "done" | "failed";
  startedAt: Time;
  startedBy: string;
  endedAt?: Time;
  mend: boolean;
  /** Changes up to this `seq` are compared. */
  seq: number;
  checked: number;
  missing: number;
  older: number;
  deleted: number;
  foreign: number;
  mended: number;
  refusal?: StoreRefusalRow;
}

/** A plugin to which records are carried. */
export interface RecordStoreRow extends InstanceKey {
  role: "primary" | "replica" | "archive";
  /** Types of a primary store; absent where it is primary of all. */
  primaryOf?: readonly string[];
  /** Every change up to this `seq` was taken, held back or listed as a fault. */
  cursor: number;
  setAt: Time;
  setBy: string;
  taken: number;
  takenAt?: Time;
  withheld: number;
  /** The store as a whole could not take anything, since then. */
  refusal?: StoreRefusalRow & { since: Time };
  reconciliation?: ReconciliationRow;
}

/** A record that a store does not have as it is here. One per record. */
export interface StoreFaultRow extends InstanceKey, StoreRefusalRow {
  id: string;
  type: string;
  record: string;
  version: number;
  change: "create" | "update" | "delete";
  at: Time;
  attempts: number;
  lastAttemptAt: Time;
}

export interface Advance {
  /** The cursor as it was read. */
  from: number;
  to: number;
  taken: number;
  withheld: number;
  at: Time;
  /** Take the place of those that are there of the same records. */
  faults: readonly Omit<StoreFaultRow, keyof InstanceKey>[];
  /** Records that the store has now. */
  mended: readonly { type: string; record: string }[];
}

/** Where records are carried to besides the embedded store, and what did not get there. */
export interface RecordStores {
  list(): Promise<RecordStoreRow[]>;
  find(key: InstanceKey): Promise<RecordStoreRow | undefined>;
  /** Begins at `cursor`; what was counted before, and its faults, are forgotten. Throws `instance.not_found`. */
  setRole(
    key: InstanceKey,
    role: RecordStoreRow["role"],
    { cursor, at, by, primaryOf }: { cursor: number; at: Time; by: string; primaryOf?: readonly string[] },
  ): Promise<void>;
  remove(key: InstanceKey): Promise<void>;
  /**
   * Cursor, counts and faults in one transaction. A store that took something refuses no more; a primary one may have had it before, so what it
   * refuses stays. Throws `request.conflict` where another one has moved the cursor.
   */
  advance(key: InstanceKey, advance: Advance): Promise<void>;
  /** Keeps since when; undefined where it takes again. */
  setRefusal(key: InstanceKey, refusal: StoreRefusalRow | undefined, at: Time): Promise<void>;
  setReconciliation(key: InstanceKey, reconciliation: ReconciliationRow): Promise<void>;
  /** Newest first. */
  faults(key: InstanceKey, page: PageRequest): Promise<Page<StoreFaultRow>>;
  /** How many, by `plugin/instance`. */
  countFaults(): Promise<ReadonlyMap<string, number>>;
  fault(key: InstanceKey, id: string): Promise<StoreFaultRow | undefined>;
  /** Takes the place of one of the same record. Throws `instance.not_found` for a store without a role. */
  putFault(fault: StoreFaultRow): Promise<void>;
  /** Answers whether it was there. */
  removeFault(key: InstanceKey, id: string): Promise<boolean>;
}

/** A write that a primary store may have taken, all of it or a part, and that is not committed here yet. Sealed at rest. */
export interface PrimaryWriteRow extends InstanceKey {
  id: string;
  /** `refused`: whoever wrote was told that it is not done, so it must not become so. */
  state: "begun" | "refused";
  at: Time;
  /** Of one transaction. */
  writes: readonly RecordWrite[];
  /** Indexes of those that go to the store; the others are kept here alone. */
  handed: readonly number[];
}

/** Writes on their way into a primary store. While one is here, no other of the same record is begun. */
export interface PrimaryWrites {
  /** Durable when it resolves. Throws `record.unsettled` where one of the records has another write here. */
  begin(write: Omit<PrimaryWriteRow, "state">): Promise<void>;
  refuse(id: string): Promise<void>;
  /** It is committed here, or undone there. */
  end(id: string): Promise<void>;
  /** Oldest first. */
  list(key: InstanceKey): Promise<PrimaryWriteRow[]>;
  /** Without opening them, oldest first. */
  pending(): Promise<(InstanceKey & { id: string; at: Time })[]>;
}
