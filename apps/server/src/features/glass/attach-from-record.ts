import { HilumError, type Context } from "@hilum/contract";
import type { Attachment } from "@hilum/contract/api";
import type { GlassRow, Store } from "@hilum/store";
import { makeId } from "../../make-id.ts";
import { attachmentBytesMax } from "../messages/attachments.ts";
import type { GlassesService } from "./glasses.ts";
import type { Reveals } from "./read-under-glass.ts";

type Parts = { store: Pick<Store, "blobs" | "disclosures">; reveals: Pick<Reveals, "attachment"> };

/**
 * Copies an attachment of a record for a message. It is a reveal like any other, and it stays known which record it came from: before
 * the message leaves, the consents of that record's patients are asked, whoever the message says that it is about (threat 68).
 */
export async function attachFromRecord(
  { store: { blobs, disclosures }, reveals }: Parts,
  context: Context,
  request: Parameters<Reveals["attachment"]>[1],
): Promise<{ attachment: Attachment; glass: GlassRow }> {
  const { content, glass } = await reveals.attachment(context, request);
  const row = await blobs.write(content.stream as AsyncIterable<Uint8Array>, {
    id: makeId(context.now().getTime()),
    contentType: content.contentType,
    by: context.actor.id,
    bytesMax: attachmentBytesMax,
  });
  // Before anybody learns its id: there is no moment in which it could be sent without its source.
  await disclosures.noteSource(row.id, { type: request.type, id: request.id });
  const { id, contentType, size, sha256 } = row;
  return { attachment: { id, contentType, size, sha256 }, glass };
}

type GuardParts = { store: Pick<Store, "disclosures" | "records">; glasses: Pick<GlassesService, "covering"> };

/** What was taken from a record is as masked as the record, for everybody, also once it hangs on a message. */
export function createTakenGuard({
  store: { disclosures, records },
  glasses,
}: GuardParts): (context: Context, attachment: string) => Promise<void> {
  return async (context, attachment) => {
    for (const ref of await disclosures.sourcesOf([attachment])) {
      const row = await records.find(ref.type, ref.id);
      const glass = row && (await glasses.covering(context, row));
      if (glass?.fields.includes("documents") !== true) throw new HilumError("record.masked");
    }
  };
}
