import { Readable } from "node:stream";
import { HilumError } from "@hilum/contract";
import type { Store } from "@hilum/store";
import { createBundles } from "./bundle/bundles.ts";
import type { Cursors } from "./cursor.ts";
import type { GovernAct } from "./govern-acts.ts";
import type { GuessParts } from "./note-guess.ts";
import { createWritePlans } from "./plan-writes.ts";
import { createRecordReads } from "./read-records.ts";
import type { RecordGuards } from "./record-guards.ts";
import type { RecordsService } from "./records-service.ts";
import { createRecordSearch } from "./search-records.ts";
import { storedContentOf } from "./stored-content.ts";
import { contentTypeOf } from "./take-content.ts";
import { createRecordWrites } from "./write-records.ts";

export interface RecordsParts extends GuessParts {
  store: Pick<Store, "records" | "blobs">;
  guards: RecordGuards;
  cursors: Cursors;
  /** Address of the FHIR API here. */
  baseUrl(): string;
  /** For each act of a bundle. */
  govern: GovernAct;
}

/** The one way to records, over the embedded store. */
export function createRecordsService({ store, ...parts }: RecordsParts): RecordsService {
  const { records, blobs } = store;
  const shared = { ...parts, records, blobs };
  const reads = createRecordReads(shared);
  const writing = { ...shared, plans: createWritePlans(shared) };
  const acts = { ...reads, ...createRecordSearch(shared), ...createRecordWrites(writing) };
  return {
    ...acts,
    ...createBundles({ ...writing, acts }),
    async content(asker, { id, version }) {
      const { resource } = await reads.read(asker, {
        type: "Binary",
        id,
        ...(version === undefined ? {} : { version }),
      });
      const contentType = contentTypeOf(resource);
      const stored = storedContentOf(resource);
      if (stored === undefined) return { contentType, size: 0, stream: Readable.from([]) };
      try {
        const { row, content } = await blobs.read(stored.blob);
        return { contentType, size: row.size, stream: Readable.from(content) };
      } catch (cause) {
        // A row that names bytes which are gone: what is left of it opens nothing.
        if (cause instanceof HilumError && cause.code === "blob.not_found")
          throw new HilumError("record.gone", { cause });
        throw cause;
      }
    },
  };
}
