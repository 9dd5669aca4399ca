/**
 * The Storage Browser: stores, records, versions and patients, masked by the server. What is unmasked is read under a glass
 * (`glasses.ts`) alone. What a person looks for travels in bodies, never in addresses.
 */
import type { Static } from "typebox";
import { Type } from "./type.ts";
import { defineOperation } from "./operation.ts";
import { FhirResource } from "./fhir.ts";
import { everyone, InstanceId, operating, PluginId, Reason, Strict, Time } from "./schemas.ts";

/** `embedded`, or `plugin/instance` of a plugin with `store_records`. */
export const RecordStoreId = Type.String({ pattern: "^[a-z0-9][a-z0-9./-]*$", maxLength: 170 });
export const RecordType = Type.String({ pattern: "^[A-Z][A-Za-z]{1,63}$" });
export const RecordId = Type.String({ pattern: "^[A-Za-z0-9.-]{1,64}$" });
export const RecordParams = Strict({ type: RecordType, id: RecordId });
export const PatientParams = Strict({ patient: RecordId });

/** What a row, a timeline entry and a tile show beside their words. */
export const recordIcons = [
  "patient",
  "person",
  "organisation",
  "document",
  "file",
  "message",
  "measurement",
  "report",
  "appointment",
  "order",
  "task",
  "consent",
  "allergy",
  "immunisation",
  "provenance",
  "record",
] as const;
export const RecordIcon = Type.Enum(recordIcons);
export type RecordIcon = Static<typeof RecordIcon>;

/** What a person may wish to do with a record, a patient, a request. */
export const recordActs = [
  "reveal",
  "restore",
  "hold",
  "liftHold",
  "export",
  "shred",
  "review",
  "answer",
  "extend",
  "close",
  "approve",
  "refuse",
  "download",
] as const;
/** Whether this person may do it now, and if not, why not and who can. */
export const Permission = Strict({
  act: Type.Enum(recordActs),
  allowed: Type.Boolean(),
  why: Type.Optional(Type.String()),
});
export type Permission = Static<typeof Permission>;

/** One masked line of a record: `Born`, `1970`. */
export const MaskedLine = Strict({ label: Type.String(), value: Type.String() });
export type MaskedLine = Static<typeof MaskedLine>;

/** Who wrote a version, and through which plugin. */
export const Authorship = Strict({
  at: Time,
  by: Type.String(),
  via: Type.Optional(Strict({ plugin: PluginId, instance: InstanceId })),
});
export type Authorship = Static<typeof Authorship>;

export const MaskedRecord = Strict({
  store: RecordStoreId,
  type: RecordType,
  id: RecordId,
  version: Type.Integer(),
  icon: RecordIcon,
  /** `J••• D••`, or the type's name where nothing else may be shown. */
  title: Type.String(),
  lines: Type.Array(MaskedLine),
  written: Authorship,
  /** The patients that it is about. */
  patients: Type.Array(RecordId),
  hold: Type.Boolean(),
  deleted: Type.Boolean(),
  /** Codes of `meta.security`, such as `R`, and `part2` for records of a 42 CFR part 2 programme. */
  labels: Type.Array(Type.String()),
});
export type MaskedRecord = Static<typeof MaskedRecord>;

export const StoredType = Strict({
  type: RecordType,
  /** `Documents`. */
  label: Type.String(),
  icon: RecordIcon,
  /** Absent where the store does not tell. */
  records: Type.Optional(Type.Integer()),
  versions: Type.Optional(Type.Integer()),
  bytes: Type.Optional(Type.Integer()),
  /** Days after which versions that were superseded or deleted go; absent: kept. */
  keepDays: Type.Optional(Type.Integer()),
});
export const storeRoles = ["primary", "replica", "archive"] as const;
export const RecordStore = Strict({
  id: RecordStoreId,
  title: Type.String(),
  role: Type.Enum(storeRoles),
  plugin: Type.Optional(PluginId),
  instance: Type.Optional(InstanceId),
  types: Type.Array(StoredType),
  /** Why its records cannot be listed now. */
  problem: Type.Optional(Type.String()),
});
export type RecordStore = Static<typeof RecordStore>;

const stores = defineOperation({
  id: "listRecordStores",
  method: "GET",
  path: "/api/v1/record-stores",
  tag: "records",
  summary: "List the record stores with how many records of each type they hold",
  access: everyone,
  console: { screen: "/records" },
  audit: "denials",
  responses: {
    200: Strict({ stores: Type.Array(RecordStore), /** Whether this person may see rows. */ browse: Permission }),
  },
});

const Word = Type.String({ minLength: 3, maxLength: 120 });
/** What may be looked for: nothing that a mask hides is offered for sorting or ranges, and births are not searched. */
export const RecordSearch = Strict({
  store: Type.Optional(RecordStoreId),
  type: RecordType,
  /** The whole value, or `system|value`. */
  identifier: Type.Optional(Word),
  /** Beginnings of words, three letters at least. */
  name: Type.Optional(Word),
  /** Id of a patient. */
  patient: Type.Optional(RecordId),
  /** `code` or `system|code`. */
  category: Type.Optional(Word),
  /** When it was last written. */
  from: Type.Optional(Time),
  before: Type.Optional(Time),
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 100 })),
  cursor: Type.Optional(Type.String({ maxLength: 400 })),
});
export type RecordSearch = Static<typeof RecordSearch>;

const browse = defineOperation({
  id: "browseRecords",
  method: "POST",
  path: "/api/v1/records/browse",
  tag: "records",
  summary: "Look for records of a type in a store; rows are masked",
  access: operating,
  console: { screen: "/records" },
  audit: "intent",
  body: RecordSearch,
  responses: {
    200: Strict({
      items: Type.Array(MaskedRecord),
      next: Type.Optional(Type.String()),
      /** Which of the keys this type and store answer. */
      keys: Type.Array(Type.Enum(["identifier", "name", "patient", "category", "from", "before"])),
    }),
  },
});

/** Bytes that a record holds or points to. */
export const RecordAttachment = Strict({
  /** Its place among the record's attachments, from 0. */
  index: Type.Integer(),
  /** JSON pointer into the resource. */
  pointer: Type.String(),
  contentType: Type.Optional(Type.String()),
  bytes: Type.Optional(Type.Integer()),
  /** How it can be shown. */
  view: Type.Enum(["pdf", "image", "text", "ccda", "download"]),
});
export type RecordAttachment = Static<typeof RecordAttachment>;

/** What a glass may uncover. Fewer is better; the first is the least. */
export const fieldGroups = ["identity", "contact", "clinical", "documents"] as const;
export const FieldGroup = Type.Enum(fieldGroups);
export type FieldGroup = Static<typeof FieldGroup>;

/** The open glass of this person that covers what is shown. */
export const OpenGlass = Strict({
  id: Type.String(),
  until: Time,
  fields: Type.Array(FieldGroup),
  purpose: Type.String(),
});
export type OpenGlass = Static<typeof OpenGlass>;

/** When the record's old versions go, and what keeps them. */
export const RetentionClock = Strict({
  keepDays: Type.Optional(Type.Integer()),
  /** Of a version that is not the current one: the day on which it goes. */
  goesAt: Type.Optional(Time),
  /** One sentence. */
  says: Type.String(),
});

const RecordPage = Strict({
  record: MaskedRecord,
  /** Newest version's number; `record.version` is the one shown. */
  newest: Type.Integer(),
  /** Masked. */
  resource: Type.Optional(FhirResource),
  attachments: Type.Array(RecordAttachment),
  /** Which groups hold something in this record. */
  fields: Type.Array(FieldGroup),
  retention: RetentionClock,
  glass: Type.Optional(OpenGlass),
  can: Type.Array(Permission),
});
export type RecordPage = Static<typeof RecordPage>;

const getMasked = defineOperation({
  id: "getMaskedRecord",
  method: "GET",
  path: "/api/v1/records/{type}/{id}",
  tag: "records",
  summary: "Read a record, or one of its versions, masked",
  access: operating,
  console: { screen: "/records/{type}/{id}" },
  audit: "intent",
  params: RecordParams,
  query: Strict({ store: Type.Optional(RecordStoreId), version: Type.Optional(Type.Integer({ minimum: 1 })) }),
  responses: { 200: RecordPage },
});

export const RecordVersion = Strict({
  version: Type.Integer(),
  written: Authorship,
  change: Type.Enum(["created", "changed", "deleted", "restored"]),
  /** Names of the elements that differ from the version before. */
  elements: Type.Array(Type.String()),
  current: Type.Boolean(),
  can: Type.Array(Permission),
});
export type RecordVersion = Static<typeof RecordVersion>;

const versions = defineOperation({
  id: "listRecordVersions",
  method: "GET",
  path: "/api/v1/records/{type}/{id}/versions",
  tag: "records",
  summary: "List a record's versions with who wrote them and which elements changed",
  access: operating,
  console: { screen: "/records/{type}/{id}" },
  audit: "intent",
  params: RecordParams,
  query: Strict({ cursor: Type.Optional(Type.String({ maxLength: 400 })) }),
  responses: { 200: Strict({ items: Type.Array(RecordVersion), next: Type.Optional(Type.String()) }) },
});

const restore = defineOperation({
  id: "restoreRecordVersion",
  method: "POST",
  path: "/api/v1/records/{type}/{id}/restore",
  tag: "records",
  summary: "Make an older version the current one again, as a new version",
  access: operating,
  console: { screen: "/records/{type}/{id}" },
  audit: "intent",
  stepUp: true,
  params: RecordParams,
  body: Strict({
    version: Type.Integer({ minimum: 1 }),
    /** The newest version that the person saw. */
    expected: Type.Integer({ minimum: 1 }),
    reason: Reason,
  }),
  responses: { 200: MaskedRecord },
});

/** A moment of a patient's record, masked. */
export const TimelineRecord = Strict({
  /** When it happened as far as the mask tells, such as `2026` or `2026-02-03`; or else the day it was written. */
  when: Type.String(),
  /** The first moment of it. Entries are in the order in which things happened, which may be finer. */
  at: Time,
  icon: RecordIcon,
  type: RecordType,
  id: RecordId,
  version: Type.Integer(),
  /** `Document`, `Measurement`. */
  kind: Type.String(),
  title: Type.String(),
  detail: Type.Optional(Type.String()),
  written: Authorship,
  labels: Type.Array(Type.String()),
  attachments: Type.Integer(),
});
export type TimelineRecord = Static<typeof TimelineRecord>;

export const PatientConsent = Strict({
  id: RecordId,
  decision: Type.Enum(["permit", "deny"]),
  /** `Privacy`, `Part 2`. */
  kind: Type.String(),
  from: Type.Optional(Time),
  until: Type.Optional(Time),
  inForce: Type.Boolean(),
  /** For which purposes; empty: every purpose. */
  purposes: Type.Array(Type.String()),
});
export type PatientConsent = Static<typeof PatientConsent>;

const PatientOverview = Strict({
  /** The banner; absent where the patient's own record is not here. */
  patient: Type.Optional(MaskedRecord),
  entries: Type.Array(TimelineRecord),
  /** False where a patient has so many records that only those written last are in the timeline. */
  complete: Type.Boolean(),
  next: Type.Optional(Type.String()),
  types: Type.Array(Strict({ type: RecordType, label: Type.String(), icon: RecordIcon })),
  consents: Type.Array(PatientConsent),
  hold: Type.Optional(Strict({ reason: Type.String(), by: Type.String(), at: Time })),
  glass: Type.Optional(OpenGlass),
  can: Type.Array(Permission),
});
export type PatientOverview = Static<typeof PatientOverview>;

const overview = defineOperation({
  id: "getPatientOverview",
  method: "GET",
  path: "/api/v1/patients/{patient}/overview",
  tag: "records",
  summary: "Read a patient's banner, consents and timeline, masked",
  access: operating,
  console: { screen: "/records/patients/{id}" },
  audit: "intent",
  params: PatientParams,
  query: Strict({
    type: Type.Optional(RecordType),
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 100 })),
    cursor: Type.Optional(Type.String({ maxLength: 400 })),
  }),
  responses: { 200: PatientOverview },
});

export const browserOperations = [stores, browse, getMasked, versions, restore, overview] as const;
