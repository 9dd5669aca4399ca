import { capabilities, compareVersions, phiClassOf } from "@hilum/contract";
import type { Listing, QueryOf, AnswerOf, OperationOf } from "@hilum/contract/api";
import { judgeQuality } from "@hilum/marketplace";
import type { ListingRow, Store } from "@hilum/store";
import { createWords, fold, type Words } from "./words.ts";
import type { KeptListing } from "./kept-listing.ts";
import { searchListings } from "./search-listings.ts";

export type Query = QueryOf<OperationOf<"searchMarketplace">>;
export type Found = Omit<AnswerOf<OperationOf<"searchMarketplace">>, "behind">;

/** What the catalogue asks of sources: who is asked first, and how they are called. */
export interface SourceOrder {
  id: string;
  title: string;
  precedence: number;
}

/** A plugin at one source, as it is searched. */
export interface Indexed {
  listing: Omit<Listing, "installed" | "update" | "security">;
  /** True where no source that is asked earlier offers the plugin. */
  first: boolean;
  /** Newest first, without those that are offered no more. */
  versions: readonly { version: string; publishedAt: string; security: boolean }[];
  text: string;
  words: readonly string[];
}

export interface Catalogue {
  search(query: Query): Promise<Found>;
  /** Every version of a plugin, of each source in order, newest first. */
  ofPlugin(plugin: string): Promise<OfferedListing[]>;
  /** How many plugins and versions a source offers. */
  counts(source: string): Promise<{ plugins: number; versions: number }>;
}

export interface OfferedListing extends Omit<ListingRow, "document"> {
  title: string;
  listing: KeptListing;
}

export const listingOf = (row: Pick<ListingRow, "document">): KeptListing => row.document as unknown as KeptListing;
export const isOffered = ({ yanked, revoked }: KeptListing): boolean => yanked === undefined && revoked === undefined;

type Parts = {
  store: Pick<Store, "listings" | "plugins">;
  sources(): Promise<readonly SourceOrder[]>;
  now?: () => Date;
};

/** What all sources offer, kept in the store; an index of it is in memory from the first search on, made anew when something changed. */
export function createCatalogue({ store, sources, now = () => new Date() }: Parts): Catalogue {
  let kept: { key: string; index: Index } | undefined;

  async function index(): Promise<Index> {
    const [epoch, order] = await Promise.all([store.listings.epoch(), sources()]);
    const key = JSON.stringify([epoch, order]);
    if (kept?.key !== key) kept = { key, index: buildIndex(await store.listings.list(), order, now()) };
    return kept.index;
  }

  return {
    async search(query) {
      const [{ entries, words }, plugins] = await Promise.all([index(), store.plugins.list()]);
      const installed = new Map(
        plugins.flatMap(({ id, code, version }) =>
          code === "installed" && version !== undefined ? [[id, version] as const] : [],
        ),
      );
      return searchListings(entries, words, installed, query);
    },
    async ofPlugin(plugin) {
      const [rows, order] = await Promise.all([store.listings.ofPlugin(plugin), sources()]);
      return order.toSorted(byPrecedence).flatMap(({ id, title }) =>
        rows
          .filter(({ source }) => source === id)
          .toSorted((one, other) => compareVersions(other.version, one.version))
          .map(({ document, ...row }) => ({ ...row, title, listing: listingOf({ document }) })),
      );
    },
    async counts(source) {
      const { counts } = await index();
      return counts.get(source) ?? { plugins: 0, versions: 0 };
    },
  };
}

export const byPrecedence = (one: SourceOrder, other: SourceOrder): number =>
  one.precedence - other.precedence || one.id.localeCompare(other.id);

interface Index {
  entries: readonly Indexed[];
  words: Words;
  counts: ReadonlyMap<string, { plugins: number; versions: number }>;
}

function buildIndex(rows: readonly ListingRow[], order: readonly SourceOrder[], now: Date): Index {
  const byPlugin = new Map<string, ListingRow[]>();
  const counts = new Map<string, { plugins: number; versions: number }>();
  for (const row of rows) {
    const key = `${row.source} ${row.plugin}`;
    const known = byPlugin.get(key);
    if (known === undefined) byPlugin.set(key, [row]);
    else known.push(row);
    const count = counts.get(row.source) ?? { plugins: 0, versions: 0 };
    counts.set(row.source, {
      plugins: count.plugins + (known === undefined ? 1 : 0),
      versions: count.versions + 1,
    });
  }
  const seen = new Set<string>();
  const entries: Indexed[] = [];
  for (const source of order.toSorted(byPrecedence))
    for (const [key, versions] of byPlugin) {
      if (!key.startsWith(`${source.id} `)) continue;
      const plugin = versions[0]?.plugin ?? "";
      const entry = indexPlugin(source, versions, !seen.has(plugin), now);
      if (entry === undefined) continue;
      seen.add(plugin);
      entries.push(entry);
    }
  return { entries, counts, words: createWords(entries.flatMap((entry) => entry.words)) };
}

function indexPlugin(source: SourceOrder, rows: readonly ListingRow[], first: boolean, now: Date): Indexed | undefined {
  const offered = rows
    .filter((row) => isOffered(listingOf(row)))
    .toSorted((one, other) => compareVersions(other.version, one.version));
  const [newest] = offered;
  if (newest === undefined) return undefined;
  const listing = listingOf(newest);
  const { manifest, publisher, publishedAt, deprecated } = listing;
  const firstPublishedAt = rows.map((row) => listingOf(row).publishedAt).toSorted()[0] ?? publishedAt;
  const { level: quality } = judgeQuality({ listing, digest: newest.digest, publisher, firstPublishedAt, now });
  const { name, description = "", license } = manifest;
  const titles = manifest.capabilities.map((id) => ({ name: id, title: capabilities[id].title }));
  const text = fold([name, manifest.id, description, publisher, ...titles.map(({ title }) => title)].join(" "));
  return {
    listing: {
      ...{ plugin: manifest.id, name, description, publisher, version: newest.version, publishedAt, quality },
      source: { id: source.id, title: source.title },
      ...{ capabilities: titles, phi: phiClassOf(manifest) },
      ...(license === undefined ? {} : { license }),
      ...(deprecated === undefined ? {} : { deprecated }),
    },
    first,
    versions: offered.map((row) => {
      const { publishedAt: at, security } = listingOf(row);
      return { version: row.version, publishedAt: at, security };
    }),
    text: ` ${text}`,
    words: fold(name).split(" "),
  };
}
