import { HilumError, isHilumError, type Log } from "@hilum/contract";
import type { Advance, InstanceKey, RecordRow, Records, RecordStoreRow, RecordStores } from "@hilum/store";
import { createWorkerRest } from "../../worker-rest.ts";
import { carryBatch, type BatchOutcome } from "./carry-batch.ts";
import { changeOf, isHandedOver, listDestroyed, type Carried } from "./carried-changes.ts";
import type { CarryGuard } from "./carry-guard.ts";
import type { HandOver } from "./hand-over.ts";
import type { JudgedRefusal } from "./judge-refusal.ts";

/** Changes that are read at once. */
export const batchMax = 100;
/** How long to sleep when there is nothing to hand over; whoever writes wakes it. */
const idleMs = 1_000;
const pauseMsMin = 1_000;
const pauseMsMax = 30_000;
/** A record that fails so often, while others are taken, is set aside as a fault. */
const attemptsMax = 5;

export interface ReplicatorParts {
  records: Pick<Records, "changes" | "history">;
  stores: RecordStores;
  handOver: HandOver;
  guard: CarryGuard;
  judge(error: unknown): JudgedRefusal;
  /** Types that the store takes; throws where nothing may be handed over now. */
  typesOf(key: InstanceKey): Promise<readonly string[] | undefined>;
  /** Undefined where the instance runs and may be handed records; else why not. */
  standing(key: InstanceKey): "stopped" | "tests_only" | undefined;
  nextId(): string;
  now(): Date;
  random(): number;
  log: Log;
}

/** Carries every change to one store, in order, from where it stopped. */
export interface Replicator {
  /** There may be something to hand over. */
  wake(): void;
  /** The store may take again what it refused: it is tried at once. */
  tryAgain(): void;
  /** When it is tried again, while it waits for the store. */
  nextAttemptAt(): Date | undefined;
  close(): Promise<void>;
}

/**
 * The cursor is moved when everything before it was taken, held back or listed as a fault, in one transaction with the faults: a
 * crash at any instruction loses nothing, and what is handed over again is the same version of the same record.
 */
export function createReplicator(key: InstanceKey, parts: ReplicatorParts): Replicator {
  const { records, stores, handOver, guard, judge, typesOf, standing, now, random, log } = parts;
  /** Changes behind the cursor that the store has already, and failures of those that it does not. */
  const taken = new Set<number>();
  const attempts = new Map<number, number>();
  let failures = 0;
  let until: Date | undefined;
  let closing = false;
  const resting = createWorkerRest();

  async function run(): Promise<void> {
    while (!closing) {
      resting.begin();
      const waitMs = await round().catch((error: unknown) => {
        log.warn("replication.round_failed", { code: isHilumError(error) ? error.code : "unknown" });
        return pauseMsMin;
      });
      if (waitMs > 0) await resting.take(waitMs);
    }
  }

  /** Answers how long to wait before the next one, in milliseconds; 0: there is more. */
  async function round(): Promise<number> {
    const store = await stores.find(key);
    if (store === undefined) return idleMs;
    const why = standing(key);
    if (why === "stopped") return idleMs;
    if (why === "tests_only") return await block(judge(new HilumError("agreement.test_mode")));
    const changes = await records.changes(store.cursor, batchMax);
    if (changes.length === 0) {
      if (store.refusal !== undefined) await stores.setRefusal(key, undefined, now().toISOString());
      return idleMs;
    }
    const types = await typesOf(key);
    return await carry(store, changes, { role: store.role, ...(types === undefined ? {} : { types }) });
  }

  async function carry(store: RecordStoreRow, changes: readonly RecordRow[], carried: Carried): Promise<number> {
    const destroyed = await listDestroyed(records, carried, changes);
    const concerns = (row: RecordRow): boolean => isHandedOver(carried, row, destroyed.has(`${row.type}/${row.id}`));
    const due = changes.filter((row) => concerns(row) && !taken.has(row.seq));
    const decisions = await guard.mayCarry(key, due);
    const allowed = due.filter((_row, index) => decisions[index]?.allow === true);
    const held = new Set(due.filter((_row, index) => decisions[index]?.allow !== true).map(({ seq }) => seq));
    const outcome = await carryBatch(allowed, give, judge);
    const went = allowed.filter(({ seq }) => outcome.taken.has(seq));
    if (went.length > 0) await guard.carried(key, went);
    for (const { seq } of went) taken.add(seq);
    const faults = faultsOf(allowed, outcome);
    const settled = (row: RecordRow): boolean =>
      !concerns(row) || taken.has(row.seq) || held.has(row.seq) || faults.some(({ seq }) => seq === row.seq);
    const stop = changes.findIndex((row) => !settled(row));
    const passed = stop === -1 ? changes : changes.slice(0, stop);
    await advance(store, passed, held, faults);
    if (outcome.blocked !== undefined) return await block(outcome.blocked);
    const [doubt] = [...outcome.refused.entries()].filter(([seq]) => !faults.some((fault) => fault.seq === seq));
    if (doubt === undefined) return relieve();
    return went.length === 0 && passed.length === 0 ? await block(doubt[1]) : pause(doubt[1].retryAfterMs);
  }

  const give = (row: RecordRow): Promise<void> =>
    closing ? Promise.reject(new HilumError("server.stopping")) : handOver(key, row);

  type Fault = Advance["faults"][number] & { seq: number };

  /** What is set aside: the record itself is why, or it failed again and again while others were taken. */
  function faultsOf(rows: readonly RecordRow[], { refused, taken: went }: BatchOutcome): Fault[] {
    return [...refused].flatMap(([seq, { about, refusal }]): Fault[] => {
      const row = rows.find((one) => one.seq === seq);
      if (row === undefined) return [];
      const count = (attempts.get(seq) ?? 0) + 1;
      // A plugin that answers is not down, whatever becomes of the others.
      if (went.size > 0 || taken.size > 0 || refusal.code === "plugin.failed" || about === "record")
        attempts.set(seq, count);
      if (about !== "record" && (attempts.get(seq) ?? 0) < attemptsMax) return [];
      const at = now().toISOString();
      return [
        {
          ...{ seq, id: parts.nextId(), type: row.type, record: row.id, version: row.version, change: changeOf(row) },
          ...{ at: row.at, attempts: count, lastAttemptAt: at, ...refusal },
        },
      ];
    });
  }

  async function advance(
    store: RecordStoreRow,
    passed: readonly RecordRow[],
    held: ReadonlySet<number>,
    faults: readonly Fault[],
  ): Promise<void> {
    const last = passed.at(-1);
    if (last === undefined) return;
    const seqs = new Set(passed.map(({ seq }) => seq));
    const mended = passed.filter(({ seq }) => taken.has(seq)).map(({ type, id }) => ({ type, record: id }));
    await stores.advance(key, {
      ...{ from: store.cursor, to: last.seq, at: now().toISOString() },
      taken: mended.length,
      withheld: passed.filter(({ seq }) => held.has(seq)).length,
      faults: faults.filter(({ seq }) => seqs.has(seq)).map(({ seq: _seq, ...fault }) => fault),
      mended: uniqueOf(mended),
    });
    for (const seq of seqs) {
      taken.delete(seq);
      attempts.delete(seq);
    }
  }

  function relieve(): number {
    failures = 0;
    until = undefined;
    return 0;
  }

  async function block({ refusal, retryAfterMs }: JudgedRefusal): Promise<number> {
    if (closing) return 0;
    await stores.setRefusal(key, refusal, now().toISOString());
    return pause(retryAfterMs);
  }

  /** Doubles from one second to half a minute, with chance in it: many stores behind one line should not come at once. */
  function pause(atLeastMs = 0): number {
    failures += 1;
    const doubled = Math.min(pauseMsMax, pauseMsMin * 2 ** (failures - 1));
    const waitMs = Math.max(Math.min(atLeastMs, pauseMsMax), Math.round(doubled * (0.5 + random())));
    until = new Date(now().getTime() + waitMs);
    return waitMs;
  }

  const running = run();
  return {
    // A store that refuses is not asked more often because somebody writes.
    wake: () => (until === undefined ? resting.wake() : undefined),
    tryAgain() {
      relieve();
      resting.wake();
    },
    nextAttemptAt: () => until,
    async close() {
      closing = true;
      resting.wake();
      await running;
    },
  };
}

function uniqueOf(records: readonly { type: string; record: string }[]): { type: string; record: string }[] {
  return [...new Map(records.map((one) => [`${one.type}/${one.record}`, one])).values()];
}
