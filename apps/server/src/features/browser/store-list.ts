import type { RecordStore } from "@hilum/contract/api";
import type { RecordCount, RetentionRow, Store } from "@hilum/store";
import { embeddedStore } from "./present-record.ts";
import { faceOf } from "./record-faces.ts";
import type { RecordSource } from "./record-source.ts";

/** Stores of records that plugins are. */
export interface OtherStores {
  list(): Promise<RecordStore[]>;
  /** Throws `request.not_found`, and what keeps the plugin from answering. */
  source(store: string): Promise<RecordSource>;
}

/** Counting looks at the whole index: what was counted a moment ago is good enough for a tree. */
const countedForMs = 10_000;

export function createStoreList({
  records,
  retention,
  others,
  nowMs,
}: {
  records: Pick<Store["records"], "counts">;
  retention: Pick<Store["retention"], "list">;
  others: OtherStores;
  nowMs(): number;
}): () => Promise<RecordStore[]> {
  let counted: { atMs: number; counts: Promise<RecordCount[]> } | undefined;
  const counts = (): Promise<RecordCount[]> => {
    if (counted === undefined || nowMs() - counted.atMs > countedForMs) {
      const fresh = { atMs: nowMs(), counts: records.counts() };
      fresh.counts.catch(() => (counted = undefined));
      counted = fresh;
    }
    return counted.counts;
  };
  return async () => {
    const [found, rules, more] = await Promise.all([counts(), retention.list(), others.list()]);
    return [presentEmbedded(found, rules), ...more];
  };
}

function presentEmbedded(counts: readonly RecordCount[], rules: readonly RetentionRow[]): RecordStore {
  return {
    ...{ id: embeddedStore, title: "Hilum", role: "primary" },
    types: counts
      .toSorted((a, b) => (a.type < b.type ? -1 : 1))
      .map((count) => {
        const { label, icon } = faceOf(count.type);
        const keepDays = rules.find(({ type }) => type === count.type)?.keepDays;
        return { ...count, label, icon, ...(keepDays === undefined ? {} : { keepDays }) };
      }),
  };
}
