import { HilumError } from "@hilum/contract";
import { detailKeys } from "./detail-keys.ts";
import { ENTRY_BYTES_MAX, type AuditEntry, type AuditInput } from "./entry.ts";

/** Makes the canonical JSON (RFC 8785) of an entry, or throws `audit.bad_entry`. The text is ASCII. */
export type EncodeEntry = (input: AuditInput, at: string, mono: number) => string;

const TOKEN = /^[A-Za-z0-9_.:/@+-]{1,128}$/;
const DETAIL_TOKEN = /^[A-Za-z0-9_.:/@+-]{0,120}$/;
const RESOURCE_CLASS = /^[A-Za-z][A-Za-z-]{0,63}$/;
const KEYED_HASH = /^[A-Za-z0-9_-]{22}$/;
const CODE = /^[a-z][a-z0-9_.-]{0,63}$/;

/** How each string field is checked. None of the patterns lets through what JSON would have to escape. */
const patterns = {
  action: TOKEN,
  actor: TOKEN,
  call: TOKEN,
  decision: /^(?:allow|deny)$/,
  instance: TOKEN,
  kind: /^(?:intent|outcome|note)$/,
  outcome: CODE,
  plugin: TOKEN,
  purpose: /^[A-Za-z][A-Za-z_-]{0,63}$/,
  reason: TOKEN,
  ref: KEYED_HASH,
  request: TOKEN,
  resource: RESOURCE_CLASS,
  via: TOKEN,
} as const satisfies Partial<Record<keyof AuditInput, RegExp>>;

type StringField = keyof typeof patterns;

const fields: ReadonlySet<string> = new Set([...Object.keys(patterns), "bytes", "count", "detail"]);

/** Values seen before need no second look. The set is dropped when it is full, so a flood of new values cannot grow it. */
const KNOWN_VALUES_MAX = 4096;

/**
 * An encoder by template: the keys stand in the order that RFC 8785 asks for, checked values are remembered per field, and
 * nothing is escaped because nothing that would need it is let in. A property test holds it equal to a generic canonicaliser.
 */
export function createEntryEncoder({ boot }: Pick<AuditEntry, "boot">): EncodeEntry {
  const known = Object.fromEntries(Object.keys(patterns).map((field) => [field, new Set()])) as Record<
    StringField,
    Set<string>
  >;
  const bootPart = `","boot":"${boot}"`;

  return (input, at, mono) => {
    for (const key in input)
      if (!fields.has(key)) throw badEntry(`${tokenOr(key, "a field")} is not a field of an audit entry`);
    const { action, actor, call, kind } = input;
    if (!known.action.has(action)) check("action", action);
    if (!known.actor.has(actor)) check("actor", actor);
    if (!TOKEN.test(call)) throw badEntry("call is not a short token");
    if (kind !== "intent" && kind !== "outcome" && kind !== "note")
      throw badEntry("kind is not one of intent, outcome, note");
    // Keys in the order of their UTF-16 code units (RFC 8785 section 3.2.3).
    const json =
      `{"action":"${action}","actor":"${actor}","at":"${at}${bootPart}${number("bytes", input.bytes)},"call":"${call}"` +
      `${number("count", input.count)}${text("decision", input.decision)}${input.detail === undefined ? "" : encodeDetail(input.detail)}` +
      `${text("instance", input.instance)},"kind":"${kind}","mono":${mono}${text("outcome", input.outcome)}${text("plugin", input.plugin)}` +
      `${text("purpose", input.purpose)}${text("reason", input.reason)}${unique("ref", input.ref)}${unique("request", input.request)}` +
      `${text("resource", input.resource)},"v":1${text("via", input.via)}}`;
    if (json.length > ENTRY_BYTES_MAX) throw badEntry(`the entry is larger than ${ENTRY_BYTES_MAX} bytes`);
    return json;
  };

  function text(field: StringField, value: string | undefined): string {
    if (value === undefined) return "";
    if (!known[field].has(value)) check(field, value);
    return `,"${field}":"${value}"`;
  }

  function check(field: StringField, value: string): void {
    if (typeof value !== "string" || !patterns[field].test(value))
      throw badEntry(`${field} is not a value that an audit entry may hold`);
    const values = known[field];
    if (values.size >= KNOWN_VALUES_MAX) values.clear();
    values.add(value);
  }
}

/** A field whose values do not repeat: checked each time, never remembered. */
function unique(field: "ref" | "request", value: string | undefined): string {
  if (value === undefined) return "";
  if (typeof value !== "string" || !patterns[field].test(value))
    throw badEntry(`${field} is not a value that an audit entry may hold`);
  return `,"${field}":"${value}"`;
}

function number(field: "bytes" | "count", value: number | undefined): string {
  if (value === undefined) return "";
  if (!Number.isSafeInteger(value) || value < 0) throw badEntry(`${field} is not a whole number`);
  return `,"${field}":${value}`;
}

function encodeDetail(detail: NonNullable<AuditInput["detail"]>): string {
  const parts = Object.keys(detail)
    .toSorted()
    .filter((key) => detail[key] !== undefined)
    .map((key) => `"${key}":${encodeDetailValue(key, detail[key])}`);
  return `,"detail":{${parts.join(",")}}`;
}

function encodeDetailValue(key: string, value: unknown): string {
  const kind = Object.hasOwn(detailKeys, key) ? detailKeys[key as keyof typeof detailKeys] : undefined;
  if (kind === undefined) throw badEntry(`${tokenOr(key, "a key")} is not a detail that an audit entry may hold`);
  if (kind === "number" && typeof value === "number" && Number.isFinite(value)) return JSON.stringify(value);
  if (kind === "boolean" && typeof value === "boolean") return String(value);
  if (kind === "token" && typeof value === "string" && DETAIL_TOKEN.test(value)) return `"${value}"`;
  throw badEntry(`detail.${key} is not a ${kind === "token" ? "short token" : kind}`);
}

/** A key may itself be a leak, so only one that looks like a name is repeated in the error. */
function tokenOr(key: string, otherwise: string): string {
  return /^[A-Za-z]{1,24}$/.test(key) ? key : otherwise;
}

function badEntry(detail: string): HilumError {
  return new HilumError("audit.bad_entry", { detail });
}
