import { isHilumError } from "@hilum/contract/errors";
import { sql, type RawBuilder } from "kysely";
import { toCamelCase } from "../engine/column-names.ts";
import { builders, toStatement } from "../engine/query.ts";
import type { Row, SqlValue, Statement } from "../engine/statement.ts";
import type { Session } from "../session.ts";
import { namingColumns, placeOf, sealedTables, type SealedTable } from "./sealed-columns.ts";

/** Rows that are opened and sealed anew in one transaction: a few values may be as large as a webhook. */
const batchRows = 32;
/** Version, key id and nonce: no two envelopes begin alike. */
const headBytes = 1 + 4 + 12;

export interface ResealBatch {
  unit: Statement[];
  /** Values that `unit` seals anew. */
  values: number;
  /** Values that did not open; they stay as they are. */
  unreadable: number;
  /** The key of the last row, to go on after; absent when the table is at its end. */
  next?: readonly SqlValue[];
}

/**
 * Rows of the table after `after` that another key than the current one sealed, as statements that seal them anew. A row
 * that somebody changes meanwhile is left to them: its value was sealed with the current key then.
 */
export async function prepareReseal(
  session: Session,
  table: SealedTable,
  after: readonly SqlValue[] | undefined,
): Promise<ResealBatch> {
  const columns = Object.keys(table.columns);
  const keyId = session.keyring.currentId;
  const rows = await scan(session, selectOthers(table, columns, keyId, after));
  const unit: Statement[] = [];
  let unreadable = 0;
  for (const row of rows) {
    for (const column of columns) {
      const envelope = row[toCamelCase(column)];
      if (!(envelope instanceof Uint8Array) || sealedWith(envelope) === keyId) continue;
      const place = placeOf(table, column, row);
      try {
        const seal = session.keyring.open(place, envelope);
        unit.push(compile(session, updateOne(table, column, row, { seal, place }, envelope)));
      } catch (error) {
        if (!isHilumError(error) || error.code !== "envelope.invalid") throw error;
        unreadable += 1;
      }
    }
  }
  const last = rows.at(-1);
  return {
    unit,
    values: unit.length,
    unreadable,
    ...(rows.length < batchRows || last === undefined
      ? {}
      : { next: table.key.map((name) => last[toCamelCase(name)] ?? null) }),
  };
}

/** How many values each key seals, by table. */
export async function countSealed(session: Session): Promise<Map<number, Map<string, number>>> {
  const counts = new Map<number, Map<string, number>>();
  const add = (key: number, table: string, values: number): void => {
    const tables = counts.get(key) ?? new Map<string, number>();
    counts.set(key, tables.set(table, (tables.get(table) ?? 0) + values));
  };
  for (const { table, columns } of sealedTables)
    for (const column of Object.keys(columns)) {
      const key = keyIdOf(column);
      const rows = await scan(
        session,
        sql<Row>`select ${key} as key_bytes, count(*) as sealed_count from ${sql.table(table)}
          where ${sql.ref(column)} is not null group by ${key}`,
      );
      for (const { keyBytes, sealedCount } of rows)
        if (keyBytes instanceof Uint8Array) add(Buffer.from(keyBytes).readUInt32BE(0), table, Number(sealedCount));
    }
  return counts;
}

function selectOthers(
  of: SealedTable,
  columns: readonly string[],
  keyId: number,
  after: readonly SqlValue[] | undefined,
): RawBuilder<Row> {
  const { table, key } = of;
  return sql<Row>`select ${list([...namingColumns(of), ...columns])} from ${sql.table(table)}
    where (${sql.join(
      columns.map((column) => sql<Row>`${keyIdOf(column)} <> ${keyIdBytes(keyId)}`),
      sql<Row>` or `,
    )})
    ${after === undefined ? sql<Row>`` : sql<Row>`and (${list(key)}) > (${sql.join(after)})`}
    order by ${list(key)} limit ${sql.lit(batchRows)}`;
}

function updateOne(
  { table, key }: SealedTable,
  column: string,
  row: Row,
  sealed: object,
  envelope: Uint8Array,
): RawBuilder<Row> {
  const head = Buffer.from(envelope.subarray(0, headBytes));
  const isRow = key.map((name) => sql<Row>`${sql.ref(name)} = ${row[toCamelCase(name)]}`);
  return sql<Row>`update ${sql.table(table)} set ${sql.ref(column)} = ${sealed}
    where ${sql.join(isRow, sql` and `)} and substr(${sql.ref(column)}, 1, ${sql.lit(headBytes)}) = ${head}`;
}

/** Bytes 2 to 5 of an envelope. */
function keyIdOf(column: string): RawBuilder<Row> {
  return sql<Row>`substr(${sql.ref(column)}, 2, 4)`;
}

function keyIdBytes(keyId: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(keyId);
  return bytes;
}

function sealedWith(envelope: Uint8Array): number {
  return Buffer.from(envelope).readUInt32BE(1);
}

function list(names: readonly string[]): RawBuilder<Row> {
  return sql.join(names.map((name) => sql.ref(name)));
}

function compile(session: Session, query: RawBuilder<Row>): Statement {
  return toStatement({ compile: () => query.compile(builders[session.dialect]) });
}

function scan(session: Session, query: RawBuilder<Row>): Promise<Row[]> {
  return session.scan({ compile: () => query.compile(builders[session.dialect]) });
}
