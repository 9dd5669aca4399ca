import { invalid } from "./judge-record.ts";
import type { Resource } from "./records-service.ts";

/** Where the bytes of a Binary are: a sealed blob that nothing but its record leads to. */
export interface StoredContent {
  blob: string;
  size: number;
}

const url = "https://hilum.dev/fhir/StructureDefinition/stored-content";
/** Blobs of records; the attachments of messages have other names, and none of their doors opens these (threat 68). */
const prefix = "rec-";

export const blobIdOf = (id: string): string => `${prefix}${id}`;
export const isRecordBlob = (blob: string): boolean => blob.startsWith(prefix);

/** The Binary as it is stored: without its bytes, with where they are, which no client ever sees or says. */
export function withStoredContent(binary: Resource, { blob, size }: StoredContent): Resource {
  const { data: _data, ...rest } = binary;
  return {
    ...rest,
    _data: {
      extension: [
        {
          url,
          extension: [
            { url: "blob", valueString: blob },
            { url: "size", valueDecimal: size },
          ],
        },
      ],
    },
  };
}

export function storedContentOf(resource: Resource | undefined): StoredContent | undefined {
  if (resource?.resourceType !== "Binary") return undefined;
  const place = (resource["_data"] as { extension?: Inner[] } | undefined)?.extension?.find((one) => one.url === url);
  const blob = place?.extension?.find((one) => one.url === "blob")?.valueString;
  const size = place?.extension?.find((one) => one.url === "size")?.valueDecimal;
  return blob === undefined || size === undefined ? undefined : { blob, size };
}

interface Inner {
  url: string;
  extension?: Inner[];
  valueString?: string;
  valueDecimal?: number;
}

/** The Binary as it is given out, without where its bytes are. */
export function withoutStoredContent(resource: Resource): Resource {
  if (resource.resourceType !== "Binary" || resource["_data"] === undefined) return resource;
  const { _data: _place, ...rest } = resource;
  return rest;
}

/** What `_data` says here is where bytes are: from outside it would lead to the bytes of another record. */
export function refuseGivenPlace(resource: Resource): void {
  if (resource.resourceType === "Binary" && resource["_data"] !== undefined)
    throw invalid([{ pointer: "/_data", message: "A Binary has no extensions on its data.", fix: "Remove it." }]);
}
