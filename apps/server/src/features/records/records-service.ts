import type { Context, DataAction, GlassPurpose } from "@hilum/contract";
import type { Reach } from "@hilum/policy";
import type { Readable } from "node:stream";

/** A FHIR resource as JSON has it; what it must be is judged by the validator before anything else looks at it. */
export interface Resource {
  resourceType: string;
  id?: string;
  meta?: { versionId?: string; lastUpdated?: string; [member: string]: unknown };
  [member: string]: unknown;
}

/** Search parameters in their order, decoded, with repeats and modifiers: `["birthdate", "ge1970"]`. */
export type SearchPairs = readonly (readonly [name: string, value: string])[];

export interface RecordKey {
  type: string;
  id: string;
}

/** One version of a record, as its asker may see it. */
export interface OpenedRecord extends RecordKey {
  version: number;
  at: string;
  /** Who wrote it: `user:ana`, `token:...`, `plugin:com.example.lab/default`. */
  by: string;
  /** Absent of a version that says that the record was deleted. */
  resource?: Resource;
  /** Ids of the patients that it is about. */
  patients: readonly string[];
  /** The glass that opened it, where one had to. */
  under?: { glass: string; purpose: GlassPurpose };
}

/** Who asks for records, and what of them that is open to the asker. `askerOf` makes one of a person's or a token's context. */
export interface Asker {
  context: Context;
  /** Throws `record.denied` where nothing is. */
  reach(type: string, action: DataAction): Reach;
}

export interface WrittenRecord {
  record: OpenedRecord;
  /** `found`: nothing was written, because a record matched If-None-Exist. `same`: it was so already. */
  outcome: "created" | "updated" | "found" | "same";
  /** Whether the asker may read it: where not, only its address is answered. */
  mayRead: boolean;
}

export interface RecordPage {
  records: readonly OpenedRecord[];
  /** Records that others of the page refer to, or that refer to them (`_include`, `_revinclude`). */
  included: readonly OpenedRecord[];
  total?: number;
  /** Of a search: what was searched for, also where the page came by a cursor. */
  wanted?: SearchPairs;
  /** What leads to this page again, and to the one after it: opaque, sealed, for this asker alone, and holds on for an hour. */
  self?: string;
  next?: string;
}

/** Bytes that come with a Binary instead of its `data`: as they flow, or as a blob that is whole already. */
export type GivenContent = { contentType: string } & (
  | { bytes: AsyncIterable<Uint8Array> }
  | { blob: string; size: number }
);

export interface RecordContent {
  contentType: string;
  size: number;
  stream: Readable;
}

/**
 * The one way to records: for the FHIR API, plugins, the Storage Browser and imports. Each method judges what it is
 * given (`record.invalid`, `search.invalid`), decides by what the asker reaches (`record.denied`, `record.masked`), and answers
 * what the asker does not reach as if it were not there (`record.not_found`). A write is durable once it resolves.
 */
export interface RecordsService {
  /** Throws `record.gone` for one that was deleted. With `version`, as it was then. */
  read(asker: Asker, key: RecordKey & { version?: number }): Promise<OpenedRecord>;
  /** The first page by `query`, each further one by `cursor` alone. */
  search(asker: Asker, search: { type: string; query: SearchPairs; cursor?: string }): Promise<RecordPage>;
  /** Under an id of our own. Throws `record.conflict` where several match `ifNoneExist`. */
  create(
    asker: Asker,
    given: { resource: Resource; ifNoneExist?: SearchPairs; content?: GivenContent },
  ): Promise<WrittenRecord>;
  /**
   * Replaces a record, or creates it under the id that the resource carries. Throws `record.conflict` where `ifMatch` is not the
   * version that is current, `record.held` under a legal hold.
   */
  update(asker: Asker, given: { resource: Resource; ifMatch?: number; content?: GivenContent }): Promise<WrittenRecord>;
  /**
   * Replaces the one record that a condition finds, or creates one where it finds none (R4 section 3.1.0.4.3). Throws `record.conflict` where
   * several match, and where none does and the id of the resource is taken.
   */
  updateWhere(
    asker: Asker,
    given: { resource: Resource; where: SearchPairs; ifMatch?: number; content?: GivenContent },
  ): Promise<WrittenRecord>;
  /** JSON Patch (RFC 6902). Throws `record.patch_failed` where a step does not apply. */
  patch(asker: Asker, given: RecordKey & { steps: unknown; ifMatch?: number }): Promise<WrittenRecord>;
  /**
   * Patches the one record that a condition finds. Throws `record.conflict` where several match; where none does, what a patch of a
   * record that is not there throws.
   */
  patchWhere(
    asker: Asker,
    given: { type: string; where: SearchPairs; steps: unknown; ifMatch?: number },
  ): Promise<WrittenRecord>;
  /** One that was deleted before may be deleted again; answers the version that says so. */
  remove(asker: Asker, key: RecordKey & { ifMatch?: number }): Promise<OpenedRecord>;
  /** The one record that a condition finds; undefined where it finds none. Throws `record.conflict` where several match. */
  removeWhere(
    asker: Asker,
    given: { type: string; where: SearchPairs; ifMatch?: number },
  ): Promise<OpenedRecord | undefined>;
  /** Versions of a record, or of all of a type, newest first. */
  history(
    asker: Asker,
    of: { type: string; id?: string; since?: string; count?: number; cursor?: string },
  ): Promise<RecordPage>;
  /** Answers a bundle of answers. A transaction is done whole or not at all: then it throws what was wrong and where. */
  bundle(
    asker: Asker,
    bundle: unknown,
    returning?: "minimal" | "representation" | "OperationOutcome",
  ): Promise<Resource>;
  /** The bytes of a Binary. */
  content(asker: Asker, key: { id: string; version?: number }): Promise<RecordContent>;
}
