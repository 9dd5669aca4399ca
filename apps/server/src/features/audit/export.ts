import { Readable } from "node:stream";
import type { AuditLog } from "@hilum/audit";
import type { AuditRow } from "@hilum/contract/api";
import { toAuditEvent } from "./audit-event.ts";
import { presentAuditRow } from "./indexer.ts";

export type AuditFilter = Partial<
  Pick<AuditRow, "actor" | "action" | "plugin" | "instance" | "decision" | "outcome" | "call" | "request">
> & { from?: string; to?: string };

const columns = [
  "index",
  "at",
  "kind",
  "call",
  "request",
  "actor",
  "via",
  "action",
  "plugin",
  "instance",
  "resource",
  "ref",
  "purpose",
  "decision",
  "reason",
  "outcome",
] as const;

export type AuditFormat = "jsonl" | "csv" | "fhir";
const writers = { jsonl: toJsonLines, csv: toCsv, fhir: toAuditEvents };

/** The filtered log from the log itself, oldest first, as it stood at the call: JSON Lines as stored, CSV, or FHIR AuditEvents as NDJSON. */
export function exportAudit(log: AuditLog, filter: AuditFilter, format: AuditFormat): Readable {
  return Readable.from(writers[format](log, filter));
}

async function* toAuditEvents(log: AuditLog, filter: AuditFilter): AsyncGenerator<string> {
  for await (const { index, entry } of log.read(0, log.size)) {
    const event = matches(presentAuditRow(index, entry), filter) ? toAuditEvent(index, entry) : undefined;
    if (event !== undefined) yield `${JSON.stringify(event)}\n`;
  }
}

async function* toJsonLines(log: AuditLog, filter: AuditFilter): AsyncGenerator<string> {
  for await (const { index, entry } of log.read(0, log.size)) {
    if (matches(presentAuditRow(index, entry), filter)) yield `${JSON.stringify({ index, ...entry })}\n`;
  }
}

async function* toCsv(log: AuditLog, filter: AuditFilter): AsyncGenerator<string> {
  yield `${columns.join(",")}\r\n`;
  for await (const { index, entry } of log.read(0, log.size)) {
    const row = presentAuditRow(index, entry);
    if (matches(row, filter)) yield `${columns.map((column) => csvCell(row[column])).join(",")}\r\n`;
  }
}

/** Quoted per RFC 4180; what a spreadsheet would read as a formula is made text (threat 159). */
export function csvCell(value: string | number | undefined): string {
  if (value === undefined) return "";
  if (typeof value === "number") return String(value);
  const text = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

function matches(row: AuditRow, { from, to, ...exact }: AuditFilter): boolean {
  if (from !== undefined && row.at < from) return false;
  if (to !== undefined && row.at >= to) return false;
  return (Object.entries(exact) as [keyof typeof exact, string | undefined][]).every(
    ([name, value]) => value === undefined || row[name] === value,
  );
}
