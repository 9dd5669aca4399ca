import type { AuditRow } from "@hilum/contract/api";
import { sql, type Selectable } from "kysely";
import { toStatement } from "../engine/query.ts";
import type { Tables } from "../engine/tables.ts";
import type { AuditFilter, AuditIndex, Verifications } from "../ports/operations.ts";
import { dropNulls, pageLimit, toPage, type Session } from "../session.ts";
import { prepareSql } from "./records/sql.ts";

type Stored = Selectable<Tables["auditIndex"]>;
const names = [
  ...(["index", "at", "kind", "call", "request", "actor", "via", "action", "plugin", "instance"] as const),
  ...(["resource", "ref", "purpose", "decision", "reason", "outcome"] as const),
];

/** A JSON array of rows, each an array in the order of `names`: many rows follow each request, so all of them are one statement. */
const insertRows = prepareSql<{ rows: string }>(({ rows }, dialect) => {
  const [position, ...texts] = names.map((_name, at) => sql`j.value ->> ${sql.lit(at)}`);
  const columns = sql.raw(names.map((name) => (name === "index" ? "position" : name)).join(", "));
  return dialect === "sqlite"
    ? sql`INSERT INTO audit_index (${columns}) SELECT ${position}, ${sql.join(texts)} FROM json_each(${rows}) j WHERE TRUE
        ON CONFLICT (position) DO NOTHING`
    : sql`INSERT INTO audit_index (${columns}) SELECT (${position})::bigint, ${sql.join(texts)}
        FROM json_array_elements(${rows}::json) AS j(value) ON CONFLICT (position) DO NOTHING`;
});

const equal = ["actor", "action", "plugin", "instance", "decision", "outcome", "call", "request"] as const;

export function createAuditIndex(session: Session): AuditIndex {
  const { sql: db } = session;
  return {
    insert: async (rows) => {
      if (rows.length === 0) return;
      const text = JSON.stringify(rows.map((row) => names.map((name) => row[name] ?? null)));
      await session.commit([insertRows(session.dialect, { rows: text })]);
    },
    search: async (filter = {}) => {
      const rows = await session.scan(search(session, filter));
      return toPage(rows.map(present), filter, ({ index }) => String(index));
    },
    find: async (index) => {
      const row = await session.first(db.selectFrom("auditIndex").selectAll().where("position", "=", index));
      return row === undefined ? undefined : present(row);
    },
    lastIndexed: async () =>
      (await session.first(db.selectFrom("auditIndex").select("position").orderBy("position", "desc").limit(1)))
        ?.position ?? -1,
    wipe: async () => void (await session.commit([toStatement(db.deleteFrom("auditIndex"))])),
  };
}

function search({ sql: db }: Session, filter: AuditFilter) {
  let query = db.selectFrom("auditIndex").selectAll().orderBy("position", "desc").limit(pageLimit(filter));
  for (const column of equal) {
    const value = filter[column];
    if (value !== undefined) query = query.where(column, "=", value);
  }
  if (filter.from !== undefined) query = query.where("at", ">=", filter.from);
  if (filter.to !== undefined) query = query.where("at", "<=", filter.to);
  if (filter.cursor !== undefined) query = query.where("position", "<", Number(filter.cursor));
  return query;
}

function present({ position, ...row }: Stored): AuditRow {
  return { index: position, ...dropNulls(row) };
}

export function createVerifications(session: Session): Verifications {
  const { sql: db } = session;
  const documents = () => db.selectFrom("verifications").select("document");
  return {
    save: async (verification) => {
      const document = JSON.stringify(verification);
      const row = { id: verification.id, startedAt: verification.startedAt, document };
      await session.commit([
        toStatement(
          db
            .insertInto("verifications")
            .values(row)
            .onConflict((conflict) => conflict.column("id").doUpdateSet({ document })),
        ),
      ]);
    },
    find: async (id) => parse(await session.first(documents().where("id", "=", id))),
    last: async () =>
      parse(await session.first(documents().orderBy("startedAt", "desc").orderBy("id", "desc").limit(1))),
  };
}

function parse(row: { document: string } | undefined) {
  return row === undefined ? undefined : JSON.parse(row.document);
}
