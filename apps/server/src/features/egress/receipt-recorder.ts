import type { Log } from "@hilum/contract";
import type { EgressReceipt, RecordReceipt } from "@hilum/host";
import type { EgressReceiptRow, EgressReceipts } from "@hilum/store";
import { makeId } from "../../make-id.ts";

export interface ReceiptRecorder {
  record: RecordReceipt;
  /** Writes what waits. */
  flush(): Promise<void>;
  close(): Promise<void>;
}

const flushEveryMs = 500;
const batch = 500;
/** Beyond this a database that does not answer costs receipts, never the calls themselves. */
const waitingMax = 10_000;

/** Keeps receipts in batches, beside the calls and never in their way. The audit log, not this, is the truth. */
export function createReceiptRecorder({
  receipts,
  log,
}: {
  receipts: Pick<EgressReceipts, "append">;
  log: Log;
}): ReceiptRecorder {
  let waiting: EgressReceiptRow[] = [];
  let lost = 0;
  let writing: Promise<void> = Promise.resolve();
  const timer = setInterval(() => void flush(), flushEveryMs).unref();

  function flush(): Promise<void> {
    writing = writing.then(writeAll);
    return writing;
  }

  async function writeAll(): Promise<void> {
    while (waiting.length > 0) {
      const rows = waiting.slice(0, batch);
      try {
        await receipts.append(rows);
        waiting = waiting.slice(rows.length);
      } catch {
        // The store is away; they wait for the next turn, as many as there is room for.
        return;
      }
    }
    if (lost > 0) log.warn("egress.receipts_lost", { count: lost });
    lost = 0;
  }

  return {
    record(receipt) {
      if (waiting.length >= waitingMax) lost += 1;
      else waiting.push(toRow(receipt));
    },
    flush,
    async close() {
      clearInterval(timer);
      await flush();
    },
  };
}

const toRow = ({ at, ...receipt }: EgressReceipt): EgressReceiptRow => ({
  ...receipt,
  id: makeId(at.getTime()),
  at: at.toISOString(),
});
