import { HilumError, type Context } from "@hilum/contract";
import type { MaskedRecord, RecordSearch } from "@hilum/contract/api";
import type { GuessBudget } from "@hilum/policy";
import { browseRow, embeddedStore } from "./present-record.ts";
import type { RecordSource, SearchKey } from "./record-source.ts";

export interface BrowseParts {
  /** Throws `request.not_found` for a store that is not there. */
  sourceOf(store: string): Promise<RecordSource>;
  /** Counts who looks for many names and numbers: every answer to one, found or not, tells something (threat 51). */
  budget: GuessBudget;
  ref(resource: string, id: string): string;
}

const pageDefault = 50;

export interface BrowsedPage {
  items: MaskedRecord[];
  next?: string;
  keys: SearchKey[];
}

/** Records of one type as rows of a list, masked. */
export async function browseRecords(
  { sourceOf, budget, ref }: BrowseParts,
  context: Context,
  search: RecordSearch,
): Promise<BrowsedPage> {
  const store = search.store ?? embeddedStore;
  const source = await sourceOf(store);
  const told = [search.identifier, search.name].filter((value) => value !== undefined);
  if (told.length > 0) {
    budget.admit(context.actor.id);
    if (search.cursor === undefined) budget.miss(context.actor.id, ref("Search", `${search.type} ${told.join("\n")}`));
  }
  const { rows, next } = await source.search(search, {
    limit: search.limit ?? pageDefault,
    ...(search.cursor === undefined ? {} : { after: search.cursor }),
  });
  return {
    items: rows.map((row) => browseRow(row, store).record),
    ...(next === undefined ? {} : { next }),
    keys: source.keys(search.type),
  };
}

/** What a person may look for while the budget lasts: sixty names and numbers in an hour. */
export const browseLimits = { missesMax: 60, windowMs: 3_600_000 };

export function noRecord(): HilumError {
  return new HilumError("record.not_found", { detail: "There is no such record in this store." });
}
