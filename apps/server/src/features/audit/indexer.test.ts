import type { AuditLog } from "@hilum/audit";
import type { AuditIndex } from "@hilum/store";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { createLog } from "../../log.ts";
import { createAuditIndexer } from "./indexer.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

it("asks a disk that does not answer ever more seldom, also while somebody waits for it, and goes on when it does", async () => {
  let reads = 0;
  let answers = false;
  const log = {
    size: 1,
    subscribe: () => () => undefined,
    async *read() {
      reads += 1;
      if (!answers) throw new Error("the disk is away");
      yield {
        index: 0,
        entry: { at: "2026-01-01T00:00:00.000Z", kind: "outcome", call: "1", actor: "a", action: "b" },
      };
    },
  } as unknown as AuditLog;
  const inserted: number[] = [];
  const index = {
    lastIndexed: async () => -1,
    wipe: async () => undefined,
    insert: async (rows: { index: number }[]) => void inserted.push(...rows.map((row) => row.index)),
  } as unknown as AuditIndex;
  const indexer = createAuditIndexer({
    log,
    index,
    processLog: createLog({ destination: { write: () => undefined } }),
  });
  let settled = false;
  const settling = indexer.settle().then(() => (settled = true));

  const seen: number[] = [];
  for (const ms of [0, 150, 150, 150, 600]) {
    await vi.advanceTimersByTimeAsync(ms);
    seen.push(reads);
  }
  expect(seen).toEqual([1, 2, 2, 3, 4]);
  expect(settled).toBe(false);

  answers = true;
  await vi.advanceTimersByTimeAsync(10_000);
  await settling;
  expect(inserted).toEqual([0]);
  await indexer.close();
});
