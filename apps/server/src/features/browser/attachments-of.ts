import type { RecordAttachment } from "@hilum/contract/api";
import { pointerTo } from "@hilum/contract";

/** An attachment with where its bytes are: inside the record, in a Binary that is stored here, or with somebody else. */
export type FoundAttachment = RecordAttachment & { bytesIn: { data: string } | { binary: string } | "elsewhere" };

/** More than any record needs: what lies beyond is not offered. */
const attachmentsMax = 200;

/** The attachments of a resource in the order of its elements; of a Binary it is the content itself. */
export function attachmentsOf(resource: unknown): FoundAttachment[] {
  const found: FoundAttachment[] = [];
  walk(resource, "", found);
  return found;
}

/** What a screen needs to know of it. */
export function presentAttachment({ bytesIn: _bytesIn, ...attachment }: FoundAttachment): RecordAttachment {
  return attachment;
}

function walk(value: unknown, pointer: string, found: FoundAttachment[]): void {
  if (typeof value !== "object" || value === null || found.length >= attachmentsMax) return;
  if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) walk(item, pointerTo(pointer, index), found);
    return;
  }
  const record = value as Record<string, unknown>;
  const own = read(record, pointer, found.length);
  if (own !== undefined) found.push(own);
  else for (const [name, member] of Object.entries(record)) walk(member, pointerTo(pointer, name), found);
}

function read(value: Record<string, unknown>, pointer: string, index: number): FoundAttachment | undefined {
  const { contentType, data, url, size, resourceType, id } = value;
  const binary = resourceType === "Binary";
  // An element with a url and no type of content is something else, such as an extension.
  if (typeof contentType !== "string" || (!binary && typeof data !== "string" && typeof url !== "string"))
    return undefined;
  const stored = typeof url === "string" ? /^Binary\/([A-Za-z0-9.-]{1,64})$/.exec(url)?.[1] : undefined;
  return {
    index,
    pointer,
    contentType,
    ...(typeof size === "number" ? { bytes: size } : typeof data === "string" ? { bytes: bytesOfBase64(data) } : {}),
    view: viewOf(contentType),
    bytesIn:
      typeof data === "string"
        ? { data }
        : binary && typeof id === "string"
          ? { binary: id }
          : stored === undefined
            ? "elsewhere"
            : { binary: stored },
  };
}

const bytesOfBase64 = (data: string): number => Math.floor((data.replace(/=+$/, "").length * 3) / 4);

function viewOf(contentType: string): RecordAttachment["view"] {
  const [type = ""] = contentType.toLowerCase().split(";");
  if (type === "application/pdf") return "pdf";
  if (/^image\/(?:png|jpeg|gif|webp)$/.test(type)) return "image";
  if (
    type === "application/cda+xml" ||
    type === "application/hl7-cda+xml" ||
    type === "text/xml" ||
    type === "application/xml"
  )
    return "ccda";
  return type.startsWith("text/") && type !== "text/html" ? "text" : "download";
}
