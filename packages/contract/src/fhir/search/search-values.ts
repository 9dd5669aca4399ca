import { dateRange, type DateRange } from "./date-range.ts";
import { asObject, type JsonObject } from "../json-object.ts";

/** A code or identifier as it is compared: without case. */
export interface TokenValue {
  system?: string;
  code: string;
}

/** The tokens of a value whose FHIR type is `of`. */
export function tokensOf(value: unknown, of: string): TokenValue[] {
  if (of === "deceased") return [{ code: String(isDeceased(value)) }];
  if (typeof value === "string") return [{ code: value.toLowerCase() }];
  if (typeof value === "boolean") return [{ code: String(value) }];
  const object = asObject(value);
  if (object === undefined) return [];
  if (of === "CodeableConcept") return listOf(object["coding"]).flatMap((coding) => tokensOf(coding, "Coding"));
  if (of === "Coding") return tokenOf(object["system"], object["code"]);
  if (of === "Identifier") return tokenOf(object["system"], object["value"]);
  if (of === "ContactPoint" && typeof object["value"] === "string")
    return tokenOf(object["system"], foldedContact(object["value"]));
  return [];
}

/** Numbers without what people write between the digits; other addresses without case. */
export function foldedContact(contact: string): string {
  return /^[+\d][\d\s().\-/]*$/.test(contact) ? contact.replaceAll(/[\s().\-/]/g, "") : contact.trim().toLowerCase();
}

/** The time that a value covers, from its first to its last moment. */
export function rangeOf(value: unknown): DateRange | undefined {
  if (typeof value === "string") return dateRange(value);
  const object = asObject(value);
  if (object === undefined) return undefined;
  // Of a Timing only the outer limits count (search.html#date).
  if (object["event"] !== undefined || object["repeat"] !== undefined) return rangeOfTiming(object);
  return rangeOfPeriod(rangeOf(object["start"]), rangeOf(object["end"]));
}

/** A day without a zone may end, in UTC, before a moment of it with one begins: then both are taken whole. */
function rangeOfPeriod(start: DateRange | undefined, end: DateRange | undefined): DateRange | undefined {
  if (start === undefined && end === undefined) return undefined;
  if (start !== undefined && end !== undefined && end.to <= start.from) return { from: end.from, to: start.to };
  return { from: start?.from ?? Number.NEGATIVE_INFINITY, to: end?.to ?? Number.POSITIVE_INFINITY };
}

function rangeOfTiming(timing: JsonObject): DateRange | undefined {
  const bounds = asObject(timing["repeat"])?.["boundsPeriod"];
  const ranges = [...listOf(timing["event"]), bounds].flatMap((one) => rangeOf(one) ?? []);
  if (ranges.length === 0) return undefined;
  return { from: Math.min(...ranges.map(({ from }) => from)), to: Math.max(...ranges.map(({ to }) => to)) };
}

const stored = /^([A-Z][A-Za-z]{1,63}\/[A-Za-z0-9\-.]{1,64})(?:\/_history\/[A-Za-z0-9\-.]{1,64})?$/;

/** `Patient/1/_history/2` -> `Patient/1`; addresses elsewhere as they are; undefined for fragments and searches. */
export function referenceOf(reference: unknown): string | undefined {
  if (typeof reference !== "string" || reference.startsWith("#") || reference.includes("?")) return undefined;
  return stored.exec(reference)?.[1] ?? reference;
}

/** True for a Reference to a resource of the type, also one that knows it by an identifier alone. */
export function leadsTo(value: unknown, type: string): boolean {
  const { reference, type: said } = asObject(value) ?? {};
  const target = referenceOf(reference);
  return target === undefined ? reference === undefined && said === type : typeOf(target) === type;
}

/** `Patient` of `Patient/1` and of `https://other.example/fhir/Patient/1`. */
export function typeOf(target: string): string | undefined {
  return /(?:^|\/)([A-Z][A-Za-z]{1,63})\/[A-Za-z0-9\-.]{1,64}$/.exec(target)?.[1];
}

/** The texts that a search for a whole name or address looks at. */
export function piecesOf(value: unknown, of: string): string[] {
  if (typeof value === "string") return [value];
  const object = asObject(value);
  if (object === undefined) return [];
  return (pieces[of] ?? []).flatMap((key) => listOf(object[key])).filter((piece) => typeof piece === "string");
}

const pieces: Readonly<Record<string, readonly string[]>> = {
  HumanName: ["text", "family", "given", "prefix", "suffix"],
  Address: ["text", "line", "city", "district", "state", "postalCode", "country"],
};

function tokenOf(system: unknown, code: unknown): TokenValue[] {
  if (typeof code !== "string") return [];
  return [typeof system === "string" ? { system, code: code.toLowerCase() } : { code: code.toLowerCase() }];
}

function isDeceased(patient: unknown): boolean {
  const object = asObject(patient);
  return object?.["deceasedBoolean"] === true || typeof object?.["deceasedDateTime"] === "string";
}

function listOf(value: unknown): unknown[] {
  return Array.isArray(value) ? value : value === undefined || value === null ? [] : [value];
}
