import { statSync } from "node:fs";
import { createTempDir, type TempDir } from "@hilum/testkit";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Unit } from "../statement.ts";
import { openSqlite, type SqliteConnection } from "./connection.ts";
import { createSqliteWriter, type SqliteWriter, type UnitEnd } from "./writer.ts";

describe("the SQLite writer", () => {
  let folder: TempDir;
  let connection: SqliteConnection;
  let writer: SqliteWriter;
  let scripts: string[];
  beforeEach(() => {
    folder = createTempDir("writer");
    const opened = openSqlite(folder.join("w.db"), "writer");
    opened.script("CREATE TABLE t (id INTEGER PRIMARY KEY, text TEXT NOT NULL) STRICT");
    scripts = [];
    connection = {
      ...opened,
      get inTransaction() {
        return opened.inTransaction;
      },
      execute: (statement) => {
        scripts.push(statement.sql);
        return opened.execute(statement);
      },
      script: (sql) => {
        scripts.push(sql);
        opened.script(sql);
      },
    };
    writer = createSqliteWriter(connection);
  });
  afterEach(() => {
    writer.close();
    folder.remove();
  });

  const insert = (id: number, text = "x") => ({
    sql: "INSERT INTO t (id, text) VALUES (?, ?)",
    parameters: [id, text],
  });
  const submit = (unit: Unit): Promise<UnitEnd> => new Promise((resolve) => writer.submit(unit, resolve));
  const count = (): number =>
    Number(connection.execute({ sql: "SELECT count(*) AS count FROM t", parameters: [] }).rows[0]?.["count"]);

  it("commits what arrives in one tick in one transaction", async () => {
    await Promise.all(Array.from({ length: 100 }, (_, id) => submit([insert(id)])));
    expect(scripts.filter((sql) => sql === "COMMIT")).toHaveLength(1);
    expect(count()).toBe(100);
  });

  it("undoes a unit that is refused, and it alone", async () => {
    const ends = await Promise.all([
      submit([insert(1), insert(2)]),
      submit([insert(3), insert(1)]),
      submit([insert(4), { sql: "UPDATE t SET text = 'y' WHERE id = 99", parameters: [], expect: 1 }]),
      submit([insert(5)]),
    ]);
    expect(ends.map((end) => ("outcome" in end ? end.outcome : end.failure))).toMatchObject([
      { ok: true },
      { ok: false, at: 1, why: "unique" },
      { ok: false, at: 1, why: "expectation" },
      { ok: true },
    ]);
    expect(count()).toBe(3);
  });

  it("lets a statement that is wrong fail its own unit alone", async () => {
    const ends = await Promise.all([
      submit([insert(1)]),
      submit([{ sql: "INSERT INTO nowhere VALUES (1)", parameters: [] }]),
      submit([insert(2)]),
    ]);
    expect(ends.map((end) => ("failure" in end ? end.failure.kind : "ok"))).toEqual(["ok", "bug", "ok"]);
    expect(count()).toBe(2);
  });

  it("threat 215: tells everybody in the batch when the disk is full, and goes on when it is not", async () => {
    connection.script("PRAGMA max_page_count = 4");
    const ends = await Promise.all(Array.from({ length: 20 }, (_, id) => submit([insert(id, "x".repeat(4000))])));
    expect(ends.every((end) => "failure" in end && end.failure.kind === "noSpace")).toBe(true);
    expect(count()).toBe(0);
    connection.script("PRAGMA max_page_count = 1000000");
    expect(await submit([insert(1)])).toMatchObject({ outcome: { ok: true } });
  });

  it("keeps others out of a transaction and lets them in after it", async () => {
    await new Promise<void>((resolve) => writer.begin(() => resolve()));
    expect(writer.run([insert(1)])).toMatchObject({ outcome: { ok: true } });
    let others = 0;
    const waiting = submit([insert(2)]).then(() => (others += 1));
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(others).toBe(0);
    expect(writer.end(false)).toBeUndefined();
    await waiting;
    expect(count()).toBe(1);
  });

  it("never makes a checkpoint within a commit, and holds the log below its bound", async () => {
    const text = "x".repeat(60_000);
    for (let round = 0; round < 30; round += 1)
      await Promise.all(Array.from({ length: 50 }, (_, index) => submit([insert(round * 50 + index, text)])));
    const sizes = statSync(folder.join("w.db-wal")).size;
    expect(sizes).toBeLessThan(88 * 1024 * 1024);
    expect(scripts.some((sql) => sql.includes("wal_checkpoint"))).toBe(true);
    expect(
      connection.execute({ sql: "PRAGMA wal_autocheckpoint", parameters: [] }).rows[0]?.["walAutocheckpoint"],
    ).toBe(0);
    expect(connection.execute({ sql: "PRAGMA synchronous", parameters: [] }).rows[0]?.["synchronous"]).toBe(2);
  }, 30_000);
});
