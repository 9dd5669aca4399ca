import { HilumError, type Context } from "@hilum/contract";
import { recordBytesMax, type FhirResource } from "@hilum/contract/api";
import { capabilityStatement } from "@hilum/contract/search";
import type { Readable } from "node:stream";
import { mediaType, requireFhirType } from "../../http/fhir-dialect.ts";
import { presentDone } from "../../http/operation-outcome.ts";
import type { Handlers, OutcomeNote, RequestOf } from "../../http/request.ts";
import { eTagOf, locationOf, presentBundle, presentResource, type Returning } from "./bundle/present-entries.ts";
import { carriedTypes } from "./carried-types.ts";
import { isUnchanged, oneHeader, readIfMatch, readPrefer, requireJson, wantsBytes } from "./negotiate.ts";
import {
  ofType,
  narrowed,
  noteOf,
  noteOfOne,
  readBinary,
  readHistoryQuery,
  refuseFhirPathPatch,
  splitCondition,
  splitQuery,
  withId,
} from "./fhir-requests.ts";
import { readPairs } from "./query-pairs.ts";
import { askerOf } from "./reach.ts";
import type {
  OpenedRecord,
  RecordPage,
  RecordsService,
  Resource,
  SearchPairs,
  WrittenRecord,
} from "./records-service.ts";
import { readAll } from "./read-all.ts";

type FhirIds =
  | "getCapabilityStatement"
  | "sendBundle"
  | "searchRecords"
  | "postSearchRecords"
  | "createRecord"
  | "readRecord"
  | "readRecordVersion"
  | "updateRecord"
  | "patchRecord"
  | "deleteRecord"
  | "updateRecordWhere"
  | "patchRecordWhere"
  | "deleteRecordWhere"
  | "listRecordHistory"
  | "listTypeHistory"
  | "createBinary"
  | "updateBinary";

export interface FhirServices {
  records: RecordsService;
  version: string;
  startedAt: Date;
  /** `https://clinic.example/fhir/R4`. */
  baseUrl(): string;
}

type Headers = RequestOf<FhirIds>["headers"];
/** What every request of the dialect has. */
type Asked = Pick<RequestOf<FhirIds>, "headers" | "bytes"> & { search?: SearchPairs };
interface FhirAnswer {
  status: number;
  body?: FhirResource;
  headers?: Readonly<Record<string, string>>;
  stream?: Readable;
  note?: OutcomeNote;
}

const formBytesMax = 65_536;

export function createFhirHandlers({ records, version, startedAt, baseUrl }: FhirServices): Handlers<FhirIds> {
  async function search(context: Context, type: string, pairs: SearchPairs, headers: Headers): Promise<FhirAnswer> {
    const { query, cursor, format } = splitQuery(pairs);
    requireJson(headers, format);
    const page = await records.search(askerOf(context), { type, query, ...(cursor === undefined ? {} : { cursor }) });
    return presentSearch(page, type, query);
  }

  const linkOf = (place: string, cursor: string | undefined): string | undefined =>
    cursor === undefined ? undefined : `${baseUrl()}/${place}?_cursor=${cursor}`;

  function presentSearch(page: RecordPage, type: string, query: SearchPairs): FhirAnswer {
    const { wanted = query } = page;
    const body = presentBundle(page, "searchset", {
      ...links(page, type),
      ...{ query: wanted, base: baseUrl() },
    });
    return { status: 200, body, note: noteOf(page) };
  }

  function links(page: RecordPage, place: string): { self?: string; next?: string } {
    const self = linkOf(place, page.self);
    const next = linkOf(place, page.next);
    return { ...(self === undefined ? {} : { self }), ...(next === undefined ? {} : { next }) };
  }

  async function history(context: Context, type: string, id: string | undefined, request: Asked) {
    const { query, cursor, format } = splitQuery(request.search ?? []);
    requireJson(request.headers, format);
    const asked = readHistoryQuery(query);
    const page = await records.history(askerOf(context), {
      ...{ type, ...asked },
      ...(id === undefined ? {} : { id }),
      ...(cursor === undefined ? {} : { cursor }),
    });
    const place = id === undefined ? `${type}/_history` : `${type}/${id}/_history`;
    const body = presentBundle(page, "history", { ...links(page, place), query: [], base: baseUrl() });
    return { status: 200, body, note: noteOf(page) };
  }

  async function read(
    context: Context,
    key: { type: string; id: string; version?: number },
    request: Asked,
  ): Promise<FhirAnswer> {
    const { format, query } = splitQuery(request.search ?? []);
    const { headers } = request;
    const asker = askerOf(context);
    const bytes = key.type === "Binary" && wantsBytes(headers, format);
    if (!bytes) requireJson(headers, format);
    const record = await records.read(asker, key);
    const validators = { etag: eTagOf(record.version), "last-modified": httpDate(record.at) };
    if (isUnchanged(headers, record)) return { status: 304, headers: validators, note: noteOfOne(record) };
    if (bytes) {
      const { contentType, size, stream } = await records.content(asker, { id: key.id, version: record.version });
      const safe = { "content-type": contentType, "content-length": String(size), "content-disposition": "attachment" };
      return { status: 200, stream, headers: { ...validators, ...safe }, note: noteOfOne(record) };
    }
    const whole = key.type === "Binary" ? await withData(asker, record) : presentResource(record);
    return { status: 200, body: narrowed(whole, query), headers: validators, note: noteOfOne(record) };
  }

  /** A Binary as a resource has its bytes inside, where they fit into one. */
  async function withData(asker: ReturnType<typeof askerOf>, record: OpenedRecord): Promise<Resource> {
    const resource = presentResource(record);
    const { size, stream } = await records.content(asker, { id: record.id, version: record.version });
    if (size === 0 || size > (recordBytesMax / 4) * 3) {
      stream.destroy();
      return resource;
    }
    return { ...resource, data: (await readAll(stream, size)).toString("base64") };
  }

  function written({ record, outcome, mayRead }: WrittenRecord, returning: Returning): FhirAnswer {
    const status = outcome === "created" ? 201 : 200;
    const headers = {
      etag: eTagOf(record.version),
      "last-modified": httpDate(record.at),
      location: `${baseUrl()}/${locationOf(record)}`,
    };
    const shared = { status, headers, note: noteOfOne(record) };
    if (returning === "minimal" || !mayRead) return shared;
    if (returning === "OperationOutcome")
      return { ...shared, body: presentDone(`The ${record.type} is stored as version ${record.version}.`) };
    return { ...shared, body: presentResource(record) };
  }

  async function storeBinary(context: Context, id: string | undefined, request: Asked): Promise<WrittenRecord> {
    const { headers, bytes } = request;
    const asker = askerOf(context);
    const match = readIfMatch(headers);
    const { resource, content } = await readBinary(headers, bytes, baseUrl());
    const given = { resource, ...(content === undefined ? {} : { content }) };
    if (id === undefined) return await records.create(asker, given);
    // Bytes have no id of their own.
    const named = content === undefined ? withId(resource, id) : { ...resource, id };
    return await records.update(asker, { ...given, resource: named, ...match });
  }

  return {
    getCapabilityStatement: async (_context, { headers, search: pairs = [] }) => {
      requireJson(headers, splitQuery(pairs).format);
      const statement = capabilityStatement({
        ...{ version, date: startedAt.toISOString(), baseUrl: baseUrl(), types: carriedTypes },
      });
      return { status: 200, body: statement as unknown as FhirResource };
    },
    sendBundle: async (context, { body, headers }) => {
      requireJson(headers, undefined);
      const answer = await records.bundle(askerOf(context), body, readPrefer(headers, "minimal"));
      const entries = answer["entry"];
      return { status: 200, body: answer, note: { count: Array.isArray(entries) ? entries.length : 0 } };
    },
    searchRecords: async (context, { params, search: pairs = [], headers }) =>
      await search(context, params.type, pairs, headers),
    postSearchRecords: async (context, { params, search: pairs = [], headers, bytes }) => {
      if (!/^application\/x-www-form-urlencoded\b/i.test(oneHeader(headers, "content-type") ?? ""))
        throw mediaType("The criteria come as a form.", "Send application/x-www-form-urlencoded.");
      requireFhirType(oneHeader(headers, "content-type"));
      const form = (await readAll(bytes, formBytesMax)).toString("utf8");
      return await search(context, params.type, [...pairs, ...readPairs(form)], headers);
    },
    createRecord: async (context, { params, body, headers }) => {
      requireJson(headers, undefined);
      const condition = oneHeader(headers, "if-none-exist");
      const resource = ofType(body, params.type);
      const result = await records.create(askerOf(context), {
        resource,
        ...(condition === undefined ? {} : { ifNoneExist: readPairs(condition.replace(/^\?/, "")) }),
      });
      return written(result, readPrefer(headers, "representation"));
    },
    readRecord: async (context, request) => await read(context, request.params, request),
    readRecordVersion: async (context, request) => {
      const { type, id, version: text } = request.params;
      if (!/^[1-9]\d{0,8}$/.test(text)) throw new HilumError("record.not_found");
      return await read(context, { type, id, version: Number(text) }, request);
    },
    updateRecord: async (context, { params, body, headers }) => {
      requireJson(headers, undefined);
      const resource = withId(ofType(body, params.type), params.id);
      const result = await records.update(askerOf(context), { resource, ...readIfMatch(headers) });
      return written(result, readPrefer(headers, "representation"));
    },
    patchRecord: async (context, { params, body, headers }) => {
      requireJson(headers, undefined);
      refuseFhirPathPatch(body);
      const given = { type: params.type, id: params.id, steps: body, ...readIfMatch(headers) };
      return written(await records.patch(askerOf(context), given), readPrefer(headers, "representation"));
    },
    deleteRecord: async (context, { params, headers }) => {
      const record = await records.remove(askerOf(context), { ...params, ...readIfMatch(headers) });
      return { status: 204, headers: { etag: eTagOf(record.version) }, note: noteOfOne(record) };
    },
    updateRecordWhere: async (context, { params, body, headers, search: pairs = [] }) => {
      const { where, format } = splitCondition(pairs);
      requireJson(headers, format);
      const given = { resource: ofType(body, params.type), where, ...readIfMatch(headers) };
      return written(await records.updateWhere(askerOf(context), given), readPrefer(headers, "representation"));
    },
    patchRecordWhere: async (context, { params, body, headers, search: pairs = [] }) => {
      const { where, format } = splitCondition(pairs);
      requireJson(headers, format);
      refuseFhirPathPatch(body);
      const given = { type: params.type, where, steps: body, ...readIfMatch(headers) };
      return written(await records.patchWhere(askerOf(context), given), readPrefer(headers, "representation"));
    },
    deleteRecordWhere: async (context, { params, headers, search: pairs = [] }) => {
      const { where } = splitCondition(pairs);
      const given = { type: params.type, where, ...readIfMatch(headers) };
      const record = await records.removeWhere(askerOf(context), given);
      // Nothing to delete is what was wanted.
      if (record === undefined) return { status: 204 };
      return { status: 204, headers: { etag: eTagOf(record.version) }, note: noteOfOne(record) };
    },
    listRecordHistory: async (context, request) =>
      await history(context, request.params.type, request.params.id, request),
    listTypeHistory: async (context, request) => await history(context, request.params.type, undefined, request),
    createBinary: async (context, request) =>
      written(await storeBinary(context, undefined, request), readPrefer(request.headers, "representation")),
    updateBinary: async (context, request) =>
      written(await storeBinary(context, request.params.id, request), readPrefer(request.headers, "representation")),
  };
}

const httpDate = (at: string): string => new Date(at).toUTCString();
