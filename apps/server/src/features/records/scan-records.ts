import { HilumError } from "@hilum/contract";
import type { ParsedSearch } from "@hilum/contract/search";
import type { RecordOrder, RecordRow, Store } from "@hilum/store";
import { openRow } from "./open-record.ts";
import type { OpenedRecord } from "./records-service.ts";
import type { Sight } from "./sight.ts";

/** Where a scan stands: the store's own place, and the last row that was looked at after it. */
export interface ScanPlace {
  after?: string;
  past?: { seq: number; id: string };
}

export interface Scan {
  records: OpenedRecord[];
  /** Absent when everything was looked at. */
  rest?: ScanPlace;
}

const batchRows = 100;
/** So many candidates are looked at for one answer: it may hold fewer than were asked for, and says where to go on. */
export const scannedMax = 2000;

/**
 * The next records in sight that a search finds, `wanted` at most. The index gives candidates; the opened resource decides, first by
 * what is searched for, then by what the asker may see.
 */
export async function scanRecords(
  records: Pick<Store["records"], "search">,
  parsed: ParsedSearch,
  sight: Sight,
  { wanted, from = {}, limit = scannedMax }: { wanted: number; from?: ScanPlace; limit?: number },
): Promise<Scan> {
  const order = orderOf(parsed);
  const found: OpenedRecord[] = [];
  let place = from;
  let scanned = 0;
  for (;;) {
    const page = await records.search({ ...criteriaOf(parsed, sight), order, limit: batchRows, ...afterOf(place) });
    for (const row of page.rows) {
      if (place.past !== undefined && !comesAfter(row, place.past, order)) continue;
      const record = openRow(row);
      const fits = parsed.matches(record.resource) && (await sight.sees(record));
      if (fits && found.length === wanted) return { records: found, rest: place };
      if (fits) found.push(record);
      place = { ...afterOf(place), past: { seq: row.seq, id: row.id } };
      scanned += 1;
    }
    if (page.next === undefined) return { records: found };
    place = { after: page.next };
    if (scanned >= limit || found.length === wanted) return { records: found, rest: place };
  }
}

const afterOf = ({ after }: ScanPlace): { after?: string } => (after === undefined ? {} : { after });

function criteriaOf(parsed: ParsedSearch, sight: Sight) {
  return {
    type: parsed.type,
    groups: [...parsed.groups, ...sight.groups],
    ...(parsed.ids === undefined ? {} : { ids: parsed.ids }),
    ...(parsed.updatedFrom === undefined ? {} : { updatedFrom: parsed.updatedFrom }),
    ...(parsed.updatedBefore === undefined ? {} : { updatedBefore: parsed.updatedBefore }),
  };
}

/** By a date of the content the store knows no order: then it is newest first, and sorted afterwards. */
function orderOf({ sort }: ParsedSearch): RecordOrder {
  if (sort.parameter === "_id") {
    if (!sort.descending) return "id";
    throw new HilumError("search.invalid", {
      problems: [{ pointer: "/_sort", message: "ids are sorted upwards alone", fix: "Write _sort=_id." }],
    });
  }
  return sort.parameter === "_lastUpdated" && !sort.descending ? "updated" : "-updated";
}

function comesAfter(row: RecordRow, past: { seq: number; id: string }, order: RecordOrder): boolean {
  if (order === "id") return row.id > past.id;
  return order === "updated" ? row.seq > past.seq : row.seq < past.seq;
}
