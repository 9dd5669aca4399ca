import { HilumError } from "@hilum/contract";
import { parseSearch, type ParsedSearch } from "@hilum/contract/search";
import type { RecordSearch } from "@hilum/contract/api";
import type { RecordRow, Records } from "@hilum/store";

/** What the browser asks of a store of records, the embedded one and any other alike. */
export interface RecordSource {
  /** Those that match, newest first. Throws `search.invalid` for a key that the type does not have. */
  search(
    search: Omit<RecordSearch, "store" | "cursor">,
    page: { limit: number; after?: string },
  ): Promise<{ rows: RecordRow[]; next?: string }>;
  /** Which keys records of a type can be looked for by. */
  keys(type: string): SearchKey[];
  find(type: string, id: string, version?: number): Promise<RecordRow | undefined>;
  history(
    type: string,
    id: string,
    page: { limit: number; after?: string },
  ): Promise<{ rows: RecordRow[]; next?: string }>;
}

export type SearchKey = "identifier" | "name" | "patient" | "category" | "from" | "before";

/** Candidates that are looked at for one page. */
const batchRows = 200;
const batchesMax = 10;

export function createEmbeddedSource(records: Pick<Records, "search" | "find" | "history">): RecordSource {
  return {
    async search(search, { limit, after }) {
      const parsed = read(search);
      const rows: RecordRow[] = [];
      let place = after;
      for (let batch = 0; batch < batchesMax; batch++) {
        // Never more candidates than fit, so that the store's own place is where the page ends.
        const page = await records.search({
          ...{
            type: search.type,
            groups: parsed.groups,
            order: "-updated",
            limit: Math.min(batchRows, limit - rows.length),
          },
          ...(search.patient === undefined ? {} : { patient: search.patient }),
          ...(search.from === undefined ? {} : { updatedFrom: search.from }),
          ...(search.before === undefined ? {} : { updatedBefore: search.before }),
          ...(place === undefined ? {} : { after: place }),
        });
        rows.push(
          ...page.rows.filter(({ resource }) => resource !== undefined && parsed.matches(JSON.parse(resource))),
        );
        place = page.next;
        if (place === undefined || rows.length >= limit) break;
      }
      return { rows, ...(place === undefined ? {} : { next: place }) };
    },
    keys: keysOf,
    find: (type, id, version) => records.find(type, id, version),
    history: (type, id, { limit, after }) =>
      records.history({ type, id, limit, ...(after === undefined ? {} : { after }) }),
  };
}

const textKeys = ["identifier", "name", "category"] as const;

function read(search: Pick<RecordSearch, "type" | (typeof textKeys)[number]>): ParsedSearch {
  const pairs = textKeys.flatMap((key): [string, string][] => {
    const value = search[key];
    return value === undefined ? [] : [[key, escaped(value)]];
  });
  return parseSearch(search.type, pairs);
}

/** What a person types is one value: a comma is no OR. */
const escaped = (value: string): string => value.replaceAll(/[\\,$]/g, String.raw`\$&`);

function keysOf(type: string): SearchKey[] {
  const served = textKeys.filter((key) => isServed(type, key));
  return [...served, "patient", "from", "before"];
}

function isServed(type: string, key: string): boolean {
  try {
    parseSearch(type, [[key, "abc"]]);
    return true;
  } catch (error) {
    if (error instanceof HilumError) return false;
    throw error;
  }
}
