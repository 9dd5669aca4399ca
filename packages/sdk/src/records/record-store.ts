import type { RecordDelete, RecordRead, RecordSearch, SearchQuery } from "@hilum/contract";
import type { CallContext, SettingValues } from "../definition.ts";
import type { GivenContent, HeldContent, RecordResource } from "./record-types.ts";

type Awaitable<T> = T | Promise<T>;

/** What comes with a record that is to be created. */
export interface CreateDetails {
  /** Its bytes, where they are not in the resource. */
  content?: HeldContent;
  /** Create nothing where one record matches, and answer that one; several are `record.conflict`. */
  ifNoneExist?: SearchQuery;
}
export interface UpdateDetails {
  content?: HeldContent;
  /** The version that must be the current one, else `record.conflict`. */
  ifMatch?: string;
}

/** A record as a store answers it, with its bytes where the resource does not carry them. */
export interface KeptRecord {
  resource: RecordResource;
  content?: GivenContent;
}

export interface FoundRecords {
  resources: RecordResource[];
  /** Comes back as `cursor` with the next search. Opaque, and without anything of a patient. */
  next?: string;
  /** How many match in all, where it is known. */
  total?: number;
}

/**
 * Capability `store_records`. Throw a ProviderError for what cannot be done: `record.not_found`, `record.gone`, `record.conflict`,
 * `record.invalid`, `record.too_large`, `search.invalid`, or one of the provider's codes. The same version of a record may come again
 * after an answer was lost, and must do no harm.
 */
export interface RecordStore<Settings extends SettingValues = SettingValues> {
  /** Keeps a record under the id and version that it carries. */
  create(
    resource: RecordResource,
    ctx: CallContext<Settings>,
    details: CreateDetails,
  ): Awaitable<RecordResource | KeptRecord>;
  read(wanted: RecordRead, ctx: CallContext<Settings>): Awaitable<RecordResource | KeptRecord>;
  /** Replaces a record that is there. */
  update(
    resource: RecordResource,
    ctx: CallContext<Settings>,
    details: UpdateDetails,
  ): Awaitable<RecordResource | KeptRecord>;
  delete(unwanted: RecordDelete, ctx: CallContext<Settings>): Awaitable<void>;
  /** Serves `_id` and `identifier` at least; refuses a parameter that it does not know with `search.invalid`. */
  search(asked: RecordSearch, ctx: CallContext<Settings>): Awaitable<FoundRecords>;
}
