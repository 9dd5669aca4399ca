import type { RecordRow } from "@hilum/store";
import type { JudgedRefusal } from "./judge-refusal.ts";

/** What became of the changes of one batch, by their `seq`. */
export interface BatchOutcome {
  taken: Set<number>;
  /** Not taken, and not by the store's fault as far as can be told. */
  refused: Map<number, JudgedRefusal>;
  /** Why nothing more was tried. */
  blocked?: JudgedRefusal;
}

/** Records that are handed over at once. */
const atOnce = 8;

/**
 * Hands changes over: those of one record one after the other, those of others beside them. What concerns the whole store ends
 * the batch; what concerns one record ends that record's turn, so that no later version overtakes an earlier one.
 */
export async function carryBatch(
  rows: readonly RecordRow[],
  give: (row: RecordRow) => Promise<void>,
  judge: (error: unknown) => JudgedRefusal,
): Promise<BatchOutcome> {
  const outcome: BatchOutcome = { taken: new Set(), refused: new Map() };
  const waiting = [...byRecord(rows).values()];

  async function carry(changes: readonly RecordRow[]): Promise<void> {
    for (const row of changes) {
      if (outcome.blocked !== undefined) return;
      try {
        await give(row);
        outcome.taken.add(row.seq);
      } catch (error) {
        const judged = judge(error);
        if (judged.about === "store") outcome.blocked ??= judged;
        else outcome.refused.set(row.seq, judged);
        return;
      }
    }
  }

  const work = async (): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) await carry(next);
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  return outcome;
}

function byRecord(rows: readonly RecordRow[]): Map<string, RecordRow[]> {
  const records = new Map<string, RecordRow[]>();
  for (const row of rows) {
    const name = `${row.type}/${row.id}`;
    const changes = records.get(name);
    if (changes === undefined) records.set(name, [row]);
    else changes.push(row);
  }
  return records;
}
