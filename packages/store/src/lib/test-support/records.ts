import type { RecordRow, RecordSearch, RecordWrite } from "../ports/records.ts";
import type { Store } from "../ports/store.ts";
import { newId } from "./databases.ts";

export const recordTime = "2026-03-02T08:00:00.000Z";

/** A write of a synthetic record: `fields` are put into the resource, `change` into the write. */
export function newRecord(change: Partial<RecordWrite> & { fields?: object } = {}): RecordWrite {
  const { fields, ...write } = change;
  const { type = "Observation", id = newId(), expected = 0, at = recordTime } = change;
  const resource = {
    resourceType: type,
    id,
    meta: { versionId: String(expected + 1), lastUpdated: at },
    ...fields,
  };
  return {
    ...{ type, id, expected, at },
    ...{ by: "user:ana", terms: [], patients: [], resource: JSON.stringify(resource) },
    ...write,
  };
}

export function newPatient(id: string, change: Partial<RecordWrite> & { fields?: object } = {}): RecordWrite {
  return newRecord({ type: "Patient", id, patients: [id], ...change });
}

export function deletionOf({ type, id, patients }: RecordWrite, expected: number, at = recordTime): RecordWrite {
  return { type, id, expected, at, by: "user:ana", terms: [], patients };
}

/** Ids of all pages. */
export async function searchIds(store: Store, search: Partial<RecordSearch>): Promise<string[]> {
  const ids: string[] = [];
  let after: string | undefined;
  do {
    const page = await store.records.search({
      ...{ type: "Observation", groups: [], limit: 100 },
      ...search,
      ...(after === undefined ? {} : { after }),
    });
    ids.push(...page.rows.map(({ id }) => id));
    after = page.next;
  } while (after !== undefined);
  return ids;
}

export async function allChanges(store: Store, from = 0): Promise<RecordRow[]> {
  const rows: RecordRow[] = [];
  for (;;) {
    const page = await store.records.changes(rows.at(-1)?.seq ?? from, 500);
    if (page.length === 0) return rows;
    rows.push(...page);
  }
}

/** Cuts into lists of at most `size`. */
export function* batchesOf<T>(items: readonly T[], size: number): Generator<T[]> {
  for (let start = 0; start < items.length; start += size) yield items.slice(start, start + size);
}

const bundleSize = 6;

/** A patient and what is about that patient: version 1 of each, found by the bundle's name. */
export function bundleOf(name: string, expected = 0): RecordWrite[] {
  const about = { patients: [name], terms: [`bundle|${name}`, `version|${expected + 1}`], expected };
  return Array.from({ length: bundleSize }, (_, index) =>
    newRecord({ ...about, type: index === 0 ? "Patient" : "Observation", id: index === 0 ? name : `${name}-${index}` }),
  );
}

/** Version 2 of each. */
export function updatesOf(name: string): RecordWrite[] {
  return bundleOf(name, 1);
}
