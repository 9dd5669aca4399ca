import {
  CamelCasePlugin,
  type Compilable,
  DummyDriver,
  Kysely,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
} from "kysely";
import type { Dialect, Parameter, Statement } from "./statement.ts";
import type { Tables } from "./tables.ts";

/**
 * Kysely as a typed writer of SQL: it compiles, and the engine runs what it compiled. Identifiers become snake_case;
 * the engines name result columns in camelCase themselves.
 */
export type Sql = Kysely<Tables>;

export const builders: Record<Dialect, Sql> = {
  sqlite: new Kysely<Tables>({
    dialect: {
      createAdapter: () => new SqliteAdapter(),
      createDriver: () => new DummyDriver(),
      createIntrospector: (db) => new SqliteIntrospector(db),
      createQueryCompiler: () => new SqliteQueryCompiler(),
    },
    plugins: [new CamelCasePlugin()],
  }),
  postgresql: new Kysely<Tables>({
    dialect: {
      createAdapter: () => new PostgresAdapter(),
      createDriver: () => new DummyDriver(),
      createIntrospector: (db) => new PostgresIntrospector(db),
      createQueryCompiler: () => new PostgresQueryCompiler(),
    },
    plugins: [new CamelCasePlugin()],
  }),
};

/** `expect`: rows that must be changed or returned, or the unit is undone. */
export function toStatement(query: Compilable<unknown>, expect?: number): Statement {
  const { sql, parameters } = query.compile();
  const statement = { sql, parameters: parameters as readonly Parameter[] };
  return expect === undefined ? statement : { ...statement, expect };
}

/** Stands for a value while a prepared query is compiled. */
class Slot {
  readonly name: string;
  constructor(name: string) {
    this.name = name;
  }
}

/** Fills the values into a query that was compiled once; for the queries that run for each message or request. */
export type PreparedQuery<Values> = (dialect: Dialect, values: Values) => Statement;

/** Compiles `build` at its first use per dialect. `values` holds placeholders, named one by one. */
export function prepareQuery<Values extends Record<string, Parameter>>(
  build: (sql: Sql, values: Values, dialect: Dialect) => Compilable<unknown>,
  expect?: number,
): PreparedQuery<Values> {
  const compiled: Partial<Record<Dialect, { sql: string; parameters: readonly unknown[] }>> = {};
  const slots = new Proxy({}, { get: (_target, name) => new Slot(String(name)), ownKeys: refuseToList }) as Values;
  return (dialect, values) => {
    const { sql, parameters } = (compiled[dialect] ??= build(builders[dialect], slots, dialect).compile());
    const filled = parameters.map((parameter) =>
      parameter instanceof Slot ? (values[parameter.name] as Parameter) : (parameter as Parameter),
    );
    return expect === undefined ? { sql, parameters: filled } : { sql, parameters: filled, expect };
  };
}

function refuseToList(): never {
  throw new Error("a prepared query names its values one by one");
}
