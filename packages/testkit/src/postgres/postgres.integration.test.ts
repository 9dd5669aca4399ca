import { execFileSync, spawn } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createTempDir } from "../files/temp-dir.ts";
import { findPostgresBin } from "../run/programs.ts";
import { requires } from "../run/requirement.ts";
import { startCluster, stopCluster } from "./cluster.ts";
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

  it("is left alone where a power cut left its pid file, and the number belongs to nobody or to somebody else", async () => {
    using folder = createTempDir("cluster");
    await startCluster(folder.path);
    const pidFile = folder.join("postgres/cluster/postmaster.pid");
    const left = readFileSync(pidFile, "utf8");
    stopCluster(folder.path);
    const stranger = spawn("sleep", ["60"], { stdio: "ignore" });
    try {
      writeFileSync(pidFile, left);
      stopCluster(folder.path);
      writeFileSync(pidFile, left.replace(/^\d+/, String(stranger.pid)));
      stopCluster(folder.path);
      expect(stranger.exitCode ?? stranger.signalCode).toBeNull();
    } finally {
      stranger.kill();
    }
  });
});
