import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createFileKeyProvider, openStore, type NewMessage, type Store } from "@hilum/store";

/** One line of the benchmark's table. */
export interface Row {
  figure: string;
  value: number;
  unit: string;
  budget?: string;
}

const inFlight = 64;
const measured = 20_000;
const rounds = 3;
/** Alone, each accept waits for its own commit: fewer are enough for a median. */
const measuredAlone = 300;
const body = JSON.stringify({
  resourceType: "Communication",
  status: "preparation",
  payload: [{ contentString: "Synthetic text of a message. ".repeat(30) }],
});

/**
 * Accepts messages of 1 kB straight into the SQLite store, 64 in flight: how many per second are durable, and how long
 * one takes with few and with many stored.
 *
 * @param stored how many messages the larger measurement begins with
 */
export async function measureStore(stored = 200_000): Promise<Row[]> {
  const folder = mkdtempSync(join(tmpdir(), "hilum-bench-store-"));
  const store = await openStore({
    url: `sqlite:${join(folder, "hilum.db")}`,
    keyProvider: createFileKeyProvider(join(folder, "hilum.key")),
    blobDir: join(folder, "blobs"),
  });
  try {
    const next = createMessages();
    await accept(store, next, 1_000, inFlight);
    const alone = await accept(store, next, measuredAlone, 1);
    const few = await medianRound(store, next, {});
    const keyed = await medianRound(store, next, { keyed: true });
    await accept(store, next, Math.max(0, stored - (rounds * 2 + 1) * measured), 512);
    const many = await medianRound(store, next, {});
    return [
      { figure: "store: accept, one at a time, p50", value: alone.p50Ms, unit: "ms" },
      { figure: "store: accept, 64 in flight", value: few.perSecond, unit: "messages/s", budget: ">= 8,000" },
      { figure: "store: accept with an idempotency key, 64 in flight", value: keyed.perSecond, unit: "messages/s" },
      { figure: "store: accept p50, from 1 thousand stored", value: few.p50Ms, unit: "ms" },
      { figure: `store: accept p50, from ${stored} stored`, value: many.p50Ms, unit: "ms" },
      {
        figure: "store: p50 with many over p50 with few",
        value: many.p50Ms / few.p50Ms,
        unit: "ratio",
        budget: "<= 1.3",
      },
      {
        figure: "store: mean with many over mean with few",
        value: many.meanMs / few.meanMs,
        unit: "ratio",
        budget: "<= 2.5",
      },
    ];
  } finally {
    await store.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

interface Round {
  perSecond: number;
  p50Ms: number;
  meanMs: number;
}

type NextMessage = (options: { keyed?: boolean }) => NewMessage;

function createMessages(): NextMessage {
  let serial = 0;
  return ({ keyed }) => {
    serial += 1;
    const id = `01BENCH${String(serial).padStart(19, "0")}`;
    return {
      id,
      channel: "email",
      body,
      recipientMasked: "a***@e***.org",
      moreRecipients: 0,
      testMode: false,
      createdAt: new Date().toISOString(),
      createdBy: "token:bench",
      ...(keyed === true ? { idempotency: { scope: "token:bench", key: id } } : {}),
    };
  };
}

async function medianRound(store: Store, next: NextMessage, options: { keyed?: boolean }): Promise<Round> {
  const results: Round[] = [];
  for (let round = 0; round < rounds; round += 1) results.push(await accept(store, next, measured, inFlight, options));
  const [low, middle] = results.toSorted((a, b) => a.perSecond - b.perSecond);
  const chosen = middle ?? low;
  if (chosen === undefined) throw new Error("there was no round");
  return chosen;
}

async function accept(
  store: Store,
  next: NextMessage,
  count: number,
  lanes: number,
  options: { keyed?: boolean } = {},
): Promise<Round> {
  const tookMs = new Float64Array(count);
  const startedAt = performance.now();
  let begun = 0;
  const lane = async (): Promise<void> => {
    while (begun < count) {
      const index = begun;
      begun += 1;
      const at = performance.now();
      await store.messages.accept(next(options));
      tookMs[index] = performance.now() - at;
    }
  };
  await Promise.all(Array.from({ length: Math.min(lanes, count) }, lane));
  const seconds = (performance.now() - startedAt) / 1000;
  const sorted = tookMs.toSorted();
  return {
    perSecond: Math.round(count / seconds),
    p50Ms: sorted[Math.floor(count / 2)] ?? 0,
    meanMs: tookMs.reduce((sum, ms) => sum + ms, 0) / Math.max(count, 1),
  };
}

// Alone: `node bench/src/store.ts 1000000`
if (import.meta.main) {
  const [stored] = process.argv.slice(2);
  console.table(await measureStore(stored === undefined ? undefined : Number(stored)));
}
