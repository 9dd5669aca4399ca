import { sql, type RawBuilder } from "kysely";
import { HilumError } from "@hilum/contract/errors";
import type { Parameter } from "../../engine/statement.ts";
import type { RecordOrder, RecordPage, RecordSearch } from "../../ports/records.ts";
import type { Session } from "../../session.ts";
import type { CompartmentKeys } from "./compartments.ts";
import { limitOf } from "./read.ts";
import { joinKeys, presentRow, rowColumns } from "./rows.ts";
import {
  alsoTokens,
  groupsOf,
  orderGroups,
  sizeFew,
  sizeMax,
  withRecords,
  withTokens,
  type TokenGroup,
} from "./search-groups.ts";
import { isText, prepareShapes } from "./sql.ts";
import { hashPatient } from "./tokens.ts";

/**
 * Begins with the group that has the fewest records; where all are large, goes through the records in their order and
 * stops when the page is full. What looks at few rows runs where it was asked for: it costs less than a message to a thread.
 */
export async function searchRecords(
  session: Session,
  keys: CompartmentKeys,
  search: RecordSearch,
): Promise<RecordPage> {
  const groups = await orderGroups(session, groupsOfSearch(session, search), search.type);
  if (groups[0]?.records === "[]") return { rows: [] };
  const limit = limitOf(search.limit);
  const query = findPage(session.dialect, shapeOf(search, groups), valuesOf(search, groups, limit + 1));
  const rows = isSmall(search, groups) ? await session.rows(query) : await session.scanRows(query);
  const last = rows.length > limit ? rows[limit - 1] : undefined;
  return {
    rows: rows.slice(0, limit).map((row) => presentRow(session, keys, row)),
    ...(last === undefined ? {} : { next: `${String(last["updatedAt"])}_${String(last["record"])}` }),
  };
}

function groupsOfSearch(session: Session, { type, groups, patient }: RecordSearch): string[] {
  const about = patient === undefined ? [] : [hashPatient(session, patient)];
  if (type !== undefined) return [...about, ...groupsOf(session, type, groups)];
  if (patient === undefined || groups.length > 0)
    throw new RangeError("a search without a type is for the records about a patient, without groups");
  return about;
}

function isSmall({ ids }: RecordSearch, [first]: readonly TokenGroup[]): boolean {
  return (ids?.length ?? Infinity) <= sizeFew || first?.records !== undefined;
}

/** What of a search decides about the text of its query. */
interface Shape {
  order: RecordOrder;
  groups: number;
  /** Where it begins: at the few records of the first group, at its terms, or at all records in their order. */
  from: "few" | "terms" | "heads";
  narrowedBy: readonly ("type" | "ids" | "updatedFrom" | "updatedBefore" | "after")[];
}

function shapeOf(search: RecordSearch, groups: readonly TokenGroup[]): Shape {
  const { type, ids, order = "-updated" } = search;
  const [first] = groups;
  const narrowing = ["type", "ids", "updatedFrom", "updatedBefore", "after"] as const;
  const collect = type === undefined || (ids === undefined && (first?.size ?? Infinity) <= sizeMax);
  return {
    order,
    groups: groups.length,
    from: first?.records !== undefined ? "few" : collect ? "terms" : "heads",
    narrowedBy: narrowing.filter((name) => search[name] !== undefined),
  };
}

type Values = Record<string, string | number>;

function valuesOf(search: RecordSearch, groups: readonly TokenGroup[], limit: number): Values {
  const { type = "", ids = [], updatedFrom = "", updatedBefore = "", after } = search;
  const cursor = after === undefined ? { updatedAt: "", record: 0 } : parseCursor(after);
  const tokens = Object.fromEntries(groups.map((group, at) => [tokensName(at), group.tokens]));
  const records = groups[0]?.records ?? "[]";
  return { ...tokens, ...{ records, type, ids: JSON.stringify(ids), updatedFrom, updatedBefore, limit }, ...cursor };
}

const tokensName = (group: number): string => `tokens${group}`;

const findPage = prepareShapes<Shape, Values>((shape, values, dialect) => {
  const value = (name: string) => values[name] ?? null;
  const order = orders[shape.order];
  const tokens = Array.from({ length: shape.groups }, (_, at) => value(tokensName(at)));
  const [, ...others] = tokens;
  const from = {
    few: sql`${withRecords(dialect, value("records"))} ${alsoTokens(dialect, others)}`,
    terms: withTokens(dialect, tokens),
    heads: sql`records r WHERE TRUE ${alsoTokens(dialect, tokens)}`,
  }[shape.from];
  const conditions: Record<Shape["narrowedBy"][number], RawBuilder<unknown>> = {
    type: sql`AND r.type = ${value("type")}`,
    ids: sql`AND ${isText(dialect, sql`r.id`, value("ids"))}`,
    updatedFrom: sql`AND r.updated_at >= ${value("updatedFrom")}`,
    updatedBefore: sql`AND r.updated_at < ${value("updatedBefore")}`,
    after: order.after({ updatedAt: value("updatedAt"), record: value("record") }),
  };
  const narrow = sql.join([sql`AND r.deleted = 0`, ...shape.narrowedBy.map((name) => conditions[name])], sql` `);
  const page = sql`SELECT r.record, r.version, r.updated_at, r.id FROM ${from}
    ${narrow} ORDER BY ${order.by(sql`r`)} LIMIT ${value("limit")}`;
  return sql`SELECT c.record, c.updated_at, ${rowColumns} FROM (${page}) c JOIN records r ON r.record = c.record
    JOIN record_versions v ON v.record = c.record AND v.version = c.version ${joinKeys} ORDER BY ${order.by(sql`c`)}`;
});

interface Cursor {
  updatedAt: string;
  record: number;
}

function parseCursor(text: string): Cursor {
  const [, updatedAt = "", record = ""] = /^([0-9TZ:.-]{24})_(\d{1,15})$/.exec(text) ?? [];
  if (record === "") throw new HilumError("request.invalid", { detail: "The page that is asked for is not known." });
  return { updatedAt, record: Number(record) };
}

interface Order {
  by(table: RawBuilder<unknown>): RawBuilder<unknown>;
  after(cursor: Record<keyof Cursor, Parameter>): RawBuilder<unknown>;
}

/** The head of a record stays, so that its number leads to its id on any later page. */
const orders: Record<RecordOrder, Order> = {
  "-updated": {
    by: (table) => sql`${table}.updated_at DESC, ${table}.record DESC`,
    after: ({ updatedAt, record }) => sql`AND (r.updated_at, r.record) < (${updatedAt}, ${record})`,
  },
  updated: {
    by: (table) => sql`${table}.updated_at, ${table}.record`,
    after: ({ updatedAt, record }) => sql`AND (r.updated_at, r.record) > (${updatedAt}, ${record})`,
  },
  id: {
    by: (table) => sql`${table}.id, ${table}.record`,
    after: ({ record }) => sql`AND (r.id, r.record) > ((SELECT id FROM records WHERE record = ${record}), ${record})`,
  },
};
