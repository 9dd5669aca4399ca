import { HilumError } from "../errors/hilum-error.ts";
import type { FetchBody, FetchParams } from "./protocol.ts";

const entriesMax = 100;

/**
 * Reads what a plugin asks of `http.fetch` into an object of our own; throws `request.invalid` with the place. Only the shape is
 * judged here: whether it may be asked is decided, and leaves an entry.
 */
export function parseFetch(value: Record<string, unknown>): FetchParams {
  const { destination, method, path, query, headers, body, timeoutMs, call } = value;
  return {
    destination: text(destination, "/destination", 60),
    method: text(method, "/method", 10) as FetchParams["method"],
    path: text(path, "/path", 4096),
    ...(query === undefined ? {} : { query: lists(query, "/query") }),
    ...(headers === undefined ? {} : { headers: texts(headers, "/headers") }),
    ...(body === undefined ? {} : { body: parseBody(body) }),
    ...(timeoutMs === undefined ? {} : { timeoutMs: milliseconds(timeoutMs) }),
    ...(typeof call === "string" && /^[A-Za-z0-9._-]{1,128}$/.test(call) ? { call } : {}),
  };
}

function parseBody(value: unknown): FetchBody {
  const body = object(value, "/body");
  const [form, ...more] = Object.keys(body);
  if (more.length === 0) {
    if (form === "text" && typeof body["text"] === "string") return { text: body["text"] };
    if (form === "base64" && typeof body["base64"] === "string" && isBase64(body["base64"]))
      return { base64: body["base64"] };
    if (form === "form") return { form: lists(body["form"], "/body/form") };
  }
  throw invalid("/body", "it is one of text, base64 and form");
}

/** Canonical base64 (RFC 4648 section 4): what is checked is what is sent. */
const isBase64 = (given: string): boolean => given.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(given);

function lists(value: unknown, pointer: string): Record<string, string | string[]> {
  return entries(value, pointer, (entry, here) =>
    Array.isArray(entry) && entry.length <= entriesMax
      ? entry.map((item, index) => text(item, `${here}/${index}`, 65_536, 0))
      : text(entry, here, 262_144, 0),
  );
}

const texts = (value: unknown, pointer: string): Record<string, string> =>
  entries(value, pointer, (entry, here) => text(entry, here, 8192, 0));

/** A null prototype: a name of the plugin's is only a name (threat 22). */
function entries<T>(value: unknown, pointer: string, read: (entry: unknown, here: string) => T): Record<string, T> {
  const given = Object.entries(object(value, pointer));
  if (given.length > entriesMax) throw invalid(pointer, `it has at most ${entriesMax} members`);
  const found = Object.create(null) as Record<string, T>;
  for (const [index, [name, entry]] of given.entries()) found[name] = read(entry, `${pointer}/${index}`);
  return found;
}

function object(value: unknown, pointer: string): Record<string, unknown> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw invalid(pointer, "it is an object");
  return value as Record<string, unknown>;
}

function text(value: unknown, pointer: string, charsMax: number, charsMin = 1): string {
  if (typeof value !== "string" || value.length < charsMin || value.length > charsMax)
    throw invalid(pointer, `it is a string of ${charsMin} to ${charsMax} characters`);
  return value;
}

function milliseconds(value: unknown): number {
  if (typeof value !== "number" || !Number.isFinite(value) || value < 1)
    throw invalid("/timeoutMs", "it is a number of milliseconds");
  return Math.floor(value);
}

const invalid = (pointer: string, message: string): HilumError =>
  new HilumError("request.invalid", { problems: [{ pointer, message }] });
