import { HilumError, type Context } from "@hilum/contract";
import type { Attachment } from "@hilum/contract/api";
import type { Readable } from "node:stream";
import { Readable as NodeReadable } from "node:stream";
import type { BlobRow, Blobs } from "@hilum/store";
import { makeId } from "../../make-id.ts";
import { isRecordBlob } from "../records/stored-content.ts";

/** Of one attachment of a message. */
export const attachmentBytesMax = 25 * 1024 * 1024;

export interface AttachmentsService {
  upload(context: Context, bytes: Readable, contentType: string | undefined): Promise<Attachment>;
  download(id: string): Promise<{ row: BlobRow; stream: Readable }>;
}

export function createAttachmentsService({ blobs }: { blobs: Blobs }): AttachmentsService {
  return {
    async upload(context, bytes, contentType) {
      const type = parseContentType(contentType);
      const row = await blobs.write(bytes as AsyncIterable<Uint8Array>, {
        id: makeId(context.now().getTime()),
        contentType: type,
        by: context.actor.id,
        bytesMax: attachmentBytesMax,
      });
      return { id: row.id, contentType: row.contentType, size: row.size, sha256: row.sha256 };
    },
    async download(id) {
      // The bytes of records have a door of their own, where it is decided who may have them (threat 68).
      if (isRecordBlob(id)) throw new HilumError("blob.not_found");
      const { row, content } = await blobs.read(id);
      return { row, stream: NodeReadable.from(content) };
    },
  };
}

/** A media type without parameters that could smuggle anything into a header (RFC 9110 section 8.3.1). */
function parseContentType(header: string | undefined): string {
  const type = /^\s*([A-Za-z0-9!#$&^_.+-]{1,60}\/[A-Za-z0-9!#$&^_.+-]{1,80})\s*(?:;.*)?$/.exec(header ?? "")?.[1];
  if (type === undefined)
    throw new HilumError("request.media_type", {
      detail: "An upload says in Content-Type what it is, for instance application/pdf.",
    });
  return type.toLowerCase();
}
