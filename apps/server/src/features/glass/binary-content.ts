import { HilumError } from "@hilum/contract";
import type { Store } from "@hilum/store";
import { Readable } from "node:stream";
import { storedContentOf } from "../records/stored-content.ts";
import type { Resource } from "../records/records-service.ts";
import type { StoredContent } from "./read-under-glass.ts";

/** The bytes of a Binary of the embedded store. Whoever calls has decided that they may be read. */
export function createBinaryContent({
  records,
  blobs,
}: Pick<Store, "records" | "blobs">): (id: string) => Promise<StoredContent> {
  return async (id) => {
    const row = await records.find("Binary", id);
    if (row?.resource === undefined) throw new HilumError("record.not_found");
    const resource = JSON.parse(row.resource) as Resource;
    const { contentType = "application/octet-stream", data = "" } = resource as { contentType?: string; data?: string };
    const stored = storedContentOf(resource);
    if (stored === undefined) {
      const bytes = Buffer.from(data, "base64");
      return { contentType, size: bytes.length, stream: Readable.from([bytes]), patients: row.patients };
    }
    const { row: blob, content } = await blobs.read(stored.blob);
    return { contentType, size: blob.size, stream: Readable.from(content), patients: row.patients };
  };
}
