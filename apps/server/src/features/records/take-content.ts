import { HilumError } from "@hilum/contract";
import { binaryBytesMax } from "@hilum/contract/api";
import type { Blobs } from "@hilum/store";
import { makeId } from "../../make-id.ts";
import { invalid } from "./judge-record.ts";
import type { Asker, GivenContent, Resource } from "./records-service.ts";
import { blobIdOf, refuseGivenPlace, withStoredContent } from "./stored-content.ts";

/** A resource whose bytes are put away, and how to let them go when nothing came of it. */
export interface Taken {
  resource: unknown;
  discard(): Promise<void>;
}

/** Of a Binary; the validator judges it. */
export function contentTypeOf(resource: Resource | undefined): string {
  const type = resource?.["contentType"];
  return typeof type === "string" ? type : "application/octet-stream";
}

const nothing = async (): Promise<void> => undefined;

/** Seals the bytes of a Binary into a blob of their own, as they come; what is no Binary is left as it is. */
export async function takeContent(
  asker: Asker,
  blobs: Blobs,
  given: unknown,
  content: GivenContent | undefined,
): Promise<Taken> {
  if (typeof given !== "object" || given === null) return { resource: given, discard: nothing };
  const resource = given as Resource;
  if (resource.resourceType !== "Binary") return { resource, discard: nothing };
  refuseGivenPlace(resource);
  // Whoever wrote the blob discards it: it may be named again.
  if (content !== undefined && "blob" in content)
    return { resource: withStoredContent(resource, content), discard: nothing };
  const bytes = content?.bytes ?? bytesOf(resource["data"]);
  if (bytes === undefined) return { resource, discard: nothing };
  const { row } = await write(asker, blobs, bytes, content?.contentType ?? contentTypeOf(resource));
  return {
    resource: withStoredContent(resource, { blob: row.id, size: row.size }),
    discard: async () => void (await blobs.remove(row.id).catch(() => false)),
  };
}

async function write({ context }: Asker, blobs: Blobs, bytes: AsyncIterable<Uint8Array>, contentType: string) {
  const id = blobIdOf(makeId(context.now().getTime()));
  try {
    return { row: await blobs.write(bytes, { id, contentType, by: context.actor.id, bytesMax: binaryBytesMax }) };
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "blob.too_large")
      throw new HilumError("record.too_large", { detail: `A Binary holds at most ${binaryBytesMax} bytes.` });
    throw error;
  }
}

function bytesOf(data: unknown): AsyncIterable<Uint8Array> | undefined {
  if (data === undefined) return undefined;
  if (typeof data !== "string" || !/^[A-Za-z0-9+/\s]*={0,2}\s*$/.test(data))
    throw invalid([{ pointer: "/data", message: "This is not base64.", fix: "Encode the bytes as base64." }]);
  return (async function* () {
    yield Buffer.from(data, "base64");
  })();
}
