import type { InstanceKey, Time } from "./shapes.ts";

/** One version of a record, opened. */
export interface RecordRow {
  type: string;
  id: string;
  /** 1 for the first; also of a deletion. */
  version: number;
  at: Time;
  by: string;
  via?: InstanceKey;
  /** JSON text as it was written. Absent: deleted, or destroyed with its patient's key. */
  resource?: string;
  /** Ids of the patients that the record is about; none for what is about no one, and for what was destroyed. */
  patients: string[];
  /** True where the record, or a patient that this version is about, is under a legal hold. */
  hold: boolean;
  /** Grows with each write, in the order of the commits. */
  seq: number;
}

export interface RecordRef {
  type: string;
  id: string;
}

/** AND of ORs of terms. What is found is a candidate: the terms are kept as hashes of 64 bits, so look at the resource. */
export type TermGroups = readonly (readonly string[])[];

export interface RecordWrite extends RecordRef {
  /** The version that is current; 0 where there never was one. A deleted record has a current version, too. */
  expected: number;
  at: Time;
  by: string;
  via?: InstanceKey;
  /** JSON text with `meta.versionId` = expected + 1 and `meta.lastUpdated` = at. Absent: delete. */
  resource?: string;
  /** Of the resource; none for a delete. */
  terms: readonly string[];
  /** A record about several patients is destroyed with the first of them that is. For a delete: of the version before. */
  patients: readonly string[];
  /** Attachments that this version names; they are kept as long as the version is. */
  blobs?: readonly string[];
  /**
   * If-None-Exist: nothing is written while a record of the type has these terms. `except`: ids of candidates that were
   * looked at and do not match.
   */
  unless?: { type: string; groups: TermGroups; except?: readonly string[] };
}

export type RecordOrder = "-updated" | "updated" | "id";

export interface RecordSearch {
  /** May be absent where `patient` is given and there are no groups: the records of all types about that patient. */
  type?: string;
  groups: TermGroups;
  ids?: readonly string[];
  /** Inclusive. */
  updatedFrom?: Time;
  /** Exclusive. */
  updatedBefore?: Time;
  /** Records about this patient alone. */
  patient?: string;
  /** Default `-updated`: newest first. */
  order?: RecordOrder;
  /** `next` of the page before. */
  after?: string;
  /** 1 to 1,000. */
  limit: number;
}

export interface RecordPage {
  rows: RecordRow[];
  /** Absent on the last page. Numbers and a time alone. */
  next?: string;
}

export interface RecordHistory {
  type?: string;
  /** With `type`. */
  id?: string;
  /** Inclusive. */
  since?: Time;
  after?: string;
  /** 1 to 1,000. */
  limit: number;
}

export interface RecordCount {
  type: string;
  /** That are not deleted. */
  records: number;
  versions: number;
  /** Of the resources' JSON, of all versions. */
  bytes: number;
}

export type HoldTarget = RecordRef | { patient: string };

export interface Hold {
  target: HoldTarget;
  reason: string;
  by: string;
  at: Time;
}

export interface Shredded {
  records: number;
  versions: number;
  /** Attachments whose rows, and with them their keys, are gone. */
  blobs: number;
}

/**
 * FHIR resources with their versions, sealed under a key of the patients that they are about and found by keyed hashes
 * of their terms. Whoever writes brings the terms; see `@hilum/contract/search`.
 */
export interface Records {
  /**
   * All or none, in one transaction, durable when it resolves. At most 500 writes, one per record. Throws
   * `record.conflict` (another version is current), `record.exists` (`unless`) and `record.held` (a delete under a hold),
   * whose first problem points at the write (`/3`); `blob.not_found` for an attachment that is not stored.
   */
  write(writes: readonly RecordWrite[]): Promise<void>;
  /** The current version, or the one that is asked for. */
  find(type: string, id: string, version?: number): Promise<RecordRow | undefined>;
  /** Current versions of those that are there, in the order of `refs`; at most 1,000. */
  findMany(refs: readonly RecordRef[]): Promise<RecordRow[]>;
  /** Candidates, never fewer than the matches, none that is deleted. */
  search(search: RecordSearch): Promise<RecordPage>;
  /** Versions, newest first. */
  history(of: RecordHistory): Promise<RecordPage>;
  /** Versions after `seq` in the order of their commits. None is skipped but those that were purged or shredded. */
  changes(after: number, limit: number): Promise<RecordRow[]>;
  /** By type. Looks at the whole index; ask seldom. */
  counts(): Promise<RecordCount[]>;
  /** Sets or lifts a legal hold; answers how many records are under it. Throws `record.not_found` for an unknown record. */
  setHold(target: HoldTarget, hold: { on: boolean; reason: string; by: string }): Promise<number>;
  /** Newest first. */
  holds(): Promise<Hold[]>;
  /**
   * Destroys the keys of a patient: versions, terms and attachments of what is about that patient are gone, and of each
   * record a deletion is left. Throws `record.held`.
   */
  shred(patient: string, by: string): Promise<Shredded>;
  /**
   * Removes versions that were superseded or deleted before `before` and are not under hold; the deletion itself stays.
   * At most `limit` versions at a time; `dryRun` counts all.
   */
  purge(before: Time, options: { type?: string; dryRun: boolean; limit: number }): Promise<number>;
}
