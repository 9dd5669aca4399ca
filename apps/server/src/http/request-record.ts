/** What the audit log keeps of a request: its action, what it is about, and what its handler noted. */
import type { OperationSpec } from "@hilum/contract/api";
import type { CallRecord } from "@hilum/host";
import type { FastifyRequest } from "fastify";
import { describeFhirRecord } from "./fhir-dialect.ts";
import type { OutcomeNote } from "./request.ts";
import { readVia } from "./via.ts";

export interface RecordParts {
  /** Keyed hash of a record's id, for the audit log. */
  recordRef(resourceClass: string, id: string): string;
  /** Makes ids that pair intent and outcome. */
  nextCall(): string;
}

/** Which resource class a path parameter names; its value goes into the audit log keyed-hashed. */
const resources: Readonly<Record<string, string>> = {
  message: "Communication",
  attachment: "Binary",
  user: "User",
  token: "ApiToken",
  session: "Session",
  registration: "Registration",
  verification: "Verification",
  link: "RemoteLink",
  delivery: "HookDelivery",
  index: "AuditEntry",
  vendor: "Vendor",
  agreement: "Agreement",
  repair: "Repair",
  patient: "Patient",
  glass: "Glass",
  request: "GlassRequest",
  export: "RecordExport",
  shredding: "Shredding",
};

/** Of a request, before anything is done: who is not let in leaves one too. */
export function createRecord(spec: OperationSpec, request: FastifyRequest, options: RecordParts): CallRecord {
  const record: CallRecord = { call: options.nextCall(), action: spec.id, audit: spec.audit };
  const via = readVia(request.headers, request.actor);
  if (via !== undefined) record.via = via;
  const params = (request.params ?? {}) as Record<string, string>;
  const query = (request.query ?? {}) as Record<string, string>;
  if (params["plugin"] !== undefined) {
    record.plugin = params["plugin"];
    record.instance = params["instance"] ?? query["instance"] ?? "default";
  }
  if (spec.dialect === "fhir") return Object.assign(record, describeFhirRecord(spec, params, options.recordRef));
  const { type, id } = params;
  // The record itself, also where a glass is named beside it.
  if (type !== undefined && id !== undefined)
    return Object.assign(record, { resource: type, ref: options.recordRef(type, id) });
  for (const [name, value] of Object.entries(params)) {
    const resource = resources[name];
    if (resource !== undefined) Object.assign(record, { resource, ref: options.recordRef(resource, String(value)) });
  }
  return record;
}

/** What its handler adds when it is done. */
export function presentNote(note: OutcomeNote, options: RecordParts) {
  return {
    ...(note.actor === undefined ? {} : { actor: note.actor }),
    ...(note.plugin === undefined ? {} : { plugin: note.plugin }),
    ...(note.instance === undefined ? {} : { instance: note.instance }),
    ...(note.record === undefined
      ? {}
      : { resource: note.record.resource, ref: options.recordRef(note.record.resource, note.record.id) }),
    ...(note.count === undefined ? {} : { count: note.count }),
    ...(note.purpose === undefined ? {} : { purpose: note.purpose }),
    ...(note.detail === undefined ? {} : { detail: note.detail }),
  };
}
