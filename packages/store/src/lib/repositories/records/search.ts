import { sql, type RawBuilder } from "kysely";
import { HilumError } from "@hilum/contract/errors";
import type { Row as SqlRow } from "../../engine/statement.ts";
import type { RecordOrder, RecordPage, RecordSearch } from "../../ports/records.ts";
import type { Session } from "../../session.ts";
import type { CompartmentKeys } from "./compartments.ts";
import { limitOf } from "./read.ts";
import { joinKeys, presentRow, rowColumns } from "./rows.ts";
import { alsoTokens, groupsOf, orderGroups, sizeMax, withTokens, type TokenGroup } from "./search-groups.ts";
import { compilable, isText, statementOf } from "./sql.ts";
import { hashPatient } from "./tokens.ts";

/** A search that looks at no more rows runs where it was asked for: it costs less than a message to a thread. */
const rowsSmall = 200;

/**
 * Begins with the group that has the fewest records; where all are large, goes through the records in their order and
 * stops when the page is full.
 */
export async function searchRecords(
  session: Session,
  keys: CompartmentKeys,
  search: RecordSearch,
): Promise<RecordPage> {
  const { dialect } = session;
  const order = orders[search.order ?? "-updated"];
  const groups = await orderGroups(session, groupsOfSearch(session, search));
  const limit = limitOf(search.limit);
  const page = sql`SELECT r.record, r.version, r.updated_at, r.id FROM ${candidates(session, search, groups)}
    ${narrow(session, search)} ORDER BY ${order.by(sql`r`)} LIMIT ${limit + 1}`;
  const query = sql`SELECT c.record, c.updated_at, ${rowColumns} FROM (${page}) c JOIN records r ON r.record = c.record
    JOIN record_versions v ON v.record = c.record AND v.version = c.version ${joinKeys} ORDER BY ${order.by(sql`c`)}`;
  const rows = isSmall(search, groups)
    ? await session.rows(statementOf(dialect, query))
    : ((await session.scan(compilable(dialect, query))) as SqlRow[]);
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
  return (ids?.length ?? Infinity) <= rowsSmall || (first?.size ?? Infinity) <= rowsSmall;
}

function candidates(
  { dialect }: Session,
  { type, ids }: RecordSearch,
  groups: readonly TokenGroup[],
): RawBuilder<unknown> {
  const collect = type === undefined || (ids === undefined && (groups[0]?.size ?? Infinity) <= sizeMax);
  return collect ? withTokens(dialect, groups) : sql`records r WHERE TRUE ${alsoTokens(dialect, groups)}`;
}

function narrow({ dialect }: Session, search: RecordSearch): RawBuilder<unknown> {
  const { type, ids, updatedFrom, updatedBefore, after } = search;
  const conditions: RawBuilder<unknown>[] = [sql`AND r.deleted = 0`];
  if (type !== undefined) conditions.push(sql`AND r.type = ${type}`);
  if (ids !== undefined) conditions.push(sql`AND ${isText(dialect, sql`r.id`, JSON.stringify(ids))}`);
  if (updatedFrom !== undefined) conditions.push(sql`AND r.updated_at >= ${updatedFrom}`);
  if (updatedBefore !== undefined) conditions.push(sql`AND r.updated_at < ${updatedBefore}`);
  if (after !== undefined) conditions.push(orders[search.order ?? "-updated"].after(parseCursor(after)));
  return sql.join(conditions, sql` `);
}

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
  after(cursor: Cursor): RawBuilder<unknown>;
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
