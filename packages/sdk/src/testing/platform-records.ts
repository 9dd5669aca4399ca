import {
  HilumError,
  type ContentInfo,
  type RecordCreate,
  type RecordDelete,
  type RecordRead,
  type RecordResult,
  type RecordSearch,
  type RecordSearchResult,
  type RecordUpdate,
  type WireResource,
} from "@hilum/contract";
import { parseSearch, sortKeyOf, type ParsedSearch } from "@hilum/contract/search";
import { bytesOf } from "@hilum/contract/wire";
import type { Criteria, RowRules } from "@hilum/policy";

/** The records of the platform that the test stands for: versioned, searched by the platform's own rules, seen row by row. */
export interface PlatformRecords {
  create(rows: RowRules, asked: RecordCreate): RecordResult;
  read(rows: RowRules, asked: RecordRead): RecordResult;
  update(rows: RowRules, asked: RecordUpdate): RecordResult;
  delete(rows: RowRules, asked: RecordDelete): void;
  search(rows: RowRules, asked: RecordSearch & { bytesMax: number }): RecordSearchResult;
  /** Current versions, in the order in which they were written. */
  current(): WireResource[];
}

interface Version {
  resource: WireResource;
  content?: ContentInfo;
  deleted: boolean;
}

export function createPlatformRecords(seeds: readonly WireResource[], now: () => Date): PlatformRecords {
  const records = new Map<string, Version[]>();
  let made = 0;
  for (const seed of seeds) write({ ...seed, id: seed.id ?? nextId() });

  return {
    create(rows, { resource, ifNoneExist, content }) {
      if (ifNoneExist !== undefined) {
        const found = matching(rows, resource.resourceType, ifNoneExist);
        if (found.length > 1) throw conflict("Several records match");
        const [only] = found;
        if (only !== undefined) return resultOf(only);
      }
      return resultOf(write(reached(rows, { ...resource, id: nextId() }), content));
    },
    read(rows, { type, id, version }) {
      const versions = versionsOf(rows, type, id);
      const current = versions.at(-1);
      const wanted =
        version === undefined ? current : versions.find(({ resource }) => resource.meta?.versionId === version);
      if (wanted === undefined) throw new HilumError("record.not_found");
      if (wanted.deleted) throw new HilumError("record.gone");
      if (!meets(rows, wanted.resource)) throw new HilumError("record.not_found");
      return resultOf(wanted);
    },
    update(rows, { resource, ifMatch, content }) {
      const current = versionsOf(rows, resource.resourceType, resource.id ?? "").at(-1);
      if (current === undefined) throw new HilumError("record.not_found");
      if (current.deleted) throw new HilumError("record.gone");
      if (ifMatch !== undefined && ifMatch !== current.resource.meta?.versionId)
        throw conflict("It was changed since it was read");
      return resultOf(write(reached(rows, resource), content));
    },
    delete(rows, { type, id }) {
      const versions = versionsOf(rows, type, id);
      const current = versions.at(-1);
      if (current === undefined) throw new HilumError("record.not_found");
      if (!current.deleted) write(current.resource, undefined, true);
    },
    search(rows, { type, query, count, cursor, bytesMax }) {
      const found = matching(rows, type, query).map(({ resource }) => resource);
      const from = cursor === undefined ? 0 : placeOf(cursor);
      const resources: WireResource[] = [];
      let bytes = 0;
      for (const resource of found.slice(from, from + count)) {
        bytes += bytesOf(resource);
        if (bytes > bytesMax && resources.length > 0) break;
        resources.push(resource);
      }
      const end = from + resources.length;
      return { resources, total: found.length, ...(end < found.length ? { next: `after-${end}` } : {}) };
    },
    current: () =>
      [...records.values()].flatMap((versions) => {
        const version = versions.at(-1);
        return version === undefined || version.deleted ? [] : [version.resource];
      }),
  };

  function nextId(): string {
    made += 1;
    return `record-${made}`;
  }

  function write(resource: WireResource, content?: ContentInfo, deleted = false): Version {
    const key = `${resource.resourceType}/${resource.id}`;
    const versions = records.get(key) ?? [];
    const meta = {
      ...resource.meta,
      versionId: String(versions.length + 1),
      lastUpdated: now().toISOString(),
    };
    const version = { resource: { ...resource, meta }, deleted, ...(content === undefined ? {} : { content }) };
    records.delete(key);
    records.set(key, [...versions, version]);
    return version;
  }

  /** What the grants do not reach is not there, whether or not it is. */
  function versionsOf(rows: RowRules, type: string, id: string): readonly Version[] {
    const versions = records.get(`${type}/${id}`) ?? [];
    const current = versions.at(-1);
    return current !== undefined && meets(rows, current.resource) ? versions : [];
  }

  /** Newest first, as the platform orders where nothing is said. */
  function matching(rows: RowRules, type: string, query: RecordSearch["query"]): Version[] {
    const search = parseSearch(type, query);
    const versions = [...records.values()].flatMap((all) => all.slice(-1)).toReversed();
    const found = versions.filter(
      ({ resource, deleted }) => !deleted && search.matches(resource) && meets(rows, resource),
    );
    return sorted(found, search);
  }
}

const resultOf = ({ resource, content }: Version): RecordResult => ({
  resource,
  ...(content === undefined ? {} : { content }),
});

/** What is written must be what the grants reach, too. */
function reached(rows: RowRules, resource: WireResource): WireResource {
  if (!meets(rows, resource))
    throw new HilumError("policy.denied", { detail: "The record lies outside of what was granted" });
  return resource;
}

function meets(rows: RowRules, resource: WireResource): boolean {
  const matches = (criteria: Criteria): boolean =>
    criteria.length === 0 || parseSearch(resource.resourceType, criteria).matches(resource);
  return rows.some(({ all, none }) => matches(all) && !none.some(matches));
}

function sorted(versions: readonly Version[], { sort: { parameter, descending } }: ParsedSearch): Version[] {
  const direction = descending ? -1 : 1;
  // Those of one moment stay in the order in which they are: newest first. What has no such date comes last.
  if (parameter === "_id")
    return versions.toSorted((a, b) => direction * (a.resource.id ?? "").localeCompare(b.resource.id ?? ""));
  const keyOf = ({ resource }: Version): number =>
    sortKeyOf(resource, parameter, descending) ?? direction * Number.MAX_SAFE_INTEGER;
  return versions.toSorted((a, b) => direction * (keyOf(a) - keyOf(b)));
}

function placeOf(cursor: string): number {
  const [, place] = /^after-(\d{1,9})$/.exec(cursor) ?? [];
  if (place === undefined)
    throw new HilumError("search.invalid", { problems: [{ pointer: "/cursor", message: "it is not from a search" }] });
  return Number(place);
}

const conflict = (detail: string): HilumError => new HilumError("record.conflict", { detail });
