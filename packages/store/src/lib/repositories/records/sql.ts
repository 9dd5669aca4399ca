import { sql, type Compilable, type RawBuilder } from "kysely";
import { builders, prepareQuery, toStatement, type PreparedQuery } from "../../engine/query.ts";
import type { Dialect, Parameter, Statement } from "../../engine/statement.ts";

/** SQL with parts that the typed writer has no words for: joins over JSON arrays, inserts of what is selected, locks. */
export function compilable(dialect: Dialect, query: RawBuilder<unknown>): Compilable<unknown> {
  return { compile: () => query.compile(builders[dialect]) };
}

export function statementOf(dialect: Dialect, query: RawBuilder<unknown>, expect?: number): Statement {
  return toStatement(compilable(dialect, query), expect);
}

/** `statementOf` for what runs with each record: compiled once. */
export function prepareSql<Values extends Record<string, Parameter>>(
  build: (values: Values, dialect: Dialect) => RawBuilder<unknown>,
  expect?: number,
): PreparedQuery<Values> {
  return prepareQuery<Values>((_sql, values, dialect) => compilable(dialect, build(values, dialect)), expect);
}

const shapesMax = 200;

/** `prepareSql` for a query whose text depends on what is asked: compiled once for each shape. */
export function prepareShapes<Shape, Values extends Record<string, Parameter>>(
  build: (shape: Shape, values: Values, dialect: Dialect) => RawBuilder<unknown>,
): (dialect: Dialect, shape: Shape, values: Values) => Statement {
  const prepared = new Map<string, PreparedQuery<Values>>();
  return (dialect, shape, values) => {
    const name = JSON.stringify(shape);
    const query = prepared.get(name) ?? prepareSql<Values>((slots, of) => build(shape, slots, of));
    if (prepared.size >= shapesMax) prepared.clear();
    prepared.set(name, query);
    return query(dialect, values);
  };
}

/** `column` is one of a JSON array of numbers, which is given as text. */
export function isToken(dialect: Dialect, column: RawBuilder<unknown>, json: unknown): RawBuilder<unknown> {
  return dialect === "sqlite"
    ? sql`${column} IN (SELECT value FROM json_each(${json}))`
    : sql`${column} = ANY (ARRAY(SELECT json_array_elements_text(${json}::json)::bigint))`;
}

/** The same for a JSON array of strings. */
export function isText(dialect: Dialect, column: RawBuilder<unknown>, json: unknown): RawBuilder<unknown> {
  return dialect === "sqlite"
    ? sql`${column} IN (SELECT value FROM json_each(${json}))`
    : sql`${column} = ANY (ARRAY(SELECT json_array_elements_text(${json}::json)))`;
}

/** The tokens of the rows of `records` that `r` stands for: a row (shelf, token, record) each. */
export function tokenRows(dialect: Dialect, from: RawBuilder<unknown>): RawBuilder<unknown> {
  const shelf = shelfOf(sql`r.record`);
  return dialect === "sqlite"
    ? sql`SELECT ${shelf}, j.value, r.record FROM ${from}, json_each(r.tokens) j`
    : sql`SELECT ${shelf}, j.value::bigint, r.record FROM ${from}, json_array_elements_text(r.tokens::json) AS j(value)`;
}

/**
 * Where the terms of a record stand in the index: 65,536 records that were made one after the other share a shelf. Hashes lie
 * anywhere, so a record's terms change a page each; on a shelf they are few enough to be changed together.
 */
export function shelfOf(record: RawBuilder<unknown>): RawBuilder<unknown> {
  return sql`(${record} >> 16)`;
}

/** `column` is a shelf that there is: a term is looked for on each of them. */
export function isShelf(dialect: Dialect, column: RawBuilder<unknown>): RawBuilder<unknown> {
  return dialect === "sqlite"
    ? sql`${column} IN (SELECT shelf FROM record_shelves)`
    : sql`${column} = ANY (ARRAY(SELECT shelf FROM record_shelves))`;
}

/** Any fixed numbers, other than the migrations'. */
const gate = 7_112_027;
const order = 7_112_028;
const locks = {
  beside: sql`SELECT pg_advisory_xact_lock_shared(${gate})`,
  alone: sql`SELECT pg_advisory_xact_lock(${gate})`,
  order: sql`SELECT pg_advisory_xact_lock(${order})`,
};

/**
 * Held until the commit; SQLite has one writer anyway. A unit begins with `beside` others, or `alone` where it must see all
 * that is written and nothing that comes in between: whether no record fits, what is held, what a key has sealed. It takes
 * `order` last, after the rows of keys and heads, and before versions get their numbers: a lower number is never committed
 * after a higher one, so that whoever reads them in order skips none. Nobody who has `order` waits for a row.
 */
export function lock(dialect: Dialect, name: keyof typeof locks): Statement[] {
  return dialect === "sqlite" ? [] : [statementOf(dialect, locks[name])];
}

/** Locks the rows that a query finds. */
export function forUpdate(dialect: Dialect): RawBuilder<unknown> {
  return dialect === "sqlite" ? sql`` : sql`FOR UPDATE`;
}
