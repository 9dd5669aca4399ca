import type {
  RecordCreate,
  RecordDelete,
  RecordRead,
  RecordResult,
  RecordSearch,
  RecordSearchResult,
  RecordUpdate,
} from "@hilum/contract";
import type { BlobSink } from "@hilum/contract/wire";
import type { RowRules } from "@hilum/policy";
import type { InstanceKey } from "../instance-key.ts";

/** Who asks for records, and which ones it may reach. */
export interface RecordAsker {
  key: InstanceKey;
  /** Id of this crossing, as in the audit log. */
  call: string;
  /** Of the grants, filters decoded. What is read, changed, deleted or found must meet them, and what is written too. */
  rows: RowRules;
}

/**
 * The platform's records, as a plugin reaches them: judged, stored and found by the same service as everybody's. What `rows`
 * do not reach is answered as if it were not there (`record.not_found`); a record that would be written outside of them is `policy.denied`.
 * `content` of what is written names a blob that the port gave by `openBlob`: once the promise resolves it is the port's, which discards
 * one that no record names; after a rejection the host discards it. `content` of what is read names one that `readBlob` of the lanes gives back.
 */
export interface RecordsPort {
  create(asker: RecordAsker, asked: RecordCreate): Promise<RecordResult>;
  read(asker: RecordAsker, asked: RecordRead): Promise<RecordResult>;
  update(asker: RecordAsker, asked: RecordUpdate): Promise<RecordResult>;
  delete(asker: RecordAsker, asked: RecordDelete): Promise<void>;
  /** A page ends before its resources pass `bytesMax` bytes as JSON; one resource alone that does is `record.too_large`. */
  search(asker: RecordAsker, asked: RecordSearch & { bytesMax: number }): Promise<RecordSearchResult>;
  /** Keyed hash of a record's type and id: how the audit log names it. */
  refOf(type: string, id: string): string;
  /** Begins a sealed blob for a plugin: bytes of a record that it creates, or of one that it was asked for. */
  openBlob(key: InstanceKey): Promise<BlobSink>;
}
