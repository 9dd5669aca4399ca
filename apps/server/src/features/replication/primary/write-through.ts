import { HilumError, isHilumError, type Log } from "@hilum/contract";
import type {
  InstanceKey,
  PrimaryWriteRow,
  PrimaryWrites,
  RecordRow,
  Records,
  RecordStores,
  RecordWrite,
  StoreRefusalRow,
} from "@hilum/store";
import { nameOf } from "../../records/open-record.ts";
import { carryBatch } from "../carry-batch.ts";
import type { CarryGuard } from "../carry-guard.ts";
import type { HandOver } from "../hand-over.ts";
import type { JudgedRefusal } from "../judge-refusal.ts";
import { orderRows } from "./order-rows.ts";
import { isPrimaryOf, type PrimaryRole, type PrimaryStore } from "./primary-role.ts";
import { createRecordTurns } from "./record-turns.ts";
import { isOurs, refusedWrite } from "./refuse-write.ts";
import { rowOf, settleWrite, type SettleParts } from "./settle-write.ts";

export interface WriteThroughParts extends SettleParts {
  role: PrimaryRole;
  stores: Pick<RecordStores, "setRefusal">;
  records: Pick<Records, "write" | "findMany">;
  primaryWrites: PrimaryWrites;
  handOver: HandOver;
  guard: CarryGuard;
  judge(error: unknown): JudgedRefusal;
  standing(key: InstanceKey): "stopped" | "tests_only" | undefined;
  nextId(): string;
  now(): Date;
  log: Log;
}

/** The way of every write of records: through the primary store, where a plugin is that of its type, and then into the embedded one. */
export interface WriteThrough {
  /**
   * As `Records.write`, and `record.primary_away`, `record.primary_refused` and `record.unsettled`: then nothing is stored, here or
   * there. `over`: what somebody else wrote in the primary store is written over.
   */
  write(writes: readonly RecordWrite[], options?: { over?: boolean }): Promise<void>;
  /** Whether a write goes its way at this moment, so that nobody else brings it to its end. */
  isUnderWay(id: string): boolean;
  /** True once for each version that went through: the store has it, and needs not be handed it again. */
  wasHanded(key: InstanceKey, row: RecordRow): boolean;
}

/** Versions that are remembered until the replicator passes them. */
const rememberedMax = 10_000;

/**
 * The write is noted, durable, before the store is asked, and the note goes when it is committed here or undone there: whatever
 * is killed in between, `settleWrite` finds what to do.
 */
export function createWriteThrough(parts: WriteThroughParts): WriteThrough {
  const { role, records, primaryWrites, guard, standing } = parts;
  const turns = createRecordTurns();
  const underWay = new Set<string>();
  const handed = new Set<string>();

  async function through(store: PrimaryStore, writes: readonly RecordWrite[], over: boolean): Promise<void> {
    const key = { plugin: store.plugin, instance: store.instance };
    const rows = writes.map(rowOf);
    const going = await listGoing(store, key, rows);
    if (going.length === 0) return await records.write(writes);
    const why = standing(key);
    if (why !== undefined) throw refusedWrite(parts.judge(new HilumError(whyNot[why])));
    const write: PrimaryWriteRow = {
      ...{ ...key, id: parts.nextId(), state: "begun", at: parts.now().toISOString(), writes, handed: going },
    };
    underWay.add(write.id);
    try {
      await primaryWrites.begin(write);
      await carry(write, store, rows, over);
    } finally {
      underWay.delete(write.id);
    }
  }

  /** Indexes of what goes to the store: records of its types, as far as the consents of their patients let them. */
  async function listGoing(store: PrimaryStore, key: InstanceKey, rows: readonly RecordRow[]): Promise<number[]> {
    const concerned = rows.flatMap((row, index) => (isPrimaryOf(store, row.type) ? [{ row, index }] : []));
    const decisions = await guard.mayCarry(
      key,
      concerned.map(({ row }) => row),
    );
    return concerned.filter((_one, place) => decisions[place]?.allow === true).map(({ index }) => index);
  }

  async function carry(write: PrimaryWriteRow, store: PrimaryStore, rows: readonly RecordRow[], over: boolean) {
    await refuseStale(write);
    const key = { plugin: store.plugin, instance: store.instance };
    const going = write.handed.flatMap((index) => rows[index] ?? []);
    const ours: HilumError[] = [];
    let isUnsent = true;
    const give = async (row: RecordRow): Promise<void> => {
      await parts.handOver(key, row, { newest: !over });
      isUnsent = false;
    };
    const refusal = await handOverInOrder(going, give, (error) => {
      if (isOurs(error)) ours.push(error);
      const judged = parts.judge(error);
      isUnsent &&= judged.isUnsent;
      return judged;
    });
    if (refusal === undefined) return await conclude(write, store, going);
    if (refusal.about !== "record") await keepRefusal(key, refusal.refusal);
    // A store that was not reached has nothing to give up, and need not be waited for.
    if (isUnsent) await primaryWrites.end(write.id);
    else await undo(write);
    throw ours[0] ?? refusedWrite(refusal);
  }

  /** Whether it may be committed is asked before anything goes out. What only the commit finds is undone. */
  async function refuseStale(write: PrimaryWriteRow): Promise<void> {
    const here = await records.findMany(write.writes.map(({ type, id }) => ({ type, id })));
    const byName = new Map(here.map((row) => [nameOf(row), row]));
    for (const [index, one] of write.writes.entries()) {
      const row = byName.get(nameOf(one));
      const code =
        (row?.version ?? 0) !== one.expected
          ? "record.conflict"
          : row?.hold === true && one.resource === undefined
            ? "record.held"
            : undefined;
      if (code === undefined) continue;
      await primaryWrites.end(write.id);
      throw new HilumError(code, { problems: [{ pointer: `/${index}`, message: refusedHere[code] }] });
    }
  }

  async function conclude(write: PrimaryWriteRow, store: PrimaryStore, going: readonly RecordRow[]): Promise<void> {
    for (const row of going) remember(markOf(store, row));
    try {
      await records.write(write.writes);
    } catch (error) {
      for (const row of going) handed.delete(markOf(store, row));
      await undo(write);
      throw error;
    }
    try {
      await guard.carried({ plugin: store.plugin, instance: store.instance }, going);
      await primaryWrites.end(write.id);
      if (store.refusal !== undefined) await keepRefusal(store, undefined);
    } catch (error) {
      // It is stored in both. What is left of its note is cleared away with those that a crash left.
      parts.log.warn("primary.not_concluded", { code: isHilumError(error) ? error.code : "unknown" });
    }
  }

  /** Whoever wrote is told that it is not done. Where the store cannot be asked, the note stays, and says so. */
  async function undo(write: PrimaryWriteRow): Promise<void> {
    const refused: PrimaryWriteRow = { ...write, state: "refused" };
    try {
      await primaryWrites.refuse(write.id);
      await settleWrite(refused, parts);
    } catch (error) {
      parts.log.warn("primary.not_undone", { code: isHilumError(error) ? error.code : "unknown" });
    }
  }

  async function keepRefusal({ plugin, instance }: InstanceKey, refusal: StoreRefusalRow | undefined): Promise<void> {
    await parts.stores.setRefusal({ plugin, instance }, refusal, parts.now().toISOString());
  }

  function remember(mark: string): void {
    handed.add(mark);
    for (const oldest of handed) {
      if (handed.size <= rememberedMax) break;
      handed.delete(oldest);
    }
  }

  return {
    async write(writes, { over = false } = {}) {
      const store = await role.current();
      if (store === undefined || !writes.some(({ type }) => isPrimaryOf(store, type)))
        return await records.write(writes);
      await turns.take(writes.map(nameOf), () => through(store, writes, over));
    },
    isUnderWay: (id) => underWay.has(id),
    wasHanded: (key, row) => handed.delete(markOf(key, row)),
  };
}

/** Answers why not, where a record was not taken; then no more of them are handed over. */
async function handOverInOrder(
  rows: readonly RecordRow[],
  give: (row: RecordRow) => Promise<void>,
  judge: (error: unknown) => JudgedRefusal,
): Promise<JudgedRefusal | undefined> {
  for (const group of orderRows(rows)) {
    // Numbered, so that each has an outcome of its own.
    const numbered = group.map((row, index) => ({ ...row, seq: index }));
    const { blocked, refused } = await carryBatch(numbered, give, judge);
    const refusal = blocked ?? [...refused.values()][0];
    if (refusal !== undefined) return refusal;
  }
  return undefined;
}

const whyNot = { stopped: "plugin.not_running", tests_only: "agreement.test_mode" } as const;

const refusedHere = {
  "record.conflict": "Another version is current than the one that was expected.",
  "record.held": "The record, or a patient that it is about, is under a legal hold.",
} as const;

const markOf = ({ plugin, instance }: InstanceKey, { type, id, version }: RecordRow): string =>
  `${plugin}/${instance}/${type}/${id}/${version}`;
