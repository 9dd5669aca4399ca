import { expect, it } from "vitest";
import { createTempDir } from "@hilum/testkit";
import { loadMigrations } from "./migrate.ts";
import { openWriter } from "./sqlite/open-writer.ts";

const at = "2026-03-02T08:00:00.000Z";

it("puts the terms that are there on the shelves of their records", () => {
  using folder = createTempDir("migration");
  const file = folder.join("hilum.db");
  const migrations = loadMigrations("sqlite");
  const place = migrations.findIndex(({ name }) => name === "term-shelves");
  const before = openWriter(file, migrations.slice(0, place), at);
  before.script(`
    INSERT INTO records VALUES (1, 'Patient', 'p1', 1, '${at}', 0, '[-5,7]');
    INSERT INTO records VALUES (200000, 'Patient', 'p2', 1, '${at}', 0, '[7]');
    INSERT INTO record_terms VALUES (-5, 1), (7, 1), (7, 200000);
  `);
  before.close();
  const after = openWriter(file, migrations, at);
  const rows = (sql: string) => after.execute({ sql, parameters: [] }).rows;
  expect(rows("SELECT shelf, token, record FROM record_terms ORDER BY record, token")).toEqual([
    { shelf: 0, token: -5, record: 1 },
    { shelf: 0, token: 7, record: 1 },
    { shelf: 3, token: 7, record: 200_000 },
  ]);
  expect(rows("SELECT shelf FROM record_shelves ORDER BY shelf")).toEqual([{ shelf: 0 }, { shelf: 3 }]);
  after.close();
});
