import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { findPostgresBin } from "../run/programs.ts";
import { requires } from "../run/requirement.ts";
import { startPostgres, type Postgres } from "./postgres.ts";

const query = (connectionString: string, sql: string): string =>
  execFileSync(join(findPostgresBin() ?? "", "psql"), [connectionString, "-X", "-A", "-t", "-c", sql], {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "pipe"],
  }).trim();

describe.skipIf(!requires("postgresql").available)("a private PostgreSQL", () => {
  let postgres: Postgres;
  beforeAll(async () => {
    postgres = await startPostgres();
  });
  afterAll(() => postgres.stop());

  it("gives each caller a database of its own", () => {
    const one = postgres.createDatabase();
    const two = postgres.createDatabase();
    query(one.connectionString, "create table patient (id int)");
    expect(query(one.connectionString, "select count(*) from pg_tables where tablename = 'patient'")).toBe("1");
    expect(query(two.connectionString, "select count(*) from pg_tables where tablename = 'patient'")).toBe("0");
    one.drop();
    two.drop();
    expect(() => query(one.connectionString, "select 1")).toThrow(/does not exist/);
  });

  it("is shared by all who ask within one run", async () => {
    const again = await startPostgres();
    expect(again.connectionString).toBe(postgres.connectionString);
  });

  it("refuses a wrong password", () => {
    const wrong = postgres.connectionString.replace(/:[^:@]+@/, ":wrong@");
    expect(() => query(wrong, "select 1")).toThrow(/password authentication failed/);
  });
});
