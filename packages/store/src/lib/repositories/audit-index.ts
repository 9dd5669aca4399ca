import type { AuditRow } from "@hilum/contract/api";
import type { Selectable } from "kysely";
import { prepareQuery, toStatement } from "../engine/query.ts";
import type { Tables } from "../engine/tables.ts";
import type { AuditFilter, AuditIndex, Verifications } from "../ports/operations.ts";
import { dropNulls, pageLimit, toPage, type Session } from "../session.ts";

type Stored = Selectable<Tables["auditIndex"]>;
interface Columns extends Record<string, string | number | null> {
  position: number;
  at: string;
  kind: AuditRow["kind"];
  call: string;
  request: string | null;
  actor: string;
  via: string | null;
  action: string;
  plugin: string | null;
  instance: string | null;
  resource: string | null;
  ref: string | null;
  purpose: string | null;
  decision: string | null;
  reason: string | null;
  outcome: string | null;
}

const insertRow = prepareQuery<Columns>((sql, row) =>
  sql
    .insertInto("auditIndex")
    .values({
      position: row.position,
      at: row.at,
      kind: row.kind,
      call: row.call,
      request: row.request,
      actor: row.actor,
      via: row.via,
      action: row.action,
      plugin: row.plugin,
      instance: row.instance,
      resource: row.resource,
      ref: row.ref,
      purpose: row.purpose,
      decision: row.decision,
      reason: row.reason,
      outcome: row.outcome,
    })
    .onConflict((conflict) => conflict.column("position").doNothing()),
);

const equal = ["actor", "action", "plugin", "instance", "decision", "outcome", "call", "request"] as const;

export function createAuditIndex(session: Session): AuditIndex {
  const { sql } = session;
  return {
    insert: async (rows) => {
      if (rows.length > 0) await session.commit(rows.map((row) => insertRow(session.dialect, toColumns(row))));
    },
    search: async (filter = {}) => {
      const rows = await session.scan(search(session, filter));
      return toPage(rows.map(present), filter, ({ index }) => String(index));
    },
    find: async (index) => {
      const row = await session.first(sql.selectFrom("auditIndex").selectAll().where("position", "=", index));
      return row === undefined ? undefined : present(row);
    },
    lastIndexed: async () =>
      (await session.first(sql.selectFrom("auditIndex").select("position").orderBy("position", "desc").limit(1)))
        ?.position ?? -1,
    wipe: async () => void (await session.commit([toStatement(sql.deleteFrom("auditIndex"))])),
  };
}

function search({ sql }: Session, filter: AuditFilter) {
  let query = sql.selectFrom("auditIndex").selectAll().orderBy("position", "desc").limit(pageLimit(filter));
  for (const column of equal) {
    const value = filter[column];
    if (value !== undefined) query = query.where(column, "=", value);
  }
  if (filter.from !== undefined) query = query.where("at", ">=", filter.from);
  if (filter.to !== undefined) query = query.where("at", "<=", filter.to);
  if (filter.cursor !== undefined) query = query.where("position", "<", Number(filter.cursor));
  return query;
}

function toColumns(row: AuditRow): Columns {
  return {
    position: row.index,
    at: row.at,
    kind: row.kind,
    call: row.call,
    request: row.request ?? null,
    actor: row.actor,
    via: row.via ?? null,
    action: row.action,
    plugin: row.plugin ?? null,
    instance: row.instance ?? null,
    resource: row.resource ?? null,
    ref: row.ref ?? null,
    purpose: row.purpose ?? null,
    decision: row.decision ?? null,
    reason: row.reason ?? null,
    outcome: row.outcome ?? null,
  };
}

function present({ position, ...row }: Stored): AuditRow {
  return { index: position, ...dropNulls(row) };
}

export function createVerifications(session: Session): Verifications {
  const { sql } = session;
  const documents = () => sql.selectFrom("verifications").select("document");
  return {
    save: async (verification) => {
      const document = JSON.stringify(verification);
      const row = { id: verification.id, startedAt: verification.startedAt, document };
      await session.commit([
        toStatement(
          sql
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
