/** How records are kept, given out whole, and destroyed: legal holds, retention, exports and shredding. */
import type { Static } from "typebox";
import { Type } from "./type.ts";
import { defineOperation } from "./operation.ts";
import { administering, auditing, operating, Page, Reason, Strict, Time } from "./schemas.ts";
import { PatientParams, Permission, RecordIcon, RecordId, RecordType } from "./browser.ts";
import { GlassReason, GlassTarget, PurposeOfUse } from "./glasses.ts";

const holding = ["administrator", "operator", "auditor"] as const;

export const Hold = Strict({
  target: GlassTarget,
  /** Masked. */
  title: Type.String(),
  reason: Type.String(),
  by: Type.String(),
  at: Time,
  can: Type.Array(Permission),
});
export type Hold = Static<typeof Hold>;
const HoldBody = Strict({ target: GlassTarget, reason: Reason });

const listHolds = defineOperation({
  id: "listHolds",
  method: "GET",
  path: "/api/v1/holds",
  tag: "holds",
  summary: "List what is under a legal hold and why",
  access: holding,
  console: { screen: "/records/holds" },
  audit: "intent",
  responses: { 200: Strict({ items: Type.Array(Hold) }) },
});
const setHold = defineOperation({
  id: "setHold",
  method: "POST",
  path: "/api/v1/holds",
  tag: "holds",
  summary:
    "Put a record, or everything about a patient, under a legal hold: nothing of it can be deleted, purged or shredded",
  access: holding,
  console: { screen: "/records/{type}/{id}" },
  audit: "intent",
  body: HoldBody,
  responses: { 200: Strict({ records: Type.Integer() }) },
});
const liftHold = defineOperation({
  id: "liftHold",
  method: "POST",
  path: "/api/v1/holds/lift",
  tag: "holds",
  summary: "Lift a legal hold",
  access: administering,
  console: { screen: "/records/holds" },
  audit: "intent",
  stepUp: true,
  body: HoldBody,
  responses: { 200: Strict({ records: Type.Integer() }) },
});

const KeepDays = Type.Integer({ minimum: 1, maximum: 36_500 });
export const RetentionRule = Strict({
  type: RecordType,
  label: Type.String(),
  icon: RecordIcon,
  /** Days after which versions that were superseded or deleted go; absent: they are kept. */
  keepDays: Type.Optional(KeepDays),
  setBy: Type.Optional(Type.String()),
  setAt: Type.Optional(Time),
  records: Type.Integer(),
  versions: Type.Integer(),
  bytes: Type.Integer(),
  /** The last purge. */
  purged: Type.Optional(Strict({ at: Time, by: Type.String(), versions: Type.Integer() })),
});
export type RetentionRule = Static<typeof RetentionRule>;
const TypeParams = Strict({ type: RecordType });

const getRetention = defineOperation({
  id: "getRetention",
  method: "GET",
  path: "/api/v1/retention",
  tag: "retention",
  summary: "Read how long old versions are kept, by type",
  access: holding,
  console: { screen: "/records/retention" },
  audit: "denials",
  responses: { 200: Strict({ items: Type.Array(RetentionRule) }) },
});
const setRetention = defineOperation({
  id: "setRetention",
  method: "PUT",
  path: "/api/v1/retention/{type}",
  tag: "retention",
  summary: "Set how long superseded and deleted versions of a type are kept",
  access: administering,
  console: { screen: "/records/retention" },
  audit: "intent",
  stepUp: true,
  params: TypeParams,
  body: Strict({ keepDays: Type.Optional(KeepDays), reason: Reason }),
  responses: { 200: RetentionRule },
});
const PurgeCount = Strict({
  versions: Type.Integer(),
  /** True where more than the counted ones would go. */
  more: Type.Boolean(),
  /** Versions that ended before this go. */
  endedBefore: Time,
});
const preview = defineOperation({
  id: "previewPurge",
  method: "POST",
  path: "/api/v1/retention/{type}/preview",
  tag: "retention",
  summary: "Count what a purge would remove, and remove nothing",
  access: administering,
  console: { screen: "/records/retention" },
  audit: "denials",
  params: TypeParams,
  body: Strict({ keepDays: KeepDays }),
  responses: { 200: PurgeCount },
});
const purge = defineOperation({
  id: "purgeRecords",
  method: "POST",
  path: "/api/v1/retention/{type}/purge",
  tag: "retention",
  summary: "Remove now the old versions of a type that its rule no longer keeps",
  access: administering,
  console: { screen: "/records/retention" },
  audit: "intent",
  stepUp: true,
  params: TypeParams,
  body: Strict({ reason: Reason }),
  responses: { 200: PurgeCount },
});

export const exportStates = ["waiting", "approved", "refused", "downloaded", "expired"] as const;
export const RecordExport = Strict({
  id: Type.String(),
  state: Type.Enum(exportStates),
  patient: RecordId,
  /** Masked. */
  title: Type.String(),
  /** Empty: every type. */
  types: Type.Array(RecordType),
  recipient: Type.String(),
  purpose: PurposeOfUse,
  purposeLabel: Type.String(),
  requestedBy: Type.String(),
  requestedAt: Time,
  reason: Type.String(),
  decidedBy: Type.Optional(Type.String()),
  decidedAt: Type.Optional(Time),
  refusal: Type.Optional(Type.String()),
  /** Until when it can be approved, and then until when it can be downloaded. */
  until: Time,
  downloadedAt: Type.Optional(Time),
  records: Type.Optional(Type.Integer()),
  /** Records that the patient's consents hold back. */
  withheld: Type.Optional(Type.Integer()),
  can: Type.Array(Permission),
});
export type RecordExport = Static<typeof RecordExport>;
const ExportParams = Strict({ export: Type.String({ maxLength: 60 }) });

const listExports = defineOperation({
  id: "listExports",
  method: "GET",
  path: "/api/v1/exports",
  tag: "exports",
  summary: "List exports of patients' records with who asked, who decided and what came of them",
  access: holding,
  console: { screen: "/records/exports" },
  audit: "intent",
  query: Strict(Page),
  responses: { 200: Strict({ items: Type.Array(RecordExport), next: Type.Optional(Type.String()) }) },
});
const requestExport = defineOperation({
  id: "requestExport",
  method: "POST",
  path: "/api/v1/exports",
  tag: "exports",
  summary: "Ask for an export of a patient's records; another person approves it",
  access: operating,
  console: { screen: "/records/patients/{id}" },
  audit: "intent",
  stepUp: true,
  body: Strict({
    patient: RecordId,
    types: Type.Optional(Type.Array(RecordType, { maxItems: 40, uniqueItems: true })),
    recipient: Type.String({ minLength: 3, maxLength: 300 }),
    purpose: PurposeOfUse,
    reason: GlassReason,
  }),
  responses: { 201: RecordExport },
});
const approveExport = defineOperation({
  id: "approveExport",
  method: "POST",
  path: "/api/v1/exports/{export}/approve",
  tag: "exports",
  summary: "Approve an export that somebody else asked for",
  access: auditing,
  console: { screen: "/records/exports" },
  audit: "intent",
  stepUp: true,
  params: ExportParams,
  responses: { 200: RecordExport },
});
const refuseExport = defineOperation({
  id: "refuseExport",
  method: "POST",
  path: "/api/v1/exports/{export}/refuse",
  tag: "exports",
  summary: "Refuse an export, with a reason; who asked for it takes it back so",
  access: holding,
  console: { screen: "/records/exports" },
  audit: "intent",
  params: ExportParams,
  body: Strict({ reason: Reason }),
  responses: { 200: RecordExport },
});
const downloadExport = defineOperation({
  id: "downloadExport",
  method: "POST",
  path: "/api/v1/exports/{export}/download",
  tag: "exports",
  summary: "Download an approved export, once: a zip of one NDJSON file per type",
  access: operating,
  console: { screen: "/records/exports" },
  audit: "intent",
  stepUp: true,
  params: ExportParams,
  responses: { 200: null },
  produces: "application/zip",
});

export const shreddingStates = ["waiting", "done", "refused", "expired"] as const;
export const Shredding = Strict({
  id: Type.String(),
  state: Type.Enum(shreddingStates),
  patient: RecordId,
  /** Masked; absent once it is done. */
  title: Type.Optional(Type.String()),
  requestedBy: Type.String(),
  requestedAt: Time,
  reason: Type.String(),
  decidedBy: Type.Optional(Type.String()),
  decidedAt: Type.Optional(Time),
  refusal: Type.Optional(Type.String()),
  until: Time,
  /** What was destroyed. */
  records: Type.Optional(Type.Integer()),
  versions: Type.Optional(Type.Integer()),
  can: Type.Array(Permission),
});
export type Shredding = Static<typeof Shredding>;
const ShreddingParams = Strict({ shredding: Type.String({ maxLength: 60 }) });

const listShreddings = defineOperation({
  id: "listShreddings",
  method: "GET",
  path: "/api/v1/shreddings",
  tag: "shreddings",
  summary: "List which patients' records were to be destroyed, by whom, and what came of it",
  access: auditing,
  console: { screen: "/records/shreddings" },
  audit: "intent",
  query: Strict(Page),
  responses: { 200: Strict({ items: Type.Array(Shredding), next: Type.Optional(Type.String()) }) },
});
const requestShredding = defineOperation({
  id: "requestShredding",
  method: "POST",
  path: "/api/v1/patients/{patient}/shredding",
  tag: "shreddings",
  summary: "Ask that everything about a patient is destroyed beyond repair; another person approves it",
  access: administering,
  console: { screen: "/records/patients/{id}" },
  audit: "intent",
  stepUp: true,
  params: PatientParams,
  body: Strict({ reason: GlassReason }),
  responses: { 201: Shredding },
});
const approveShredding = defineOperation({
  id: "approveShredding",
  method: "POST",
  path: "/api/v1/shreddings/{shredding}/approve",
  tag: "shreddings",
  summary: "Destroy everything about a patient, as somebody else asked: it cannot be undone",
  access: auditing,
  console: { screen: "/records/shreddings" },
  audit: "intent",
  stepUp: true,
  params: ShreddingParams,
  body: Strict({ /** The patient's id, typed by the person. */ confirm: RecordId }),
  responses: { 200: Shredding },
});
const refuseShredding = defineOperation({
  id: "refuseShredding",
  method: "POST",
  path: "/api/v1/shreddings/{shredding}/refuse",
  tag: "shreddings",
  summary: "Refuse a shredding, with a reason; who asked for it takes it back so",
  access: auditing,
  console: { screen: "/records/shreddings" },
  audit: "intent",
  params: ShreddingParams,
  body: Strict({ reason: Reason }),
  responses: { 200: Shredding },
});

export const custodyOperations = [
  ...[listHolds, setHold, liftHold, getRetention, setRetention, preview, purge],
  ...[listExports, requestExport, approveExport, refuseExport, downloadExport],
  ...[listShreddings, requestShredding, approveShredding, refuseShredding],
] as const;
