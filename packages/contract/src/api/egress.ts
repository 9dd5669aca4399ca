/** What went out: receipts of a plugin's outbound calls. Who it may go to: vendors and their agreements. */
import type { Static } from "typebox";
import { Type } from "./type.ts";
import { defineOperation } from "./operation.ts";
import { administering, InstanceId, Ok, Page, PluginId, PluginParams, Reason, Strict, Time } from "./schemas.ts";

/** Those who may read what leaves and under which agreement: who operates, and who audits. */
const reading = ["administrator", "operator", "auditor"] as const;

export const EgressReceipt = Strict({
  id: Type.String(),
  instance: InstanceId,
  at: Time,
  kind: Type.Enum(["fetch", "tunnel"]),
  destination: Type.Optional(Type.String()),
  host: Type.Optional(Type.String()),
  port: Type.Optional(Type.Integer()),
  method: Type.Optional(Type.String()),
  /** The path as the manifest declares it. */
  template: Type.Optional(Type.String()),
  /** HTTP status of the answer. */
  status: Type.Optional(Type.Integer()),
  bytesOut: Type.Integer(),
  bytesIn: Type.Integer(),
  durationMs: Type.Integer(),
  decision: Type.Enum(["allow", "deny"]),
  /** Why it was refused, or how it failed. */
  reason: Type.Optional(Type.String()),
  call: Type.Optional(Type.String()),
});
export type EgressReceipt = Static<typeof EgressReceipt>;

/** Why patient data may go to a host now, or why not. */
export const disclosureReasons = [
  "no_phi",
  "own_range",
  "own_organisation",
  "test_mode",
  "agreement",
  "missing",
  "expired",
] as const;
export const Disclosure = Strict({
  allowed: Type.Boolean(),
  because: Type.Enum(disclosureReasons),
  vendor: Type.Optional(Strict({ id: Type.String(), name: Type.String() })),
  /** Last day of the agreement under which it is allowed. */
  validUntil: Type.Optional(Type.String()),
});
export type Disclosure = Static<typeof Disclosure>;

/** A host that an instance may reach, with what came of it in the last day. */
export const EgressHost = Strict({
  instance: InstanceId,
  kind: Type.Enum(["fetch", "tunnel"]),
  /** Of a fetch: id and title of the destination. */
  destination: Type.Optional(Type.String()),
  title: Type.String(),
  /** Absent while a setting that names it is missing. */
  host: Type.Optional(Type.String()),
  port: Type.Optional(Type.Integer()),
  requests: Type.Array(Strict({ method: Type.String(), path: Type.String() })),
  access: Type.Enum(["granted", "denied", "undecided", "stale"]),
  /** How the host signs the request in, where it holds the secret. */
  auth: Type.Optional(Type.Enum(["basic", "bearer", "header", "oauth2", "client_credentials"])),
  disclosure: Disclosure,
  day: Strict({ requests: Type.Integer(), denied: Type.Integer(), bytesOut: Type.Integer(), bytesIn: Type.Integer() }),
});
export type EgressHost = Static<typeof EgressHost>;

const receipts = defineOperation({
  id: "listEgressReceipts",
  method: "GET",
  path: "/api/v1/plugins/{plugin}/egress",
  tag: "egress",
  summary: "Read where a plugin may send, under which agreement, and its outbound calls, newest first",
  access: reading,
  console: { screen: "/plugins/{id}/egress" },
  audit: "denials",
  params: PluginParams,
  query: Strict({
    instance: Type.Optional(InstanceId),
    decision: Type.Optional(Type.Enum(["allow", "deny"])),
    ...Page,
  }),
  responses: {
    200: Strict({
      hosts: Type.Array(EgressHost),
      items: Type.Array(EgressReceipt),
      next: Type.Optional(Type.String()),
    }),
  },
});

export const vendorKinds = ["business_associate", "own_organisation"] as const;
/** `not_needed`: of the organisation itself. `future`: begins later. */
export const agreementStates = ["in_force", "ends_soon", "future", "expired", "ended"] as const;
/** A day, `YYYY-MM-DD`. */
export const Day = Type.String({ pattern: "^\\d{4}-\\d{2}-\\d{2}$", maxLength: 10 });

export const Agreement = Strict({
  id: Type.String(),
  /** With whom, as the document says. */
  party: Type.String(),
  signedOn: Day,
  validFrom: Day,
  /** The last day; absent for one without an end. */
  validUntil: Type.Optional(Day),
  state: Type.Enum(agreementStates),
  document: Type.Optional(Strict({ name: Type.String(), contentType: Type.String(), size: Type.Integer() })),
  endedAt: Type.Optional(Time),
  endedBy: Type.Optional(Type.String()),
  createdAt: Time,
  createdBy: Type.String(),
});
export type Agreement = Static<typeof Agreement>;

export const Vendor = Strict({
  id: Type.String(),
  name: Type.String(),
  kind: Type.Enum(vendorKinds),
  /** Exact hosts, or `.suffix.example` for every host below it. */
  hosts: Type.Array(Type.String()),
  note: Type.String(),
  createdAt: Time,
  createdBy: Type.String(),
  revision: Type.Integer(),
  state: Type.Enum(["in_force", "ends_soon", "expired", "missing", "not_needed"]),
  /** Last day on which an agreement holds, followed through those that join it. */
  coveredUntil: Type.Optional(Day),
  agreements: Type.Array(Agreement),
  /** Instances that may send to one of its hosts. */
  uses: Type.Array(
    Strict({
      plugin: PluginId,
      instance: InstanceId,
      title: Type.String(),
      host: Type.String(),
      enabled: Type.Boolean(),
      disclosure: Disclosure,
    }),
  ),
});
export type Vendor = Static<typeof Vendor>;

const VendorParams = Strict({ vendor: Type.String({ maxLength: 60 }) });
const AgreementParams = Strict({ vendor: Type.String({ maxLength: 60 }), agreement: Type.String({ maxLength: 60 }) });
const Name = Type.String({ minLength: 1, maxLength: 120 });
const Hosts = Type.Array(Type.String({ minLength: 1, maxLength: 253 }), { maxItems: 100 });
const Note = Type.String({ maxLength: 2000 });

/** Hosts that plugins ask to reach with patient data and that belong to no vendor yet: what a new vendor is for. */
export const UnclaimedHost = Strict({
  host: Type.String(),
  plugins: Type.Array(Strict({ plugin: PluginId, name: Type.String() })),
});

const list = defineOperation({
  id: "listVendors",
  method: "GET",
  path: "/api/v1/vendors",
  tag: "vendors",
  summary: "List vendors with their agreements, and hosts that belong to none yet",
  access: reading,
  console: { screen: "/vendors" },
  audit: "denials",
  responses: { 200: Strict({ items: Type.Array(Vendor), unclaimed: Type.Array(UnclaimedHost) }) },
});
const get = defineOperation({
  id: "getVendor",
  method: "GET",
  path: "/api/v1/vendors/{vendor}",
  tag: "vendors",
  summary: "Read one vendor with its agreements and who sends to it",
  access: reading,
  console: { screen: "/vendors/{id}" },
  audit: "denials",
  params: VendorParams,
  responses: { 200: Vendor },
});
const create = defineOperation({
  id: "createVendor",
  method: "POST",
  path: "/api/v1/vendors",
  tag: "vendors",
  summary: "Add a vendor with the hosts that are its own",
  access: administering,
  console: { screen: "/vendors" },
  audit: "intent",
  stepUp: true,
  body: Strict({ name: Name, kind: Type.Enum(vendorKinds), hosts: Hosts, note: Type.Optional(Note) }),
  responses: { 201: Vendor },
});
const change = defineOperation({
  id: "changeVendor",
  method: "PATCH",
  path: "/api/v1/vendors/{vendor}",
  tag: "vendors",
  summary: "Change a vendor's name, kind, hosts or note",
  access: administering,
  console: { screen: "/vendors/{id}" },
  audit: "intent",
  stepUp: true,
  params: VendorParams,
  body: Strict({
    /** The revision it was read at; another one is a conflict. */
    revision: Type.Integer(),
    name: Type.Optional(Name),
    kind: Type.Optional(Type.Enum(vendorKinds)),
    hosts: Type.Optional(Hosts),
    note: Type.Optional(Note),
  }),
  responses: { 200: Vendor },
});
const remove = defineOperation({
  id: "removeVendor",
  method: "DELETE",
  path: "/api/v1/vendors/{vendor}",
  tag: "vendors",
  summary: "Remove a vendor that has no agreement in force, with its ended agreements",
  access: administering,
  console: { screen: "/vendors/{id}" },
  audit: "intent",
  stepUp: true,
  params: VendorParams,
  body: Strict({ reason: Reason }),
  responses: { 200: Ok },
});
const agreementAdd = defineOperation({
  id: "addAgreement",
  method: "POST",
  path: "/api/v1/vendors/{vendor}/agreements",
  tag: "vendors",
  summary: "Record a business associate agreement with a vendor",
  access: administering,
  console: { screen: "/vendors/{id}" },
  audit: "intent",
  stepUp: true,
  params: VendorParams,
  body: Strict({ party: Name, signedOn: Day, validFrom: Day, validUntil: Type.Optional(Day) }),
  responses: { 201: Vendor },
});
const agreementEnd = defineOperation({
  id: "endAgreement",
  method: "POST",
  path: "/api/v1/vendors/{vendor}/agreements/{agreement}/end",
  tag: "vendors",
  summary: "End an agreement at once: from then on it covers nothing",
  access: administering,
  console: { screen: "/vendors/{id}" },
  audit: "intent",
  stepUp: true,
  params: AgreementParams,
  body: Strict({ reason: Reason }),
  responses: { 200: Vendor },
});
const documentPut = defineOperation({
  id: "uploadAgreementDocument",
  method: "PUT",
  path: "/api/v1/vendors/{vendor}/agreements/{agreement}/document",
  tag: "vendors",
  summary: "Keep the signed document of an agreement, sealed (PDF, PNG or JPEG)",
  access: administering,
  console: { screen: "/vendors/{id}" },
  audit: "intent",
  stepUp: true,
  params: AgreementParams,
  query: Strict({ name: Type.String({ minLength: 1, maxLength: 120, pattern: "^[^/\\\\\\u0000-\\u001f]+$" }) }),
  bodyType: "bytes",
  bodyBytesMax: 10_485_760,
  responses: { 200: Vendor },
});
const documentGet = defineOperation({
  id: "downloadAgreementDocument",
  method: "GET",
  path: "/api/v1/vendors/{vendor}/agreements/{agreement}/document",
  tag: "vendors",
  summary: "Download the signed document of an agreement",
  access: reading,
  console: { screen: "/vendors/{id}" },
  audit: "intent",
  params: AgreementParams,
  responses: { 200: null },
  produces: "application/octet-stream",
});

export const egressOperations = [
  receipts,
  list,
  get,
  create,
  change,
  remove,
  agreementAdd,
  agreementEnd,
  documentPut,
  documentGet,
] as const;
