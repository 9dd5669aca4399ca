import { HilumError } from "@hilum/contract";
import { parseSearch, sortKeyOf, type ParsedSearch } from "@hilum/contract/search";
import { requireCarried } from "./carried-types.ts";
import type { CursorContent } from "./cursor.ts";
import { includeRecords } from "./include-records.ts";
import { noteGuess, type GuessParts } from "./note-guess.ts";
import type { ReadParts } from "./read-records.ts";
import type { Asker, OpenedRecord, RecordPage, RecordsService, SearchPairs } from "./records-service.ts";
import { linkedMax, resolveChains } from "./resolve-chains.ts";
import { scanRecords, type ScanPlace } from "./scan-records.ts";
import { disclosed, sightOf, type Sight } from "./sight.ts";

export interface SearchParts extends ReadParts, GuessParts {
  /** Address of the FHIR API here: references that begin with it are ours. */
  baseUrl(): string;
}

/** Candidates that are looked at to tell how many match. */
const countedMax = 20_000;
/** Matches that are sorted by a date of their content. */
const sortedMax = 2000;
const pageMax = 200;

interface Asked {
  parsed: ParsedSearch;
  query: SearchPairs;
  from: ScanPlace;
  /** Of a search that is sorted here: how many were given out before. */
  skip: number;
}

export function createRecordSearch(parts: SearchParts): Pick<RecordsService, "search"> {
  return {
    async search(asker, { type, query, cursor }) {
      const sight = sightOf(asker, requireCarried(type), "s", parts);
      const { actor } = asker.context;
      parts.guesses.admit(actor.id);
      const asked = await readAsked(asker, parts, type, query, cursor);
      if (asked === undefined) return nothing(parts, asker, type, query);
      if (asked.parsed.summary === "count" || asked.parsed.count === 0)
        return await countOnly(asker, parts, asked, sight);
      const seal = (place: object): string =>
        parts.cursors.seal(actor, placeOf(type), { query: asked.query, ...place });
      const page = isSortedHere(asked.parsed) ? await sorted(parts, asked, sight) : await inOrder(parts, asked, sight);
      const records = await disclosed(asker, page.records, parts);
      if (records.length === 0 && page.next === undefined && cursor === undefined) noteGuess(parts, asker, type, query);
      const whole = cursor === undefined && page.next === undefined;
      const total = whole ? records.length : await totalOf(asker, parts, asked, sight);
      return {
        records,
        included: await includeRecords(asker, asked.parsed, records, parts),
        ...(total === undefined ? {} : { total }),
        wanted: asked.query,
        self: seal({ from: asked.from, skip: asked.skip }),
        ...(page.next === undefined ? {} : { next: seal(page.next) }),
      };
    },
  };
}

const placeOf = (type: string): string => `search ${type}`;

/** What a search answers whose chain leads nowhere: it costs a guess like any other that finds nothing. */
function nothing(parts: SearchParts, asker: Asker, type: string, query: SearchPairs): RecordPage {
  noteGuess(parts, asker, type, query);
  return { records: [], included: [], total: 0, wanted: query };
}

/** Undefined where a chain leads nowhere. */
async function readAsked(
  asker: Asker,
  parts: SearchParts,
  type: string,
  given: SearchPairs,
  cursor?: string,
): Promise<Asked | undefined> {
  const kept: CursorContent =
    cursor === undefined ? {} : parts.cursors.open(asker.context.actor, placeOf(type), cursor, asker.context.now());
  const query = cursor === undefined ? given : (kept["query"] as SearchPairs);
  const plain = await resolveChains(asker, type, query, parts);
  if (plain === undefined) return undefined;
  const limits = { countMax: pageMax, baseUrl: parts.baseUrl(), ...(plain === query ? {} : { valuesMax: linkedMax }) };
  const parsed = parseSearch(type, plain, limits);
  return { parsed, query, from: (kept["from"] as ScanPlace | undefined) ?? {}, skip: Number(kept["skip"] ?? 0) };
}

interface Found {
  records: readonly OpenedRecord[];
  next?: { from: ScanPlace } | { skip: number };
}

async function inOrder({ records }: SearchParts, { parsed, from }: Asked, sight: Sight): Promise<Found> {
  const scan = await scanRecords(records, parsed, sight, { wanted: parsed.count, from });
  return { records: scan.records, ...(scan.rest === undefined ? {} : { next: { from: scan.rest } }) };
}

const isSortedHere = ({ sort }: ParsedSearch): boolean => sort.parameter !== "_lastUpdated" && sort.parameter !== "_id";

/** The store knows no order by a date of the content: all matches are opened and sorted, as long as they are not too many. */
async function sorted({ records }: SearchParts, { parsed, skip }: Asked, sight: Sight): Promise<Found> {
  const scan = await scanRecords(records, parsed, sight, { wanted: sortedMax, limit: countedMax });
  if (scan.rest !== undefined)
    throw new HilumError("search.invalid", {
      problems: [
        {
          pointer: "/_sort",
          message: `more than ${sortedMax} records would have to be sorted`,
          fix: "Search for fewer, for instance those of one patient, or sort by _lastUpdated.",
        },
      ],
    });
  const { parameter, descending } = parsed.sort;
  const last = Number.MAX_SAFE_INTEGER;
  const keyed = scan.records.map((record) => {
    const moment = sortKeyOf(record.resource, parameter, descending);
    return { record, key: moment === undefined ? last : descending ? -moment : moment };
  });
  keyed.sort((a, b) => a.key - b.key);
  const end = skip + parsed.count;
  return {
    records: keyed.slice(skip, end).map(({ record }) => record),
    ...(end < keyed.length ? { next: { skip: end } } : {}),
  };
}

async function countOnly(asker: Asker, parts: SearchParts, asked: Asked, sight: Sight): Promise<RecordPage> {
  const total = await countOf(asker, parts, asked, sight);
  if (total === undefined)
    throw new HilumError("search.invalid", {
      problems: [
        {
          pointer: "/_summary",
          message: `more than ${countedMax} records would have to be looked at`,
          fix: "Search for fewer.",
        },
      ],
    });
  if (total === 0) noteGuess(parts, asker, asked.parsed.type, asked.query);
  return { records: [], included: [], total };
}

const totalOf = async (asker: Asker, parts: SearchParts, asked: Asked, sight: Sight): Promise<number | undefined> =>
  asked.parsed.total === "accurate" ? await countOf(asker, parts, asked, sight) : undefined;

/** How many match, of what the asker sees and may have; undefined where that would mean looking at too many. */
async function countOf(asker: Asker, parts: SearchParts, { parsed }: Asked, sight: Sight): Promise<number | undefined> {
  const scan = await scanRecords(parts.records, parsed, sight, { wanted: countedMax, limit: countedMax });
  if (scan.rest !== undefined) return undefined;
  return (await disclosed(asker, scan.records, parts, "count")).length;
}
