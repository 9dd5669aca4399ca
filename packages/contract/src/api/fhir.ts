/** Records as the FHIR R4 REST API gives them (http://hl7.org/fhir/R4/http.html): the same service as plugins and the console use. */
import type { Static } from "typebox";
import { Type } from "./type.ts";
import { defineOperation, type OperationSpec } from "./operation.ts";
import { everyone, Strict } from "./schemas.ts";

/** Any FHIR resource; what it must be is said by the validator, with place and mend. */
export const FhirResource = Type.Object({ resourceType: Type.String() }, { additionalProperties: true });
export type FhirResource = Static<typeof FhirResource>;

/** Bytes of one resource, and of one bundle, as JSON. Larger content goes into a Binary, which is streamed. */
export const recordBytesMax = 2_097_152;
export const bundleBytesMax = 8_388_608;
/** Of a Binary whose bytes are streamed. */
export const binaryBytesMax = 2_147_483_648;

/** Where the FHIR API stands; `Location` and the links of bundles begin with it. */
export const fhirRoot = "/fhir/R4";

const ResourceType = Type.String({ maxLength: 60 });
const RecordId = Type.String({ maxLength: 64 });
const TypeParams = Strict({ type: ResourceType });
const RecordParams = Strict({ type: ResourceType, id: RecordId });
const VersionParams = Strict({ type: ResourceType, id: RecordId, version: Type.String({ maxLength: 20 }) });
const BinaryParams = Strict({ id: RecordId });

/** The parameters that every type has; the CapabilityStatement names those of each type. Any of them may be sent. */
const SearchQuery = Type.Object(
  {
    _id: Type.Optional(Type.String()),
    identifier: Type.Optional(Type.String({ description: "system|value" })),
    patient: Type.Optional(Type.String({ description: "Patient/id" })),
    _lastUpdated: Type.Optional(Type.String()),
    _count: Type.Optional(Type.Integer({ minimum: 0, maximum: 200 })),
    _sort: Type.Optional(Type.String()),
    _include: Type.Optional(Type.String()),
    _summary: Type.Optional(Type.String()),
    _cursor: Type.Optional(Type.String({ description: "Of a bundle's link, opaque" })),
  },
  { additionalProperties: true },
);
const HistoryQuery = Strict({
  _count: Type.Optional(Type.Integer({ minimum: 1, maximum: 200 })),
  _since: Type.Optional(Type.String({ description: "RFC 3339 time" })),
  _cursor: Type.Optional(Type.String()),
});
const PatchStep = Type.Object(
  { op: Type.String(), path: Type.String(), value: Type.Optional(Type.Unknown()), from: Type.Optional(Type.String()) },
  { additionalProperties: true },
);

const ifMatch = { "if-match": Type.Optional(Type.String({ maxLength: 40 })) };
const prefer = { prefer: Type.Optional(Type.String({ maxLength: 60 })) };
const ifNoneExist = { "if-none-exist": Type.Optional(Type.String({ maxLength: 1000 })) };

/** Who may do what with which record is decided row by row: by scopes of a token, by role and an open glass of a person. */
const shared = { tag: "fhir", access: everyone, audit: "intent", dialect: "fhir" } as const;
const tried = { screen: "/dev/api" } as const;
/** A person does the same in the Storage Browser, where what is shown is masked or opened with a reason. */
const underGlass = {
  exempt: "of programs with a scope; a person reads and searches records under Records, masked or under an open glass",
} as const;
const wholeByPeople = {
  exempt: "of programs: a person replaces a record as a whole, for a patch answers what is masked",
} as const;

const capabilities = defineOperation({
  ...shared,
  id: "getCapabilityStatement",
  method: "GET",
  path: "/fhir/R4/metadata",
  audit: "denials",
  console: tried,
  summary: "Tell what the FHIR API serves: types, interactions and search parameters",
  responses: { 200: FhirResource },
});
const bundle = defineOperation({
  ...shared,
  id: "sendBundle",
  method: "POST",
  path: "/fhir/R4",
  console: tried,
  summary: "Carry out a batch, or a transaction of which all or nothing is done",
  headers: Type.Object(prefer),
  body: FhirResource,
  bodyBytesMax: bundleBytesMax,
  responses: { 200: FhirResource },
});
const search = defineOperation({
  ...shared,
  id: "searchRecords",
  method: "GET",
  path: "/fhir/R4/{type}",
  console: underGlass,
  summary: "Search records of one type",
  params: TypeParams,
  query: SearchQuery,
  responses: { 200: FhirResource },
});
const postSearch = defineOperation({
  ...shared,
  id: "postSearchRecords",
  method: "POST",
  path: "/fhir/R4/{type}/_search",
  console: underGlass,
  summary: "Search records of one type, with the criteria in the body, where no log of addresses sees them",
  params: TypeParams,
  query: SearchQuery,
  bodyType: "bytes",
  bodyBytesMax: 65_536,
  responses: { 200: FhirResource },
});
const create = defineOperation({
  ...shared,
  id: "createRecord",
  method: "POST",
  path: "/fhir/R4/{type}",
  console: tried,
  summary: "Store a new record; with If-None-Exist only where no record matches",
  params: TypeParams,
  headers: Type.Object({ ...ifNoneExist, ...prefer }),
  body: FhirResource,
  bodyBytesMax: recordBytesMax,
  responses: { 200: FhirResource, 201: FhirResource },
});
const read = defineOperation({
  ...shared,
  id: "readRecord",
  method: "GET",
  path: "/fhir/R4/{type}/{id}",
  console: underGlass,
  summary: "Read a record as it is now; a Binary raw, unless FHIR JSON is asked for",
  params: RecordParams,
  query: Type.Object({ _summary: Type.Optional(Type.String()) }, { additionalProperties: true }),
  responses: { 200: FhirResource, 304: null },
});
const readVersion = defineOperation({
  ...shared,
  id: "readRecordVersion",
  method: "GET",
  path: "/fhir/R4/{type}/{id}/_history/{version}",
  console: underGlass,
  summary: "Read a record as it was in one version",
  params: VersionParams,
  responses: { 200: FhirResource, 304: null },
});
const update = defineOperation({
  ...shared,
  id: "updateRecord",
  method: "PUT",
  path: "/fhir/R4/{type}/{id}",
  console: tried,
  summary: "Replace a record, or store it under the id that the client gives; with If-Match only that version",
  params: RecordParams,
  headers: Type.Object({ ...ifMatch, ...prefer }),
  body: FhirResource,
  bodyBytesMax: recordBytesMax,
  responses: { 200: FhirResource, 201: FhirResource },
});
const patch = defineOperation({
  ...shared,
  id: "patchRecord",
  method: "PATCH",
  path: "/fhir/R4/{type}/{id}",
  console: wholeByPeople,
  summary: "Change a record by JSON Patch (RFC 6902)",
  params: RecordParams,
  headers: Type.Object({ ...ifMatch, ...prefer }),
  body: Type.Array(PatchStep),
  responses: { 200: FhirResource },
});
const remove = defineOperation({
  ...shared,
  id: "deleteRecord",
  method: "DELETE",
  path: "/fhir/R4/{type}/{id}",
  console: tried,
  summary: "Delete a record; its versions stay until their retention ends",
  params: RecordParams,
  headers: Type.Object(ifMatch),
  responses: { 204: null },
});
/** Which record is meant: search parameters that find one. */
const Condition = Type.Object(
  { identifier: Type.Optional(Type.String({ description: "system|value" })) },
  { additionalProperties: true },
);
const updateWhere = defineOperation({
  ...shared,
  id: "updateRecordWhere",
  method: "PUT",
  path: "/fhir/R4/{type}",
  console: tried,
  summary: "Replace the one record that the search parameters find, or store a new one where they find none",
  params: TypeParams,
  query: Condition,
  headers: Type.Object({ ...ifMatch, ...prefer }),
  body: FhirResource,
  bodyBytesMax: recordBytesMax,
  responses: { 200: FhirResource, 201: FhirResource },
});
const patchWhere = defineOperation({
  ...shared,
  id: "patchRecordWhere",
  method: "PATCH",
  path: "/fhir/R4/{type}",
  console: wholeByPeople,
  summary: "Change the one record that the search parameters find by JSON Patch; none and several are refused",
  params: TypeParams,
  query: Condition,
  headers: Type.Object({ ...ifMatch, ...prefer }),
  body: Type.Array(PatchStep),
  responses: { 200: FhirResource },
});
const removeWhere = defineOperation({
  ...shared,
  id: "deleteRecordWhere",
  method: "DELETE",
  path: "/fhir/R4/{type}",
  console: tried,
  summary: "Delete the one record that the search parameters find; several are refused",
  params: TypeParams,
  query: Condition,
  headers: Type.Object(ifMatch),
  responses: { 204: null },
});
const history = defineOperation({
  ...shared,
  id: "listRecordHistory",
  method: "GET",
  path: "/fhir/R4/{type}/{id}/_history",
  console: underGlass,
  summary: "List the versions of a record, newest first",
  params: RecordParams,
  query: HistoryQuery,
  responses: { 200: FhirResource },
});
const typeHistory = defineOperation({
  ...shared,
  id: "listTypeHistory",
  method: "GET",
  path: "/fhir/R4/{type}/_history",
  console: { exempt: "of programs: a person sees the versions of each record on its page under Records" },
  summary: "List the versions of all records of a type, newest first",
  params: TypeParams,
  query: HistoryQuery,
  responses: { 200: FhirResource },
});
const createBinary = defineOperation({
  ...shared,
  id: "createBinary",
  method: "POST",
  path: "/fhir/R4/Binary",
  console: tried,
  summary: "Store bytes of any content type as a Binary, streamed; FHIR JSON is taken as the resource",
  headers: Type.Object({ ...prefer, "x-security-context": Type.Optional(Type.String({ maxLength: 200 })) }),
  bodyType: "bytes",
  bodyBytesMax: recordBytesMax,
  responses: { 201: FhirResource },
});
const updateBinary = defineOperation({
  ...shared,
  id: "updateBinary",
  method: "PUT",
  path: "/fhir/R4/Binary/{id}",
  console: tried,
  summary: "Replace the bytes of a Binary, streamed",
  params: BinaryParams,
  headers: Type.Object({ ...ifMatch, ...prefer, "x-security-context": Type.Optional(Type.String({ maxLength: 200 })) }),
  bodyType: "bytes",
  bodyBytesMax: recordBytesMax,
  responses: { 200: FhirResource, 201: FhirResource },
});

export const fhirOperations = [
  capabilities,
  bundle,
  search,
  postSearch,
  create,
  read,
  readVersion,
  update,
  patch,
  remove,
  updateWhere,
  patchWhere,
  removeWhere,
  history,
  typeHistory,
  createBinary,
  updateBinary,
] as const;

/** The act on records that an operation is, in letters of a data scope. Patching shows what is there, so it needs both. */
export const recordActions: Partial<Record<OperationSpec["id"], readonly ("c" | "r" | "u" | "d" | "s")[]>> = {
  searchRecords: ["s"],
  postSearchRecords: ["s"],
  createRecord: ["c"],
  createBinary: ["c"],
  readRecord: ["r"],
  readRecordVersion: ["r"],
  updateRecord: ["u"],
  updateBinary: ["u"],
  patchRecord: ["r", "u"],
  deleteRecord: ["d"],
  // A condition tells whether somebody is known.
  updateRecordWhere: ["u", "s"],
  patchRecordWhere: ["r", "u", "s"],
  deleteRecordWhere: ["d", "s"],
  listRecordHistory: ["r"],
  listTypeHistory: ["s"],
};
