import { sql, type RawBuilder } from "kysely";
import type { Row as SqlRow } from "../../engine/statement.ts";
import type { RecordHistory, RecordPage, RecordRef, RecordRow, Records } from "../../ports/records.ts";
import type { Session } from "../../session.ts";
import type { CompartmentKeys } from "./compartments.ts";
import { joinKeys, presentRow, rowColumns } from "./rows.ts";
import { compilable, isText, prepareSql } from "./sql.ts";

export const rowsMax = 1_000;

const findCurrent = prepareSql<{ type: string; id: string }>(
  ({ type, id }) => sql`SELECT ${rowColumns} FROM records r
    JOIN record_versions v ON v.record = r.record AND v.version = r.version ${joinKeys}
    WHERE r.type = ${type} AND r.id = ${id}`,
);

const findVersion = prepareSql<{ type: string; id: string; version: number }>(
  ({ type, id, version }) => sql`SELECT ${rowColumns} FROM records r
    JOIN record_versions v ON v.record = r.record AND v.version = ${version} ${joinKeys}
    WHERE r.type = ${type} AND r.id = ${id}`,
);

const findMany = prepareSql<{ type: string; ids: string }>(
  ({ type, ids }, dialect) => sql`SELECT ${rowColumns} FROM records r
    JOIN record_versions v ON v.record = r.record AND v.version = r.version ${joinKeys}
    WHERE r.type = ${type} AND ${isText(dialect, sql`r.id`, ids)}`,
);

type Reading = Pick<Records, "find" | "findMany" | "history" | "changes" | "counts">;

export function createReading(session: Session, keys: CompartmentKeys): Reading {
  const { dialect } = session;
  const present = (row: SqlRow): RecordRow => presentRow(session, keys, row);
  const scan = async (query: RawBuilder<unknown>): Promise<SqlRow[]> =>
    (await session.scan(compilable(dialect, query))) as SqlRow[];

  return {
    find: async (type, id, version) => {
      const found =
        version === undefined ? findCurrent(dialect, { type, id }) : findVersion(dialect, { type, id, version });
      const [row] = await session.rows(found);
      return row === undefined ? undefined : present(row);
    },
    findMany: async (refs) => {
      const found = new Map<string, RecordRow>();
      for (const [type, ids] of idsByType(refs)) {
        const rows = await session.rows(findMany(dialect, { type, ids: JSON.stringify(ids) }));
        for (const row of rows.map(present)) found.set(`${row.type}/${row.id}`, row);
      }
      return [...new Set(refs.map(({ type, id }) => `${type}/${id}`))].flatMap((ref) => found.get(ref) ?? []);
    },
    history: async (of) => {
      const rows =
        await scan(sql`SELECT ${rowColumns} FROM record_versions v JOIN records r ON r.record = v.record ${joinKeys}
        WHERE ${versionsOf(of)} ORDER BY v.seq DESC LIMIT ${limitOf(of.limit) + 1}`);
      return toPage(rows.map(present), of.limit, ({ seq }) => String(seq));
    },
    changes: async (after, limit) => {
      const rows =
        await scan(sql`SELECT ${rowColumns} FROM record_versions v JOIN records r ON r.record = v.record ${joinKeys}
        WHERE v.seq > ${after} ORDER BY v.seq LIMIT ${limitOf(limit)}`);
      return rows.map(present);
    },
    counts: async () => {
      const rows = await scan(sql`SELECT type, count(*) AS versions, sum(bytes) AS bytes,
        (SELECT count(*) FROM records r WHERE r.type = v.type AND r.deleted = 0) AS records
        FROM record_versions v GROUP BY type ORDER BY type`);
      return rows.map(({ type, records, versions, bytes }) => ({
        type: String(type),
        records: Number(records),
        versions: Number(versions),
        bytes: Number(bytes),
      }));
    },
  };
}

function idsByType(refs: readonly RecordRef[]): Map<string, string[]> {
  if (refs.length > rowsMax) throw new RangeError(`at most ${rowsMax} records are found at once`);
  const types = new Map<string, string[]>();
  for (const { type, id } of refs) types.set(type, [...(types.get(type) ?? []), id]);
  return types;
}

function versionsOf({ type, id, since, after }: RecordHistory): RawBuilder<unknown> {
  const conditions: RawBuilder<unknown>[] = [];
  if (type !== undefined && id !== undefined)
    conditions.push(sql`v.record = (SELECT record FROM records WHERE type = ${type} AND id = ${id})`);
  else if (type !== undefined) conditions.push(sql`v.type = ${type}`);
  if (since !== undefined) conditions.push(sql`v.at >= ${since}`);
  if (after !== undefined) conditions.push(sql`v.seq < ${Number(after)}`);
  return conditions.length === 0 ? sql`TRUE` : sql.join(conditions, sql` AND `);
}

export function limitOf(limit: number): number {
  return Math.min(Math.max(Math.trunc(limit), 1), rowsMax);
}

/** One row more than the page was asked for. */
export function toPage(rows: RecordRow[], limit: number, cursorOf: (row: RecordRow) => string): RecordPage {
  const page = rows.slice(0, limitOf(limit));
  const last = page.at(-1);
  return rows.length > page.length && last !== undefined ? { rows: page, next: cursorOf(last) } : { rows: page };
}
