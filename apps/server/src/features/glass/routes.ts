import type { Handlers, OutcomeNote } from "../../http/request.ts";
import type { Glass, GlassRequest, GlassTarget } from "@hilum/contract/api";
import { noteOfGlass } from "../records/note-glass.ts";
import { attachFromRecord } from "./attach-from-record.ts";
import type { GlassRequestsService } from "./glass-requests.ts";
import type { GlassesService } from "./glasses.ts";
import type { Reveals } from "./read-under-glass.ts";
import { answerReview, reviewGlass } from "./review-glass.ts";
import type { GlassRow, Store } from "@hilum/store";

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
  | "answerGlassReview"
  | "listGlassRequests"
  | "requestGlass"
  | "approveGlassRequest"
  | "refuseGlassRequest"
  | "openRequestedGlass";

/** Nothing that a glass reveals is kept by a browser or a proxy. */
const unkept = { "cache-control": "no-store" } as const;

interface GlassHandlerParts {
  store: Pick<Store, "glasses" | "blobs" | "disclosures">;
  glasses: GlassesService;
  reveals: Reveals;
  requests: GlassRequestsService;
}

export function createGlassHandlers(parts: GlassHandlerParts): Pick<Handlers, GlassOperation> {
  const { store, glasses, reveals, requests } = parts;
  return {
    ...createRequestHandlers(requests),
    async openGlass(context, { body }) {
      const glass = await glasses.open(context, body);
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
      return { status: 200, body: revealed, headers: unkept, note: noteOfRead(glass, params) };
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
      return { status: 200, stream: content.stream, headers, note: noteOfRead(glass, params) };
    },
    async attachFromRecord(context, { params }) {
      const { place, ...request } = params;
      const { attachment, glass } = await attachFromRecord(parts, context, { ...request, place: Number(place) });
      return { status: 201, body: attachment, note: noteOfRead(glass, params) };
    },
    async noteGlassUse(context, { params, body }) {
      await glasses.note(context, params.glass, body);
      return { status: 204, note: { record: recordOf(body), detail: { state: body.what, glass: params.glass } } };
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

type RequestOperation = Extract<
  GlassOperation,
  `${string}GlassRequest${string}` | "requestGlass" | "openRequestedGlass"
>;

function createRequestHandlers(requests: GlassRequestsService): Pick<Handlers, RequestOperation> {
  return {
    listGlassRequests: async (context, { query }) => ({ status: 200, body: await requests.list(context, query) }),
    async requestGlass(context, { body }) {
      const request = await requests.request(context, body);
      return { status: 201, body: request, note: noteOfRequest(request) };
    },
    async approveGlassRequest(context, { params }) {
      const request = await requests.approve(context, params.request);
      return { status: 200, body: request, note: noteOfRequest(request) };
    },
    async refuseGlassRequest(context, { params, body }) {
      const request = await requests.refuse(context, params.request, body.reason);
      return { status: 200, body: request, note: noteOfRequest(request) };
    },
    async openRequestedGlass(context, { params }) {
      const glass = await requests.open(context, params.request);
      return { status: 201, body: glass, note: noteOf(glass, "emergency_override_started") };
    },
  };
}

const noteOfRequest = ({ purpose, target }: GlassRequest): OutcomeNote => ({ purpose, record: recordOfTarget(target) });

const recordOfTarget = (target: GlassTarget): NonNullable<OutcomeNote["record"]> =>
  "patient" in target ? { resource: "Patient", id: target.patient } : recordOf(target.record);

const recordOf = ({ type, id }: { type: string; id: string }): NonNullable<OutcomeNote["record"]> => ({
  resource: type,
  id,
});

/** What was read under a glass; the same in the log as of a read through the FHIR API. */
const noteOfRead = ({ id, purpose }: GlassRow, record: { type: string; id: string }): OutcomeNote => ({
  record: recordOf(record),
  ...noteOfGlass([{ under: { glass: id, purpose } }]),
});

/** The outcome in the log says of a start, an extension or an end that it is an emergency override (DICOM 110127), and for what. */
function noteOf({ id, purpose, target }: Pick<Glass, "id" | "purpose" | "target">, event: string): OutcomeNote {
  return { purpose, record: recordOfTarget(target), detail: { event, glass: id } };
}
