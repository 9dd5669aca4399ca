/** Break-glass: a person reveals a patient's records for a purpose and a while, and another person reviews it. */
import type { Static } from "typebox";
import { Type } from "./type.ts";
import { defineOperation } from "./operation.ts";
import { FhirResource } from "./fhir.ts";
import { Attachment } from "./messages.ts";
import { auditing, Page, Strict, Time } from "./schemas.ts";
import { glassPurposes, purposeCodes } from "../purpose-of-use.ts";
import { FieldGroup, Permission, RecordAttachment, RecordId, RecordParams, RecordType } from "./browser.ts";

export const glassMinutes = [5, 15, 30] as const;
/** Minutes that a glass may be open in all, however often it is extended. */
export const glassMinutesMax = 60;
export const PurposeOfUse = Type.Enum(purposeCodes);
export const GlassPurpose = Type.Enum(glassPurposes);
/** Words of a person; fifteen characters at least, so that it says something. */
export const GlassReason = Type.String({ minLength: 15, maxLength: 500 });

/** What is revealed: everything about a patient, or one record. */
export const GlassTarget = Type.Union([
  Strict({ patient: RecordId }),
  Strict({ record: Strict({ type: RecordType, id: RecordId }) }),
]);
export type GlassTarget = Static<typeof GlassTarget>;

/** `open`; `waiting` for review; `accepted`; `asked`: who opened it is asked; `escalated`. */
export const glassStates = ["open", "waiting", "accepted", "asked", "escalated"] as const;
export const GlassState = Type.Enum(glassStates);
export type GlassState = Static<typeof GlassState>;

export const Glass = Strict({
  id: Type.String(),
  state: GlassState,
  by: Type.String(),
  openedAt: Time,
  until: Time,
  endedAt: Type.Optional(Time),
  ended: Type.Optional(Type.Enum(["closed", "expired", "session_ended", "replaced"])),
  minutes: Type.Integer(),
  extended: Type.Integer(),
  purpose: GlassPurpose,
  /** The purpose in words. */
  purposeLabel: Type.String(),
  target: GlassTarget,
  /** Masked. */
  title: Type.String(),
  fields: Type.Array(FieldGroup),
  /** How many records and attachments were revealed. */
  reads: Type.Integer(),
  /** Who let it be broken, where that needed a second person. */
  approvedBy: Type.Optional(Type.String()),
  reviewedBy: Type.Optional(Type.String()),
  reviewedAt: Type.Optional(Time),
  can: Type.Array(Permission),
});
export type Glass = Static<typeof Glass>;

export const glassUses = ["record", "attachment", "copied", "printed"] as const;
export const GlassUse = Strict({
  at: Time,
  what: Type.Enum(glassUses),
  type: RecordType,
  id: RecordId,
  version: Type.Optional(Type.Integer()),
});
export type GlassUse = Static<typeof GlassUse>;

export const GlassNote = Strict({
  at: Time,
  by: Type.String(),
  /** `answer`: of who opened it. */
  what: Type.Enum(["accept", "ask", "escalate", "answer"]),
  words: Type.Optional(Type.String()),
});
export const GlassDetail = Strict({
  ...Glass.properties,
  reason: Type.String(),
  caseReference: Type.Optional(Type.String()),
  uses: Type.Array(GlassUse),
  notes: Type.Array(GlassNote),
});
export type GlassDetail = Static<typeof GlassDetail>;

const GlassParams = Strict({ glass: Type.String({ maxLength: 60 }) });
const breaking = ["administrator", "operator"] as const;

/** What somebody wants to reveal, why and for how long. */
export const WantedGlass = Strict({
  target: GlassTarget,
  purpose: GlassPurpose,
  reason: GlassReason,
  caseReference: Type.Optional(Type.String({ minLength: 1, maxLength: 80 })),
  fields: Type.Array(FieldGroup, { minItems: 1, maxItems: 4, uniqueItems: true }),
  minutes: Type.Enum(glassMinutes),
});

const open = defineOperation({
  id: "openGlass",
  method: "POST",
  path: "/api/v1/glasses",
  tag: "glasses",
  summary: "Break the glass: reveal a patient's records, or one record, for a purpose and a while",
  access: breaking,
  console: { screen: "/records/{type}/{id}" },
  audit: "intent",
  stepUp: true,
  body: WantedGlass,
  responses: { 201: GlassDetail },
});
const extend = defineOperation({
  id: "extendGlass",
  method: "POST",
  path: "/api/v1/glasses/{glass}/extend",
  tag: "glasses",
  summary: "Keep an open glass open for longer, an hour in all",
  access: breaking,
  console: { screen: "/records/{type}/{id}" },
  audit: "intent",
  stepUp: true,
  params: GlassParams,
  body: Strict({ minutes: Type.Enum(glassMinutes) }),
  responses: { 200: Glass },
});
const close = defineOperation({
  id: "closeGlass",
  method: "POST",
  path: "/api/v1/glasses/{glass}/close",
  tag: "glasses",
  summary: "End a glass now: what it revealed is masked again",
  access: breaking,
  console: { screen: "/records/{type}/{id}" },
  audit: "intent",
  params: GlassParams,
  responses: { 200: Glass },
});

const RevealedRecord = Strict({
  type: RecordType,
  id: RecordId,
  version: Type.Integer(),
  /** Unmasked where the glass reveals the group, masked elsewhere. */
  resource: FhirResource,
  revealed: Type.Array(FieldGroup),
  attachments: Type.Array(RecordAttachment),
  until: Time,
  /** Of records under 42 CFR part 2: the notice that goes with them (2.32). */
  notice: Type.Optional(Type.String()),
});
export type RevealedRecord = Static<typeof RevealedRecord>;

const GlassRecordParams = Strict({ ...GlassParams.properties, ...RecordParams.properties });
const read = defineOperation({
  id: "readUnderGlass",
  method: "GET",
  path: "/api/v1/glasses/{glass}/records/{type}/{id}",
  tag: "glasses",
  summary: "Read a record unmasked, while a glass that covers it is open",
  access: breaking,
  console: { screen: "/records/{type}/{id}" },
  audit: "intent",
  params: GlassRecordParams,
  query: Strict({ version: Type.Optional(Type.Integer({ minimum: 1 })) }),
  responses: { 200: RevealedRecord },
});
const readAttachment = defineOperation({
  id: "readAttachmentUnderGlass",
  method: "GET",
  path: "/api/v1/glasses/{glass}/records/{type}/{id}/attachments/{place}",
  tag: "glasses",
  summary: "Read the bytes of a record's attachment, while a glass that covers it is open",
  access: breaking,
  console: { screen: "/records/{type}/{id}" },
  audit: "intent",
  params: Strict({ ...GlassRecordParams.properties, place: Type.String({ pattern: "^\\d{1,3}$" }) }),
  query: Strict({ version: Type.Optional(Type.Integer({ minimum: 1 })) }),
  responses: { 200: null },
  produces: "application/octet-stream",
});
const attach = defineOperation({
  id: "attachFromRecord",
  method: "POST",
  path: "/api/v1/glasses/{glass}/records/{type}/{id}/attachments/{place}/attach",
  tag: "glasses",
  summary: "Take an attachment of a record for a message; the answer's id goes into the message as Binary/{id}",
  access: breaking,
  console: { screen: "/messages/compose" },
  audit: "intent",
  params: Strict({ ...GlassRecordParams.properties, place: Type.String({ pattern: "^\\d{1,3}$" }) }),
  responses: { 201: Attachment },
});
const note = defineOperation({
  id: "noteGlassUse",
  method: "POST",
  path: "/api/v1/glasses/{glass}/uses",
  tag: "glasses",
  summary: "Note that revealed values were copied or printed",
  access: breaking,
  console: { screen: "/records/{type}/{id}" },
  audit: "intent",
  params: GlassParams,
  body: Strict({ what: Type.Enum(["copied", "printed"]), type: RecordType, id: RecordId }),
  responses: { 204: null },
});

const list = defineOperation({
  id: "listGlasses",
  method: "GET",
  path: "/api/v1/glasses",
  tag: "glasses",
  summary: "List broken glasses, newest first; who may not review them sees their own",
  access: ["administrator", "operator", "auditor"],
  console: { screen: "/records/glasses" },
  audit: "denials",
  query: Strict({ state: Type.Optional(GlassState), mine: Type.Optional(Type.Boolean()), ...Page }),
  responses: {
    200: Strict({
      items: Type.Array(Glass),
      next: Type.Optional(Type.String()),
      /** How many wait for a review, or were escalated. */
      waiting: Type.Integer(),
      /** Whether breaking one needs a second person here; emergency treatment never does. */
      secondPerson: Type.Boolean(),
    }),
  },
});
const get = defineOperation({
  id: "getGlass",
  method: "GET",
  path: "/api/v1/glasses/{glass}",
  tag: "glasses",
  summary: "Read a glass with its reason, what was revealed and its review",
  access: ["administrator", "operator", "auditor"],
  console: { screen: "/records/glasses/{id}" },
  audit: "intent",
  params: GlassParams,
  responses: { 200: GlassDetail },
});
const review = defineOperation({
  id: "reviewGlass",
  method: "POST",
  path: "/api/v1/glasses/{glass}/review",
  tag: "glasses",
  summary: "Accept a glass that somebody else broke, ask about it, or escalate it",
  access: auditing,
  console: { screen: "/records/glasses/{id}" },
  audit: "intent",
  params: GlassParams,
  body: Strict({
    verdict: Type.Enum(["accept", "ask", "escalate"]),
    /** Needed to ask and to escalate. */
    reason: Type.Optional(Type.String({ minLength: 3, maxLength: 500 })),
  }),
  responses: { 200: GlassDetail },
});
const answer = defineOperation({
  id: "answerGlassReview",
  method: "POST",
  path: "/api/v1/glasses/{glass}/answer",
  tag: "glasses",
  summary: "Answer what a reviewer asks about a glass of your own",
  access: breaking,
  console: { screen: "/records/glasses/{id}" },
  audit: "intent",
  params: GlassParams,
  body: Strict({ reason: GlassReason }),
  responses: { 200: GlassDetail },
});

export const glassOperations = [
  open,
  extend,
  close,
  read,
  readAttachment,
  attach,
  note,
  list,
  get,
  review,
  answer,
] as const;
