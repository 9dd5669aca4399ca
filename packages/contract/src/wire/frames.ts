/**
 * The codec of the plugin protocol: one JSON-RPC 2.0 document per line (docs/reference/protocol.md). It is strict, and
 * the first thing it refuses ends the link: after a violation no further frame is delivered.
 */
import { Buffer, isAscii, isUtf8 } from "node:buffer";
import { isUnsafeName } from "../json/positioned-json.ts";
import { scanFrame } from "./frame-scan.ts";
import { wireLimits } from "./protocol.ts";

/** A request's name in its connection: ids of one connection mean nothing in another (threat 29). */
export type FrameId = string | number;
export interface FrameError {
  code: number;
  message: string;
  data?: Record<string, unknown>;
}
export type Frame =
  | { kind: "request"; id: FrameId; method: string; params: Record<string, unknown> }
  | { kind: "notification"; method: string; params: Record<string, unknown> }
  | { kind: "result"; id: FrameId; result: unknown }
  /** `id` is null when the other side could not read which request it answers. */
  | { kind: "error"; id: FrameId | null; error: FrameError };

export type ViolationReason =
  | "too_large"
  | "too_deep"
  | "too_many_values"
  | "not_utf8"
  | "not_json"
  | "unsafe_name"
  | "lone_surrogate"
  | "odd_number"
  | "batch"
  | "not_json_rpc";
/** Why the link must end. `detail` names the rule, never the content: it may be logged. */
export interface Violation {
  reason: ViolationReason;
  detail: string;
}

export interface FrameLimits {
  frameBytesMax: number;
  depthMax: number;
  valuesMax: number;
}

export interface FrameDecoderOptions {
  limits?: Partial<FrameLimits>;
  onFrame(frame: Frame): void;
  onViolation(violation: Violation): void;
}

export interface FrameDecoder {
  /** Takes the next bytes of the stream; nothing of the chunk is kept. */
  push(chunk: Uint8Array): void;
  /** Bytes of a frame that has begun and not ended; greater than zero is what a frame deadline watches (threat 31, 32). */
  readonly pendingBytes: number;
  /** True after a violation: everything that follows is ignored. */
  readonly closed: boolean;
}

/** Splits a byte stream on line feeds and delivers each line as a Frame. Bytes are counted before they are kept. */
export function createFrameDecoder({ limits = {}, onFrame, onViolation }: FrameDecoderOptions): FrameDecoder {
  const { frameBytesMax, depthMax, valuesMax }: FrameLimits = { ...wireLimits, ...limits };
  let held = Buffer.allocUnsafe(0);
  let heldBytes = 0;
  let closed = false;

  function refuse(violation: Violation): void {
    closed = true;
    held = Buffer.allocUnsafe(0);
    heldBytes = 0;
    onViolation(violation);
  }
  function deliver(bytes: Uint8Array, start: number, end: number): void {
    const last = end > start && bytes[end - 1] === 13 ? end - 1 : end;
    if (last === start) return;
    const frame = readFrame(bytes, start, last, depthMax, valuesMax);
    if ("reason" in frame) refuse(frame);
    else onFrame(frame);
  }
  /** Copies what has come of a frame: one buffer that doubles, so that single bytes cost no object each. */
  function hold(bytes: Uint8Array): void {
    const needed = heldBytes + bytes.length;
    if (needed > held.length) {
      const larger = Buffer.allocUnsafe(Math.min(frameBytesMax, Math.max(4096, needed, held.length * 2)));
      larger.set(held.subarray(0, heldBytes));
      held = larger;
    }
    held.set(bytes, heldBytes);
    heldBytes = needed;
  }
  function deliverHeld(rest: Uint8Array): void {
    hold(rest);
    const [bytes, length] = [held, heldBytes];
    // The frame may be read while the next one is pushed, from inside onFrame: it keeps its buffer.
    held = Buffer.allocUnsafe(0);
    heldBytes = 0;
    deliver(bytes, 0, length);
  }
  return {
    push(chunk) {
      for (let start = 0; !closed;) {
        const found = chunk.indexOf(10, start);
        const end = found === -1 ? chunk.length : found;
        if (heldBytes + end - start > frameBytesMax)
          return refuse({ reason: "too_large", detail: `A frame is larger than ${frameBytesMax} bytes` });
        if (found === -1) return start === end ? undefined : hold(chunk.subarray(start));
        if (heldBytes > 0) deliverHeld(chunk.subarray(start, end));
        else deliver(chunk, start, end);
        start = end + 1;
      }
    },
    get pendingBytes() {
      return heldBytes;
    },
    get closed() {
      return closed;
    },
  };
}

/** Reads one whole document, as a WebSocket message carries it. */
export function decodeFrame(bytes: Uint8Array, limits: Partial<FrameLimits> = {}): Frame | Violation {
  const { frameBytesMax, depthMax, valuesMax }: FrameLimits = { ...wireLimits, ...limits };
  if (bytes.length > frameBytesMax)
    return { reason: "too_large", detail: `A frame is larger than ${frameBytesMax} bytes` };
  return readFrame(bytes, 0, bytes.length, depthMax, valuesMax);
}

export function isViolation(value: Frame | Violation): value is Violation {
  return "reason" in value;
}

function readFrame(
  bytes: Uint8Array,
  start: number,
  end: number,
  depthMax: number,
  valuesMax: number,
): Frame | Violation {
  const line = Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start);
  const scan = scanFrame(line, depthMax, valuesMax);
  if (scan === "depth") return { reason: "too_deep", detail: `A frame is nested deeper than ${depthMax}` };
  if (scan === "values") return { reason: "too_many_values", detail: `A frame holds more than ${valuesMax} values` };
  const ascii = isAscii(line);
  // isUtf8 is the fatal check without a copy: toString alone would put U+FFFD for what is wrong (threat 23).
  if (!ascii && !isUtf8(line)) return { reason: "not_utf8", detail: "A frame is not UTF-8" };
  const text = line.toString(ascii ? "latin1" : "utf8");
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { reason: "not_json", detail: "A frame is not JSON" };
  }
  if (scan.unicodeEscapes || scan.oddNumbers || holdsUnsafeName(text)) {
    const fault = findFault(value);
    if (fault !== undefined) return fault;
  }
  return classify(value);
}

function holdsUnsafeName(text: string): boolean {
  return text.includes('"__proto__"') || text.includes('"constructor"') || text.includes('"prototype"');
}

/** Walks a value of bounded depth. It runs only on frames whose bytes make it necessary. */
function findFault(value: unknown): Violation | undefined {
  if (typeof value === "string")
    return value.isWellFormed()
      ? undefined
      : { reason: "lone_surrogate", detail: "A string holds half a surrogate pair" };
  if (typeof value === "number")
    return isPlainNumber(value)
      ? undefined
      : { reason: "odd_number", detail: "A number is not finite, is -0, or is an integer beyond 2^53" };
  if (typeof value !== "object" || value === null) return undefined;
  for (const name of Object.keys(value)) {
    if (isUnsafeName(name))
      return { reason: "unsafe_name", detail: "A member is named __proto__, constructor or prototype" };
    if (!name.isWellFormed()) return { reason: "lone_surrogate", detail: "A name holds half a surrogate pair" };
    const fault = findFault((value as Record<string, unknown>)[name]);
    if (fault !== undefined) return fault;
  }
  return undefined;
}

function isPlainNumber(value: number): boolean {
  return Number.isFinite(value) && !Object.is(value, -0) && (!Number.isInteger(value) || Number.isSafeInteger(value));
}

const methodLengthMax = 100;
const idLengthMax = 64;

function notJsonRpc(detail: string): Violation {
  return { reason: "not_json_rpc", detail };
}

function classify(value: unknown): Frame | Violation {
  if (typeof value !== "object" || value === null) return notJsonRpc("A frame is not an object");
  if (Array.isArray(value)) return { reason: "batch", detail: "Batches are not served" };
  const message = value as Record<string, unknown>;
  if (message["jsonrpc"] !== "2.0") return notJsonRpc('A frame does not say "jsonrpc": "2.0"');
  return message["method"] === undefined ? classifyAnswer(message) : classifyCall(message);
}

function classifyCall(message: Record<string, unknown>): Frame | Violation {
  const { id, method, params } = message;
  if (typeof method !== "string" || method === "" || method.length > methodLengthMax)
    return notJsonRpc(`A method is not a string of 1 to ${methodLengthMax} characters`);
  if (params !== undefined && !isObject(params)) return notJsonRpc("Params are not an object");
  const members = 2 + (params === undefined ? 0 : 1) + (id === undefined ? 0 : 1);
  if (Object.keys(message).length !== members) return notJsonRpc("A call has members that JSON-RPC does not know");
  if (id === undefined) return { kind: "notification", method, params: params ?? {} };
  if (!isFrameId(id)) return notJsonRpc("An id is not a string of 1 to 64 characters or a whole number");
  return { kind: "request", id, method, params: params ?? {} };
}

function classifyAnswer(message: Record<string, unknown>): Frame | Violation {
  const { id, result, error } = message;
  if (Object.keys(message).length !== 3 || (result === undefined) === (error === undefined))
    return notJsonRpc("An answer has not exactly id and one of result and error");
  if (error !== undefined) {
    if (id !== null && !isFrameId(id))
      return notJsonRpc("An id is not a string of 1 to 64 characters or a whole number");
    return isFrameError(error)
      ? { kind: "error", id, error }
      : notJsonRpc("An error has not the form code, message, data");
  }
  return isFrameId(id)
    ? { kind: "result", id, result }
    : notJsonRpc("An id is not a string of 1 to 64 characters or a whole number");
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isFrameId(id: unknown): id is FrameId {
  return typeof id === "string"
    ? id !== "" && id.length <= idLengthMax
    : typeof id === "number" && Number.isSafeInteger(id) && id >= 0;
}

function isFrameError(error: unknown): error is FrameError {
  if (!isObject(error)) return false;
  const { code, message, data, ...rest } = error;
  return (
    Number.isInteger(code) &&
    typeof message === "string" &&
    (data === undefined || isObject(data)) &&
    Object.keys(rest).length === 0
  );
}
