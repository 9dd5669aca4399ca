import { HilumError, isHilumError } from "../errors/hilum-error.ts";
import { isRecordId, parseContent, parseResource } from "./record-params.ts";
import {
  recordLimits,
  type RecordMethod,
  type RecordResult,
  type RecordResults,
  type RecordSearchResult,
  type WireResource,
} from "./records.ts";

type Asked = Record<string, unknown>;

/**
 * Checks of what a store of records answers: that it is the record that was asked for, and small enough to go on. The resource itself is
 * passed on as it came; whoever uses it judges it. Each throws `plugin.bad_reply` naming the place.
 */
export const recordAnswerParsers: {
  [Method in RecordMethod]: (value: unknown, asked: Asked) => RecordResults[Method];
} = {
  "records.create": parseCreated,
  "records.read": parseRead,
  "records.update": parseUpdated,
  "records.delete": () => ({}),
  "records.search": parseFound,
};

function parseCreated(value: unknown, { resource, ifNoneExist }: Asked): RecordResult {
  const { resourceType, id } = resource as WireResource;
  // What was there already has an id of its own.
  return parseRecord(value, { type: resourceType, ...(ifNoneExist === undefined ? { id } : {}) });
}

function parseUpdated(value: unknown, { resource }: Asked): RecordResult {
  const { resourceType, id } = resource as WireResource;
  return parseRecord(value, { type: resourceType, id });
}

function parseRead(value: unknown, { type, id, version }: Asked): RecordResult {
  const result = parseRecord(value, { type, id });
  if (version !== undefined && result.resource.meta?.versionId !== version)
    throw bad("/resource/meta/versionId", "it is not the version that was asked for");
  return result;
}

function parseFound(value: unknown, { type, count }: Asked): RecordSearchResult {
  const { resources, next, total } = object(value);
  const countMax = typeof count === "number" ? count : recordLimits.countMax;
  if (!Array.isArray(resources) || resources.length > countMax)
    throw bad("/resources", `it is a list of at most ${countMax}`);
  if (next !== undefined && (typeof next !== "string" || next === "" || next.length > recordLimits.cursorCharsMax))
    throw bad("/next", `it is a text of 1 to ${recordLimits.cursorCharsMax} characters`);
  if (total !== undefined && !(typeof total === "number" && Number.isSafeInteger(total) && total >= 0))
    throw bad("/total", "it is a whole number");
  return {
    resources: resources.map((resource, index) => parseOne(resource, `/resources/${index}`, { type })),
    ...(next === undefined ? {} : { next }),
    ...(total === undefined ? {} : { total }),
  };
}

interface Expected {
  type: unknown;
  id?: unknown;
}

function parseRecord(value: unknown, expected: Expected): RecordResult {
  const { resource, content } = object(value);
  return {
    resource: parseOne(resource, "/resource", expected),
    ...(content === undefined ? {} : { content: asReply(() => parseContent(content, "/content")) }),
  };
}

/** A store that answers another record than the one asked for would show a patient's data under another's name. */
function parseOne(value: unknown, pointer: string, { type, id }: Expected): WireResource {
  const resource = asReply(() => parseResource(value, pointer));
  if (resource.resourceType !== type) throw bad(`${pointer}/resourceType`, "it is not the type that was asked for");
  if (!isRecordId(resource.id)) throw bad(`${pointer}/id`, "a record has an id");
  if (id !== undefined && resource.id !== id) throw bad(`${pointer}/id`, "it is not the record that was asked for");
  return resource;
}

function object(value: unknown): Record<string, unknown> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw bad("", "it is an object");
  return value as Record<string, unknown>;
}

/** What a reader of params would refuse is a bad reply here, at the same place. */
function asReply<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw isHilumError(error) ? new HilumError("plugin.bad_reply", { problems: error.problems }) : error;
  }
}

const bad = (pointer: string, message: string): HilumError =>
  new HilumError("plugin.bad_reply", { problems: [{ pointer, message }] });
