import type { MaskedLine } from "@hilum/contract/api";
import type { MaskedResource } from "@hilum/contract/mask";
import { faceOf } from "./record-faces.ts";

/** What a row says beside its title, in this order, where the mask leaves it. */
const lines: readonly (readonly [label: string, ...path: string[]])[] = [
  ["Status", "status"],
  ["Born", "birthDate"],
  ["Gender", "gender"],
  ["Identifier", "identifier", "0", "value"],
  ["Contact", "telecom", "0", "value"],
  ["Country", "address", "0", "country"],
  ["Category", "category", "0", "coding", "0", "code"],
  ["On", "effectiveDateTime"],
  ["On", "effectivePeriod", "start"],
  ["On", "occurrenceDateTime"],
  ["On", "date"],
  ["On", "dateTime"],
  ["On", "start"],
  ["On", "sent"],
  ["On", "authoredOn"],
  ["On", "recorded"],
  ["On", "recordedDate"],
  ["Format", "content", "0", "attachment", "contentType"],
  ["Format", "contentType"],
  ["Intent", "intent"],
];
const linesMax = 6;

export function linesOf(masked: MaskedResource): MaskedLine[] {
  const found: MaskedLine[] = [];
  for (const [label, ...path] of lines) {
    const value = at(masked, path);
    if (typeof value !== "string" || value === "" || found.some((line) => line.label === label)) continue;
    found.push({ label, value });
  }
  return found.slice(0, linesMax);
}

/** A name, a title, or else what kind of record it is. */
export function titleOf(masked: MaskedResource): string {
  const candidates = [
    nameIn(at(masked, ["name", "0"]) ?? masked["name"]),
    masked["title"],
    at(masked, ["code", "text"]),
    at(masked, ["type", "text"]),
  ];
  // Dots alone say nothing.
  const found = candidates.find((text) => typeof text === "string" && /[^•\s]/.test(text));
  return typeof found === "string" ? found : faceOf(masked.resourceType).kind;
}

function nameIn(name: unknown): string | undefined {
  if (typeof name === "string") return name;
  const text = at(name, ["text"]);
  if (typeof text === "string") return text;
  const given = at(name, ["given", "0"]);
  const parts = [given, at(name, ["family"])].filter((part) => typeof part === "string");
  return parts.length === 0 ? undefined : parts.join(" ");
}

/** Where a record says when it happened; the first that is there counts. */
const moments = [
  ...[["effectiveDateTime"], ["effectivePeriod", "start"], ["effectiveInstant"]],
  ...[["occurrenceDateTime"], ["occurrencePeriod", "start"], ["date"], ["dateTime"], ["start"], ["sent"]],
  ...[["onsetDateTime"], ["authoredOn"], ["recordedDate"], ["recorded"], ["issued"]],
];

/** When it happened, as the record says: a year, a month, a day or a moment. */
export function momentOf(resource: Readonly<Record<string, unknown>>): string | undefined {
  const found = moments.map((path) => at(resource, path)).find((value) => typeof value === "string");
  return typeof found === "string" && !Number.isNaN(Date.parse(found)) ? found : undefined;
}

function at(value: unknown, path: readonly string[]): unknown {
  let found = value;
  for (const name of path) {
    if (typeof found !== "object" || found === null || !Object.hasOwn(found, name)) return undefined;
    found = (found as Record<string, unknown>)[name];
  }
  return found;
}
