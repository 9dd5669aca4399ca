import { HilumError, isHilumError } from "@hilum/contract";
import { parseChain, parseSearch, referencesOf, type SearchChain } from "@hilum/contract/search";
import { isCarried } from "./carried-types.ts";
import { nameOf } from "./open-record.ts";
import type { ReadParts } from "./read-records.ts";
import { denied } from "./reach.ts";
import type { Asker, OpenedRecord, SearchPairs } from "./records-service.ts";
import { scanRecords } from "./scan-records.ts";
import { disclosed, sightIfAny, sightOf, type Sight } from "./sight.ts";

/** Records that stand in between: through more than these no search goes. */
export const linkedMax = 500;

/**
 * A search with each chain replaced by the references, or the ids, that it leads to (the very search where there is none); undefined where one leads nowhere, and so nothing can match.
 * What stands in between is searched by the asker's own right and consents, as if it were asked for: a chain tells no more than two searches.
 * Throws `search.invalid`, and `record.denied` where the asker may search none of the records in between.
 */
export async function resolveChains(
  asker: Asker,
  type: string,
  query: SearchPairs,
  parts: ReadParts,
): Promise<SearchPairs | undefined> {
  const chains = query.map((pair) => parseChain(type, pair));
  if (chains.every((chain) => chain === undefined)) return query;
  // What else is wrong with the search is said whether or not a chain leads anywhere.
  parseSearch(
    type,
    query.filter((_, at) => chains[at] === undefined),
  );
  const resolved: (readonly [string, string])[] = [];
  for (const [at, pair] of query.entries()) {
    const chain = chains[at];
    const plain = chain === undefined ? pair : await resolve(asker, type, chain, pair[0], parts);
    if (plain === undefined) return undefined;
    resolved.push(plain);
  }
  return resolved;
}

async function resolve(
  asker: Asker,
  type: string,
  chain: SearchChain,
  name: string,
  parts: ReadParts,
): Promise<readonly [string, string] | undefined> {
  const linked: OpenedRecord[] = [];
  for (const [other, sight] of sightsOf(asker, chain, parts))
    linked.push(...(await search(asker, other, sight, chain, name, parts)));
  if (linked.length > linkedMax) throw tooMany(name);
  const found =
    chain.direction === "forward"
      ? linked.map(nameOf)
      : linked
          .flatMap(({ resource }) => referencesOf(resource, chain.parameter, type))
          .map((reference) => reference.slice(type.length + 1));
  if (found.length === 0) return undefined;
  return [chain.direction === "forward" ? chain.parameter : "_id", [...new Set(found)].join(",")];
}

/** A type that the caller names must be open to the asker; of several that are meant, those that are. */
function sightsOf(asker: Asker, { types, named }: SearchChain, parts: ReadParts): [string, Sight][] {
  const carried = types.filter(isCarried);
  const [only] = carried;
  if (named && only !== undefined) return [[only, sightOf(asker, only, "s", parts)]];
  const open = carried.flatMap((type): [string, Sight][] => {
    const sight = sightIfAny(asker, type, "s", parts);
    return sight === undefined ? [] : [[type, sight]];
  });
  if (open.length === 0 && only !== undefined) throw denied(only, "s");
  return open;
}

async function search(
  asker: Asker,
  type: string,
  sight: Sight,
  { pair }: SearchChain,
  name: string,
  parts: ReadParts,
): Promise<OpenedRecord[]> {
  const parsed = parseLast(type, pair, name);
  const scan = await scanRecords(parts.records, parsed, sight, { wanted: linkedMax });
  if (scan.rest !== undefined) throw tooMany(name);
  return await disclosed(asker, scan.records, parts, "count");
}

/** What is wrong with the end of a chain is said of the whole parameter, as the caller wrote it. */
function parseLast(type: string, pair: readonly [string, string], name: string) {
  try {
    return parseSearch(type, [pair]);
  } catch (error) {
    if (!isHilumError(error)) throw error;
    throw new HilumError(error.code, {
      detail: error.detail,
      problems: error.problems.map((problem) => ({ ...problem, pointer: `/query/${name}` })),
      cause: error,
    });
  }
}

const tooMany = (name: string): HilumError =>
  new HilumError("search.invalid", {
    problems: [
      {
        pointer: `/query/${name}`,
        message: `It goes through more than ${linkedMax} records, or has to look at too many to tell`,
        fix: "Ask for fewer, for instance by an identifier.",
      },
    ],
  });
