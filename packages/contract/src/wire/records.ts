/**
 * Records on the wire. The same five methods go both ways: a plugin with `store_records` answers them to the host, and the
 * host answers them to a plugin that was granted a data scope. `docs/reference/protocol.md`, "Records", is their page.
 */
import type { CanonicalType } from "../fhir/canonical-types.ts";

/** A FHIR R4 resource as it crosses the wire. Judged by the validator of `@hilum/contract/fhir`, not by its type here. */
export interface WireResource {
  resourceType: CanonicalType;
  /** Absent from a record that is yet to be created. */
  id?: string;
  meta?: { versionId?: string; lastUpdated?: string; [member: string]: unknown };
  [member: string]: unknown;
}

/**
 * Bytes of a record that its frame does not carry: those of a Binary, or of an attachment that is too large for a frame.
 * Who hands a record over writes or holds the bytes first; who gets it reads them with `blobs.read`.
 */
export interface ContentInfo {
  id: string;
  /** Bytes. */
  size: number;
  contentType: string;
}

/** Search parameters in their order, repeats and modifiers as in a FHIR query: `["birthdate", "ge1970"]`. */
export type SearchQuery = readonly (readonly [name: string, value: string])[];

/**
 * Keeps a new record. A store keeps it under the id and version that it carries, and takes the same version again without
 * harm; the platform gives an id of its own. Fails with `record.invalid`, `record.conflict` (the id is taken), `record.too_large`.
 */
export interface RecordCreate {
  resource: WireResource;
  /** Nothing is created where one record matches, and that one is answered (FHIR R4 3.1.0.8.1). Several: `record.conflict`. */
  ifNoneExist?: SearchQuery;
  content?: ContentInfo;
}

/** Fails with `record.not_found`, or `record.gone` where it is known to have been deleted. */
export interface RecordRead {
  type: CanonicalType;
  id: string;
  /** Without it, the current one. */
  version?: string;
}

/** Replaces a record that is there; never creates one. Fails as create and read do. */
export interface RecordUpdate {
  resource: WireResource;
  /** The version that must be the current one, else `record.conflict`. */
  ifMatch?: string;
  content?: ContentInfo;
}

/** A record that was deleted before may be deleted again; one that never was is `record.not_found`. */
export interface RecordDelete {
  type: CanonicalType;
  id: string;
}

/** Fails with `search.invalid`, which names the parameter that is not served. Every store serves `_id` and `identifier`. */
export interface RecordSearch {
  type: CanonicalType;
  query: SearchQuery;
  /** Most resources of one answer; fewer come where more would not fit into a frame. */
  count: number;
  /** `next` of the answer before, with the same type and query. */
  cursor?: string;
}

export interface RecordResult {
  resource: WireResource;
  content?: ContentInfo;
}

export interface RecordSearchResult {
  resources: WireResource[];
  /** There are more: hand it back as `cursor`. Opaque, and without anything of a patient. */
  next?: string;
  /** How many match in all, where it is known. */
  total?: number;
}

/** Adds bytes to a blob of the call in hand. The first chunk names no `id`; each further one names that of the answer. */
export interface BlobWriteParams {
  call: string;
  id?: string;
  /** At most `blobChunkBytesMax` bytes, as base64. */
  base64: string;
  /** The blob is whole. It is dropped when the call ends without any record that names it. */
  last: boolean;
}
export interface BlobWriteResult {
  id: string;
  /** Bytes of the blob so far. */
  size: number;
}

export const recordMethods = [
  "records.create",
  "records.read",
  "records.update",
  "records.delete",
  "records.search",
] as const;
export type RecordMethod = (typeof recordMethods)[number];

/** What each of the methods is asked with, besides `meta` of the host and `call` of a plugin. */
export interface RecordParams {
  "records.create": RecordCreate;
  "records.read": RecordRead;
  "records.update": RecordUpdate;
  "records.delete": RecordDelete;
  "records.search": RecordSearch;
}
export interface RecordResults {
  "records.create": RecordResult;
  "records.read": RecordResult;
  "records.update": RecordResult;
  "records.delete": Record<never, never>;
  "records.search": RecordSearchResult;
}

export const recordLimits = {
  /** UTF-8 bytes of one resource as JSON; what is larger goes as the content of a Binary. Leaves room for the frame around it. */
  resourceBytesMax: 917_504,
  /** UTF-8 bytes of the resources of one search answer. */
  answerBytesMax: 917_504,
  countMax: 200,
  queryMax: 50,
  queryNameCharsMax: 100,
  queryValueCharsMax: 1000,
  cursorCharsMax: 2048,
  /** Blobs that one call may write. */
  blobsPerCallMax: 16,
  /** Bytes of one blob: 2 GiB. */
  blobBytesMax: 2_147_483_648,
} as const;
