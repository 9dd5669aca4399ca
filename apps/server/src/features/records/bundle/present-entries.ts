import { narrowResource, parseSearch } from "@hilum/contract/search";
import type { OpenedRecord, RecordPage, Resource, SearchPairs, WrittenRecord } from "../records-service.ts";
import { withoutStoredContent } from "../stored-content.ts";

/** What a write answers with (R4 section 3.1.0.1.5). */
export type Returning = "minimal" | "representation" | "OperationOutcome";

export const eTagOf = (version: number): string => `W/"${version}"`;
export const locationOf = ({ type, id, version }: OpenedRecord): string => `${type}/${id}/_history/${version}`;

const responseOf = (status: string, record: OpenedRecord) => ({
  status,
  etag: eTagOf(record.version),
  lastModified: record.at,
});

/** An entry of an answer to a batch or a transaction, after a write. */
export function presentWritten({ record, outcome, mayRead }: WrittenRecord, returning: Returning): object {
  const deleted = record.resource === undefined;
  const status = deleted ? "204 No Content" : outcome === "created" ? "201 Created" : "200 OK";
  return {
    ...(deleted || !mayRead || returning !== "representation" ? {} : { resource: presentResource(record) }),
    response: { ...responseOf(status, record), ...(deleted ? {} : { location: locationOf(record) }) },
  };
}

export const presentRead = (record: OpenedRecord): object => ({
  resource: presentResource(record),
  response: responseOf("200 OK", record),
});

export const presentPage = (page: RecordPage, kind: "searchset" | "history", query: SearchPairs): object => ({
  resource: presentBundle(page, kind, { query }),
  response: { status: "200 OK" },
});

/** The resource as it is given out. */
export function presentResource({ resource }: OpenedRecord): Resource {
  if (resource === undefined) throw new Error("a deleted record has no resource");
  return withoutStoredContent(resource);
}

export interface BundleLinks {
  /** What was searched for, for what of each resource is wanted. */
  query: SearchPairs;
  /** Address of the FHIR API; without it the entries have no `fullUrl`. */
  base?: string;
  self?: string;
  next?: string;
}

/** A page as FHIR's bundle. Its links are made by the caller: none says what was searched for. */
export function presentBundle(page: RecordPage, kind: "searchset" | "history", links: BundleLinks): Resource {
  const { base = "", self, next } = links;
  const link = [
    ...(self === undefined ? [] : [{ relation: "self", url: self }]),
    ...(next === undefined ? [] : [{ relation: "next", url: next }]),
  ];
  const entries =
    kind === "history"
      ? page.records.map((record) => presentVersion(record, base))
      : [
          ...page.records.map((record) => presentFound(record, "match", base, links.query)),
          ...page.included.map((record) => presentFound(record, "include", base, links.query)),
        ];
  return {
    resourceType: "Bundle",
    type: kind,
    ...(page.total === undefined ? {} : { total: page.total }),
    ...(link.length === 0 ? {} : { link }),
    ...(entries.length === 0 ? {} : { entry: entries }),
  };
}

const fullUrlOf = ({ type, id }: OpenedRecord, base: string): { fullUrl?: string } =>
  base === "" ? {} : { fullUrl: `${base}/${type}/${id}` };

function presentFound(record: OpenedRecord, mode: "match" | "include", base: string, query: SearchPairs): object {
  const resource = presentResource(record);
  return {
    ...fullUrlOf(record, base),
    resource: mode === "match" ? narrowed(resource, query) : resource,
    search: { mode },
  };
}

function narrowed(resource: Resource, query: SearchPairs): Resource {
  const wanted = query.filter(([name]) => name === "_summary" || name === "_elements");
  return wanted.length === 0 ? resource : narrowResource(resource, parseSearch(resource.resourceType, wanted));
}

function presentVersion(record: OpenedRecord, base: string): object {
  const deleted = record.resource === undefined;
  const method = deleted ? "DELETE" : record.version === 1 ? "POST" : "PUT";
  const status = deleted ? "204" : record.version === 1 ? "201" : "200";
  return {
    ...fullUrlOf(record, base),
    ...(deleted ? {} : { resource: presentResource(record) }),
    request: { method, url: method === "POST" ? record.type : `${record.type}/${record.id}` },
    response: responseOf(status, record),
  };
}

export const batchAnswer = (kind: "batch" | "transaction", entry: readonly object[]): Resource => ({
  resourceType: "Bundle",
  type: `${kind}-response`,
  ...(entry.length === 0 ? {} : { entry }),
});
