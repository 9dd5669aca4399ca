import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { toCamelCase } from "./column-names.ts";
import { loadMigrations, pendingMigrations } from "./migrate.ts";
import { openWriter } from "./sqlite/open-writer.ts";

/** Interface members of tables.ts and its parts by table, as text: types leave nothing at run time. */
function declaredColumns(): Map<string, string[]> {
  const source = readdirSync(import.meta.dirname)
    .filter((file) => /(?:^|-)tables\.ts$/.test(file))
    .map((file) => readFileSync(new URL(file, import.meta.url), "utf8"))
    .join("\n");
  const members = [...source.matchAll(/interface (\w+)Table \{\n([^}]*)\}/g)];
  return new Map(
    members.map(([, name = "", body = ""]) => [
      name,
      [...body.matchAll(/^ {2}(\w+):/gm)].map(([, column = ""]) => column).toSorted(),
    ]),
  );
}

const typeName = (table: string): string => {
  const camel = toCamelCase(table);
  return `${camel[0]?.toUpperCase() ?? ""}${camel.slice(1)}`;
};

describe("the tables", () => {
  it("are declared as the migrations make them", () => {
    const connection = openWriter(":memory:", loadMigrations("sqlite"), "2026-03-02T08:00:00.000Z");
    const tables = connection.execute({
      sql: "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' AND name <> 'schema_migrations'",
      parameters: [],
    }).rows;
    const columns = new Map(
      tables.map(({ name }) => {
        const rows = connection.execute({
          sql: `SELECT name FROM pragma_table_info('${String(name)}')`,
          parameters: [],
        }).rows;
        return [typeName(String(name)), rows.map((row) => toCamelCase(String(row["name"]))).toSorted()];
      }),
    );
    connection.close();
    expect(Object.fromEntries(declaredColumns())).toEqual(Object.fromEntries(columns));
  });

  it("have the same columns in both dialects", () => {
    const declared = declaredColumns();
    const columnsOf = (dialect: "sqlite" | "postgresql"): string[] =>
      loadMigrations(dialect)
        .flatMap(({ sql }) => [...sql.matchAll(/CREATE TABLE (\w+) \(\n([\s\S]*?)\n\)/g)])
        // SQLite changes a table's checks by making it anew under another name.
        .filter(([, table = ""]) => declared.has(typeName(table)))
        .flatMap(([, table = "", body = ""]) =>
          [...body.matchAll(/^ {2}"?([a-z_0-9]+)"? /gm)].map(([, column = ""]) => `${table}.${column}`),
        );
    expect(columnsOf("postgresql")).toEqual(columnsOf("sqlite"));
    expect(columnsOf("sqlite").length).toBeGreaterThan(200);
  });
});

describe("migrations", () => {
  const migration = (number: number) => ({ number, name: "x", sql: "", checksum: `c${number}` });

  it("are numbered from 1 without a gap in both dialects", () => {
    for (const dialect of ["sqlite", "postgresql"] as const) {
      const numbers = loadMigrations(dialect).map(({ number }) => number);
      expect(numbers).toEqual(numbers.map((_, index) => index + 1));
    }
  });

  it("threat 226: refuses a database of a later version", () => {
    expect(() => pendingMigrations([migration(1)], [migration(1), migration(2)])).toThrow(
      expect.objectContaining({ failure: expect.objectContaining({ kind: "newer" }) }),
    );
  });

  it("refuses a database whose migration was another one", () => {
    expect(() => pendingMigrations([migration(1)], [{ number: 1, checksum: "other" }])).toThrow(
      expect.objectContaining({ failure: expect.objectContaining({ kind: "corrupt" }) }),
    );
  });

  it("names those that are not applied yet, in order", () => {
    expect(
      pendingMigrations([migration(1), migration(2), migration(3)], [migration(1)]).map(({ number }) => number),
    ).toEqual([2, 3]);
  });
});
