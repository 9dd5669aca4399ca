import { HilumError } from "../errors/hilum-error.ts";
import { canonicalTypes, type CanonicalType } from "../fhir/canonical-types.ts";
import { isRecord } from "../json/shape.ts";
import { wireLimits } from "./protocol.ts";
import {
  recordLimits,
  type BlobWriteParams,
  type ContentInfo,
  type RecordCreate,
  type RecordDelete,
  type RecordMethod,
  type RecordParams,
  type RecordRead,
  type RecordSearch,
  type RecordUpdate,
  type SearchQuery,
  type WireResource,
} from "./records.ts";

/** Id of a resource, and of a version (FHIR R4 2.24.0.1, `id`). */
const fhirId = /^[A-Za-z0-9.-]{1,64}$/;
const handle = /^[A-Za-z0-9._-]{1,128}$/;
const mediaType = /^[A-Za-z0-9!#$&^_.+-]{1,127}\/[A-Za-z0-9!#$&^_.+-]{1,127}(?:;[\x20-\x7e]{1,200})?$/;
const base64 = /^[A-Za-z0-9+/]*={0,2}$/;

/** What a plugin asks, and the call of the host in which it does: without one nothing can be handed over but the frame itself. */
export type AskedRecords<Method extends RecordMethod> = RecordParams[Method] & { call?: string };

/**
 * Readers of what a plugin asks of the platform's records. They throw `request.invalid`, `record.too_large` or `search.invalid` with
 * the place, and never with a value. A resource is passed on as it came: whoever stores it judges it.
 */
export const recordParsers: { [Method in RecordMethod]: (params: Record<string, unknown>) => AskedRecords<Method> } = {
  "records.create": parseCreate,
  "records.read": parseRead,
  "records.update": parseUpdate,
  "records.delete": parseDelete,
  "records.search": parseSearchRecords,
};

function parseCreate(params: Record<string, unknown>): AskedRecords<"records.create"> {
  const { resource, ifNoneExist } = params;
  const asked: RecordCreate = {
    resource: parseResource(resource, "/resource"),
    ...(ifNoneExist === undefined ? {} : { ifNoneExist: parseQuery(ifNoneExist, "/ifNoneExist") }),
  };
  return { ...asked, ...withContent(params) };
}

function parseRead(params: Record<string, unknown>): AskedRecords<"records.read"> {
  const asked: RecordRead = { ...parseTarget(params), ...optional("version", params, fhirId) };
  return { ...asked, ...callOf(params) };
}

function parseUpdate(params: Record<string, unknown>): AskedRecords<"records.update"> {
  const resource = parseResource(params["resource"], "/resource");
  if (resource.id === undefined) throw invalid("/resource/id", "it names the record that is changed");
  const asked: RecordUpdate = { resource, ...optional("ifMatch", params, fhirId) };
  return { ...asked, ...withContent(params) };
}

function parseDelete(params: Record<string, unknown>): AskedRecords<"records.delete"> {
  const asked: RecordDelete = parseTarget(params);
  return { ...asked, ...callOf(params) };
}

function parseSearchRecords(params: Record<string, unknown>): AskedRecords<"records.search"> {
  const { type, query, count, cursor } = params;
  const { countMax, cursorCharsMax } = recordLimits;
  if (typeof count !== "number" || !Number.isInteger(count) || count < 1 || count > countMax)
    throw invalid("/count", `it is a whole number from 1 to ${countMax}`);
  if (cursor !== undefined && (typeof cursor !== "string" || cursor.length === 0 || cursor.length > cursorCharsMax))
    throw invalid("/cursor", "it is `next` of the answer before");
  const asked: RecordSearch = {
    type: parseType(type, "/type"),
    query: parseQuery(query, "/query"),
    count,
    ...(cursor === undefined ? {} : { cursor }),
  };
  return { ...asked, ...callOf(params) };
}

export function parseBlobWrite(params: Record<string, unknown>): BlobWriteParams {
  const { call, base64: text, last } = params;
  if (typeof call !== "string" || !handle.test(call)) throw invalid("/call", "it is the id of the call in hand");
  // A chunk in base64 has four characters for three bytes.
  const charsMax = Math.ceil(wireLimits.blobChunkBytesMax / 3) * 4;
  if (typeof text !== "string" || text.length > charsMax || text.length % 4 !== 0 || !base64.test(text))
    throw invalid("/base64", `it is base64 of at most ${wireLimits.blobChunkBytesMax} bytes`);
  if (typeof last !== "boolean") throw invalid("/last", "it is true or false");
  return { call, base64: text, last, ...optional("id", params, handle) };
}

/** What stands in a frame as a resource: an object with a canonical type, small enough to be answered again. */
export function parseResource(value: unknown, pointer: string): WireResource {
  if (!isRecord(value)) throw invalid(pointer, "it is a resource");
  const { id } = value;
  parseType(value["resourceType"], `${pointer}/resourceType`);
  if (id !== undefined && !isRecordId(id)) throw invalid(`${pointer}/id`, "it is 1 to 64 letters, digits, - and .");
  if (bytesOf(value) > recordLimits.resourceBytesMax)
    throw new HilumError("record.too_large", {
      problems: [{ pointer, message: `it has more than ${recordLimits.resourceBytesMax} bytes as JSON` }],
    });
  return value as WireResource;
}

const encoder = new TextEncoder();

/** Bytes of a value as JSON in UTF-8. */
export const bytesOf = (value: unknown): number => encoder.encode(JSON.stringify(value)).length;

export const isRecordId = (value: unknown): value is string => typeof value === "string" && fhirId.test(value);

export const isRecordType = (value: unknown): value is CanonicalType => canonicalTypes.some((type) => type === value);

/** Throws `request.invalid` for what is no content. */
export function parseContent(value: unknown, pointer: string): ContentInfo {
  if (!isRecord(value)) throw invalid(pointer, "it is an object");
  const { id, size, contentType } = value;
  if (typeof id !== "string" || !handle.test(id)) throw invalid(`${pointer}/id`, "it is the id of a blob");
  if (typeof size !== "number" || !Number.isSafeInteger(size) || size < 0)
    throw invalid(`${pointer}/size`, "it is a number of bytes");
  if (typeof contentType !== "string" || !mediaType.test(contentType))
    throw invalid(`${pointer}/contentType`, "it is a media type");
  return { id, size, contentType };
}

/** Bytes belong to a call: what it does not name is gone when it ends. */
function withContent(params: Record<string, unknown>): { content?: ContentInfo; call?: string } {
  const call = callOf(params);
  if (params["content"] === undefined) return call;
  if (call.call === undefined) throw invalid("/call", "content needs the call in which its bytes were written");
  return { ...call, content: parseContent(params["content"], "/content") };
}

const callOf = (params: Record<string, unknown>): { call?: string } => optional("call", params, handle);

function parseTarget(params: Record<string, unknown>): { type: CanonicalType; id: string } {
  const { id } = params;
  if (!isRecordId(id)) throw invalid("/id", "it is 1 to 64 letters, digits, - and .");
  return { type: parseType(params["type"], "/type"), id };
}

function parseType(value: unknown, pointer: string): CanonicalType {
  if (!isRecordType(value)) throw invalid(pointer, `it is one of ${canonicalTypes.join(", ")}`);
  return value;
}

function optional<Name extends string>(
  name: Name,
  params: Record<string, unknown>,
  form: RegExp,
): { [Key in Name]?: string } {
  const value = params[name];
  if (value === undefined) return {};
  if (typeof value !== "string" || !form.test(value)) throw invalid(`/${name}`, "it is not a valid identifier");
  return { [name]: value } as { [Key in Name]?: string };
}

/** What would bring in records of a type that was not asked for, or let a plugin feel for them. */
const reachesFurther = /^(?:_include|_revinclude|_has|_contained|_query|_filter)(?::|$)|\./;
/** A plugin is answered whole records, page by page: `count` and `cursor` say which. */
const shapesAnswer = new Set(["_count", "_cursor", "_elements", "_format", "_pretty", "_summary", "_total"]);

function parseQuery(value: unknown, pointer: string): SearchQuery {
  const { queryMax, queryNameCharsMax, queryValueCharsMax } = recordLimits;
  if (!Array.isArray(value) || value.length > queryMax)
    throw invalid(pointer, `it is a list of at most ${queryMax} pairs`);
  return value.map((pair: unknown, index) => {
    const here = `${pointer}/${index}`;
    if (!Array.isArray(pair) || pair.length !== 2) throw invalid(here, "it is a pair of name and value");
    const [name, text] = pair as [unknown, unknown];
    if (typeof name !== "string" || name.length === 0 || name.length > queryNameCharsMax)
      throw invalid(`${here}/0`, "it is the name of a search parameter");
    if (typeof text !== "string" || text.length > queryValueCharsMax)
      throw invalid(`${here}/1`, `it is a text of at most ${queryValueCharsMax} characters`);
    if (reachesFurther.test(name))
      throw notServed(`${here}/0`, "reaches records of another type", "Search each type by itself.");
    if (shapesAnswer.has(name))
      throw notServed(`${here}/0`, "is not served here: records are answered whole", "Use `count` and `cursor`.");
    return [name, text] as const;
  });
}

const notServed = (pointer: string, message: string, fix: string): HilumError =>
  new HilumError("search.invalid", { problems: [{ pointer, message, fix }] });

const invalid = (pointer: string, message: string): HilumError =>
  new HilumError("request.invalid", { problems: [{ pointer, message }] });
