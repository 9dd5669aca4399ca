import { compareVersions } from "@hilum/contract";
import { qualityLevels, type Listing } from "@hilum/contract/api";
import type { Found, Indexed, Query } from "./catalogue.ts";
import { fold, type Words } from "./words.ts";

const facetNames = ["capability", "publisher", "source", "license", "phi", "quality", "state"] as const;
type FacetName = (typeof facetNames)[number];
type Facets = Record<FacetName, Map<string, { title: string; count: number }>>;
const pageDefault = 30;
/** Values of one facet that are shown. */
const valuesMax = 50;

interface Matched {
  entry: Indexed;
  score: number;
  installed: string | undefined;
  update: string | undefined;
}

/** One pass over everything: what fails no filter is found, what fails one alone is counted in that one's facet. */
export function searchListings(
  entries: readonly Indexed[],
  words: Words,
  installed: ReadonlyMap<string, string>,
  query: Query,
): Found {
  const wanted = fold(query.q ?? "")
    .split(" ")
    .filter((word) => word !== "");
  const facets = Object.fromEntries(facetNames.map((name) => [name, new Map()])) as Facets;
  const found: Matched[] = [];
  for (const entry of entries) {
    const score = scoreOf(entry, wanted);
    if (score === 0) continue;
    const version = installed.get(entry.listing.plugin);
    const newest = entry.versions[0]?.version ?? "";
    const update = version !== undefined && compareVersions(newest, version) > 0 ? newest : undefined;
    const matched = { entry, score, installed: version, update };
    // One row for a plugin, that of the source that is asked first, unless another source is looked at.
    const missed = missedFilters(matched, query);
    if (missed.length === 0) found.push(matched);
    for (const name of facetNames) if (missed.every((one) => one === name)) count(facets, name, matched, query);
  }
  const { items, next } = page(found.toSorted(orderOf(query)), query);
  const suggestion = found.length === 0 ? suggest(wanted, words) : undefined;
  return {
    items,
    total: found.length,
    facets: Object.fromEntries(facetNames.map((name) => [name, values(facets[name])])) as Found["facets"],
    ...(next === undefined ? {} : { next }),
    ...(suggestion === undefined ? {} : { suggestion }),
  };
}

/** 0: a word is nowhere. A name that begins with it counts most. */
function scoreOf({ text, words }: Indexed, wanted: readonly string[]): number {
  let score = 1;
  for (const word of wanted) {
    if (!text.includes(word)) return 0;
    if (words.includes(word)) score += 8;
    else if (words.some((one) => one.startsWith(word))) score += 4;
    else if (text.includes(` ${word}`)) score += 2;
  }
  return score;
}

function missedFilters({ entry, installed, update }: Matched, query: Query): (FacetName | "other")[] {
  const { listing, first } = entry;
  const missed: (FacetName | "other")[] = [];
  const demand = (name: FacetName, holds: boolean): void => {
    if (!holds) missed.push(name);
  };
  demand("source", query.source === undefined ? first : query.source === listing.source.id);
  if (query.capability !== undefined)
    demand(
      "capability",
      listing.capabilities.some(({ name }) => name === query.capability),
    );
  if (query.publisher !== undefined) demand("publisher", query.publisher === listing.publisher);
  if (query.license !== undefined) demand("license", query.license === listing.license);
  if (query.phi !== undefined) demand("phi", query.phi === listing.phi);
  if (query.quality !== undefined) demand("quality", rank(listing) >= qualityLevels.indexOf(query.quality));
  if (query.state === "installed") demand("state", installed !== undefined);
  if (query.state === "update") demand("state", update !== undefined);
  return missed;
}

const rank = ({ quality }: Pick<Listing, "quality">): number => qualityLevels.indexOf(quality);

function count(facets: Facets, name: FacetName, { entry, installed, update }: Matched, query: Query): void {
  const { listing, first } = entry;
  const add = (value: string, title = value): void => {
    const known = facets[name].get(value);
    if (known === undefined) facets[name].set(value, { title, count: 1 });
    else known.count += 1;
  };
  if (name === "source") return add(listing.source.id, listing.source.title);
  // What another source offers too is counted once.
  if (query.source === undefined && !first) return;
  if (name === "capability") for (const one of listing.capabilities) add(one.name, one.title);
  else if (name === "state") {
    if (installed !== undefined) add("installed", "Installed");
    if (update !== undefined) add("update", "Update available");
  } else if (name === "license") {
    if (listing.license !== undefined) add(listing.license);
  } else add(listing[name]);
}

const values = (facet: Facets[FacetName]): Found["facets"]["source"] =>
  [...facet]
    .map(([value, { title, count: many }]) => ({ value, title, count: many }))
    .toSorted((one, other) => other.count - one.count || one.title.localeCompare(other.title))
    .slice(0, valuesMax);

function orderOf({
  q,
  sort = q === undefined ? "name" : "relevance",
}: Query): (one: Matched, other: Matched) => number {
  const byName = (one: Matched, other: Matched): number =>
    compareText(one.entry.listing.name, other.entry.listing.name) ||
    compareText(one.entry.listing.plugin, other.entry.listing.plugin);
  if (sort === "name") return byName;
  if (sort === "newest")
    return (one, other) =>
      compareText(other.entry.listing.publishedAt, one.entry.listing.publishedAt) || byName(one, other);
  if (sort === "quality")
    return (one, other) => rank(other.entry.listing) - rank(one.entry.listing) || byName(one, other);
  return (one, other) =>
    other.score - one.score || rank(other.entry.listing) - rank(one.entry.listing) || byName(one, other);
}

/** Ten times as fast as by a language's rules; names of plugins are few words. */
const compareText = (one: string, other: string): number => (one < other ? -1 : Number(one > other));

function page(found: readonly Matched[], { cursor, limit = pageDefault }: Query): Pick<Found, "items" | "next"> {
  const from = Math.max(0, Number.parseInt(cursor ?? "0", 10) || 0);
  const items = found.slice(from, from + limit).map(present);
  return from + limit < found.length ? { items, next: String(from + limit) } : { items };
}

function present({ entry: { listing, versions }, installed, update }: Matched): Listing {
  const mends = versions.some(
    ({ version, security }) => security && installed !== undefined && compareVersions(version, installed) > 0,
  );
  return {
    ...listing,
    security: mends,
    ...(installed === undefined ? {} : { installed }),
    ...(update === undefined ? {} : { update }),
  };
}

function suggest(wanted: readonly string[], words: Words): string | undefined {
  const better = wanted.map((word) => words.nearest(word) ?? word);
  return better.some((word, at) => word !== wanted[at]) ? better.join(" ") : undefined;
}
