import type { Handlers, OutcomeNote } from "../../http/request.ts";
import type { GlassTarget } from "@hilum/contract/api";
import { attachFromRecord } from "./attach-from-record.ts";
import type { GlassesService } from "./glasses.ts";
import type { Reveals } from "./read-under-glass.ts";
import { answerReview, reviewGlass } from "./review-glass.ts";
import type { Store } from "@hilum/store";

type GlassOperation =
  | "openGlass"
  | "extendGlass"
  | "closeGlass"
  | "readUnderGlass"
  | "readAttachmentUnderGlass"
  | "attachFromRecord"
  | "noteGlassUse"
  | "listGlasses"
  | "getGlass"
  | "reviewGlass"
  | "answerGlassReview";

/** Nothing that a glass reveals is kept by a browser or a proxy. */
const unkept = { "cache-control": "no-store" } as const;

interface GlassHandlerParts {
  store: Pick<Store, "glasses" | "blobs" | "disclosures">;
  glasses: GlassesService;
  reveals: Reveals;
}

export function createGlassHandlers(parts: GlassHandlerParts): Pick<Handlers, GlassOperation> {
  const { store, glasses, reveals } = parts;
  return {
    async openGlass(context, { body }) {
      const { caseReference, ...request } = body;
      const glass = await glasses.open(context, {
        ...request,
        ...(caseReference === undefined ? {} : { caseReference }),
      });
      return { status: 201, body: glass, note: noteOf(glass, "emergency_override_started") };
    },
    async extendGlass(context, { params, body }) {
      const glass = await glasses.extend(context, params.glass, body.minutes);
      return { status: 200, body: glass, note: noteOf(glass, "emergency_override_extended") };
    },
    async closeGlass(context, { params }) {
      const glass = await glasses.close(context, params.glass);
      return { status: 200, body: glass, note: noteOf(glass, "emergency_override_stopped") };
    },
    async readUnderGlass(context, { params, query }) {
      const { revealed, glass } = await reveals.record(context, { ...params, ...query });
      return { status: 200, body: revealed, headers: unkept, note: { ...noteOf(glass), record: recordOf(params) } };
    },
    async readAttachmentUnderGlass(context, { params, query }) {
      const { place, ...request } = params;
      const { content, glass } = await reveals.attachment(context, { ...request, ...query, place: Number(place) });
      const headers = {
        ...unkept,
        "content-type": content.contentType,
        "content-length": String(content.size),
        "content-disposition": "attachment",
      };
      return { status: 200, stream: content.stream, headers, note: { ...noteOf(glass), record: recordOf(params) } };
    },
    async attachFromRecord(context, { params }) {
      const { place, ...request } = params;
      const { attachment, glass } = await attachFromRecord(parts, context, { ...request, place: Number(place) });
      return { status: 201, body: attachment, note: { ...noteOf(glass), record: recordOf(params) } };
    },
    async noteGlassUse(context, { params, body }) {
      await glasses.note(context, params.glass, body);
      return { status: 204, note: { record: recordOf(body), detail: { state: body.what } } };
    },
    listGlasses: async (context, { query }) => ({ status: 200, body: await glasses.list(context, query) }),
    async getGlass(context, { params }) {
      const glass = await glasses.get(context, params.glass);
      return { status: 200, body: glass, headers: unkept };
    },
    async reviewGlass(context, { params, body }) {
      await reviewGlass({ store }, context, params.glass, body);
      const detail = { verdict: body.verdict };
      return { status: 200, body: await glasses.get(context, params.glass), note: { detail } };
    },
    async answerGlassReview(context, { params, body }) {
      await answerReview({ store }, context, params.glass, body.reason);
      return { status: 200, body: await glasses.get(context, params.glass) };
    },
  };
}

const recordOf = ({ type, id }: { type: string; id: string }): NonNullable<OutcomeNote["record"]> => ({
  resource: type,
  id,
});

/** The outcome in the log says for what purpose, and of a start or an end that it is an emergency override (DICOM 110127). */
function noteOf(
  glass: { purpose: NonNullable<OutcomeNote["purpose"]>; target: GlassTarget },
  event?: string,
): OutcomeNote {
  const { target } = glass;
  return {
    purpose: glass.purpose,
    ...("patient" in target
      ? { record: { resource: "Patient", id: target.patient } }
      : { record: recordOf(target.record) }),
    ...(event === undefined ? {} : { detail: { event } }),
  };
}
