import type { ContentInfo } from "@hilum/contract";
import type { RecordRow, Records } from "@hilum/store";
import type { Resource } from "../records/records-service.ts";
import { storedContentOf } from "../records/stored-content.ts";

/** The bytes of a Binary, and those of the file behind a document: a store that keeps documents as such needs both together. */
export function createRecordContent({ records }: { records: Pick<Records, "findMany"> }) {
  return async ({ resource }: RecordRow): Promise<ContentInfo | undefined> => {
    const given = resource === undefined ? undefined : (JSON.parse(resource) as Resource);
    if (given?.resourceType === "Binary") return contentOf(given);
    const id = given?.resourceType === "DocumentReference" ? fileOf(given) : undefined;
    if (id === undefined) return undefined;
    const [file] = await records.findMany([{ type: "Binary", id }]);
    return file?.resource === undefined ? undefined : contentOf(JSON.parse(file.resource) as Resource);
  };
}

function contentOf(binary: Resource): ContentInfo | undefined {
  const stored = storedContentOf(binary);
  const contentType = binary["contentType"];
  if (stored === undefined) return undefined;
  return {
    id: stored.blob,
    size: stored.size,
    contentType: typeof contentType === "string" ? contentType : "application/octet-stream",
  };
}

/** The Binary of a document's first file, where it is one of ours. */
function fileOf(document: Resource): string | undefined {
  const [first] = Array.isArray(document["content"])
    ? (document["content"] as { attachment?: { url?: unknown } }[])
    : [];
  const url = first?.attachment?.url;
  return typeof url === "string" ? /^Binary\/([A-Za-z0-9.-]{1,64})$/.exec(url)?.[1] : undefined;
}
