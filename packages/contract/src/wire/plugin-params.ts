import { causeClasses } from "../errors/cause-classes.ts";
import { HilumError } from "../errors/hilum-error.ts";
import { escapeBounded } from "../text/escape.ts";
import {
  wireLimits,
  type BlobReadParams,
  type LogParams,
  type StateParams,
  type UpdateDeliveryParams,
} from "./protocol.ts";

const idPattern = /^[A-Za-z0-9._-]{1,64}$/;
const callPattern = /^[A-Za-z0-9._-]{1,128}$/;
const stateKeyPattern = /^[A-Za-z0-9][A-Za-z0-9._:/-]{0,199}$/;
const instantPattern = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d{1,9})?(?:Z|[+-]\d{2}:\d{2})$/;
const levels = ["debug", "info", "warn", "error"] as const;

/** Largest value of private state, in characters. */
export const stateValueCharsMax = 65_536;

/** Readers of what a plugin asks. They throw `request.invalid` with the place; they never look at who asks: the channel says that. */
export function parseLogParams(value: unknown): LogParams {
  const { level, text, call } = object(value);
  const known = levels.find((name) => name === level);
  if (known === undefined) throw invalid("/level", "it is debug, info, warn or error");
  if (typeof text !== "string") throw invalid("/text", "it is a string");
  return { level: known, text, ...(typeof call === "string" && callPattern.test(call) ? { call } : {}) };
}

export function parseUpdateDelivery(value: unknown): UpdateDeliveryParams {
  const { message, state, at, providerId, cause, reply } = object(value);
  if (state !== "delivered" && state !== "failed") throw invalid("/state", "it is delivered or failed");
  if (typeof at !== "string" || !instantPattern.test(at) || Number.isNaN(Date.parse(at)))
    throw invalid("/at", "it is an RFC 3339 time");
  const known = causeClasses.find((name) => name === cause);
  if (cause !== undefined && known === undefined) throw invalid("/cause", "it is not a cause that the protocol names");
  return {
    message: matching(message, idPattern, "/message"),
    state,
    at,
    ...(typeof providerId === "string" ? { providerId: escapeBounded(providerId, 256) } : {}),
    ...(known === undefined ? {} : { cause: known }),
    ...(typeof reply === "string" ? { reply: escapeBounded(reply, 2000) } : {}),
  };
}

export function parseBlobRead(value: unknown): BlobReadParams {
  const { id, offset, length, call } = object(value);
  return {
    id: matching(id, idPattern, "/id"),
    offset: whole(offset, "/offset", Number.MAX_SAFE_INTEGER),
    length: whole(length, "/length", wireLimits.blobChunkBytesMax),
    call: matching(call, callPattern, "/call"),
  };
}

export function parseState(value: unknown): StateParams {
  const { key, value: content, version } = object(value);
  if (content !== undefined && (typeof content !== "string" || content.length > stateValueCharsMax))
    throw invalid("/value", `it is a string of at most ${stateValueCharsMax} characters`);
  return {
    key: matching(key, stateKeyPattern, "/key"),
    ...(content === undefined ? {} : { value: content }),
    ...(version === undefined ? {} : { version: whole(version, "/version", Number.MAX_SAFE_INTEGER) }),
  };
}

function object(value: unknown): Record<string, unknown> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw invalid("", "params are an object");
  return value as Record<string, unknown>;
}

function matching(value: unknown, pattern: RegExp, pointer: string): string {
  if (typeof value !== "string" || !pattern.test(value)) throw invalid(pointer, "it is not a valid identifier");
  return value;
}

function whole(value: unknown, pointer: string, max: number): number {
  if (typeof value !== "number" || !Number.isSafeInteger(value) || value < 0 || value > max)
    throw invalid(pointer, `it is a whole number of at most ${max}`);
  return value;
}

const invalid = (pointer: string, message: string): HilumError =>
  new HilumError("request.invalid", { problems: [{ pointer, message }] });
