import { Readable } from "node:stream";
import type { Handlers } from "../../../http/request.ts";
import type { Present } from "../catalogue/present-listing.ts";
import type { OwnMarketplace } from "./own-marketplace.ts";
import { previewPublication } from "./preview.ts";
import type { PublishingService } from "./publishing.ts";
import type { SubmissionsService } from "./submissions.ts";

type PublishingIds =
  | "getOwnMarketplace"
  | "publishRepository"
  | "uploadPublishedFile"
  | "getPublishedFile"
  | "previewPublication"
  | "submitPublication"
  | "listSubmissions"
  | "reviewSubmission"
  | "withdrawSubmission";

export interface PublishingParts {
  own: OwnMarketplace;
  publishing: PublishingService;
  submissions: SubmissionsService;
  presentOf(plugin: string, now: Date): Promise<Present>;
  /** What is decided on what is there is decided before anything else changes it. */
  inTurn<T>(act: () => Promise<T>): Promise<T>;
}

export function createPublishingHandlers({
  own,
  publishing,
  submissions,
  presentOf,
  inTurn,
}: PublishingParts): Handlers<PublishingIds> {
  return {
    getOwnMarketplace: async (context) => ({ status: 200, body: await publishing.read(context.now()) }),
    publishRepository: async (context, { body }) => {
      const answer = await inTurn(() => publishing.take(context, body));
      return { status: 200, body: answer, note: { detail: { revision: body.basis + 1 } } };
    },
    uploadPublishedFile: async (_context, { bytes }) => {
      const body = await publishing.upload(bytes);
      return { status: 201, body, note: { detail: { digest: body.digest, size: body.bytes } } };
    },
    getPublishedFile: async (_context, { params }) => ({
      status: 200,
      stream: Readable.from([await publishing.file(params.digest)]),
      headers: {
        "content-type": "application/octet-stream",
        "content-disposition": `attachment; filename="${params.digest}"`,
      },
    }),
    previewPublication: async (context, { body }) => ({
      status: 200,
      body: await previewPublication(body, own, presentOf, context.now()),
    }),
    submitPublication: async (context, { body }) => {
      const answer = await inTurn(() => submissions.submit(context, body));
      return { status: 201, body: answer, note: noteOf(answer) };
    },
    listSubmissions: async (_context, { query }) => ({ status: 200, body: await submissions.list(query) }),
    reviewSubmission: async (context, { params, body }) => {
      const answer = await inTurn(() => submissions.review(context, params.submission, body));
      return { status: 200, body: answer, note: { ...noteOf(answer), detail: { verdict: body.decision } } };
    },
    withdrawSubmission: async (context, { params }) => {
      const answer = await inTurn(() => submissions.withdraw(context, params.submission));
      return { status: 200, body: answer, note: noteOf(answer) };
    },
  };
}

const noteOf = ({ plugin, version, kind }: { plugin: string; version: string; kind: string }) => ({
  plugin,
  detail: { version, event: kind },
});
