import { copyFileSync, statSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { createTempDir, type TempDir } from "@hilum/testkit";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createCheckpoints, type CheckpointThread } from "./checkpoints.ts";
import { openSqlite, type SqliteConnection } from "./connection.ts";

describe("checkpoints", () => {
  let folder: TempDir;
  let opened: SqliteConnection;
  let connection: SqliteConnection;
  let scripts: string[];
  beforeEach(() => {
    folder = createTempDir("checkpoints");
    opened = openSqlite(folder.join("c.db"), "writer");
    opened.script("CREATE TABLE t (id INTEGER PRIMARY KEY, text TEXT NOT NULL) STRICT");
    scripts = [];
    connection = {
      ...opened,
      script: (sql) => {
        scripts.push(sql);
        opened.script(sql);
      },
    };
  });
  afterEach(() => {
    opened.close();
    folder.remove();
  });

  const commit = (text = "x"): void => {
    opened.execute({ sql: "INSERT INTO t (text) VALUES (?)", parameters: [text] });
  };

  const nobodyWaits = (): void => undefined;

  /** In the database without its log; none while it is being written. */
  const movedRows = (): number => {
    copyFileSync(folder.join("c.db"), folder.join("copy.db"));
    try {
      const copy = openSqlite(folder.join("copy.db"), "writer");
      const { rows } = copy.execute({ sql: "SELECT count(*) AS count FROM t", parameters: [] });
      copy.close();
      return Number(rows[0]?.["count"]);
    } catch {
      return 0;
    }
  };

  it("are made beside the writer, which moves only what came in meanwhile", () => {
    const ends: (() => void)[] = [];
    const thread: CheckpointThread = { begin: (ended) => void ends.push(ended), close: () => undefined };
    const checkpoints = createCheckpoints(connection, nobodyWaits, () => thread);
    const commitMany = (count: number): void => {
      for (let index = 0; index < count; index += 1) {
        commit();
        checkpoints.afterCommit();
      }
    };
    commitMany(255);
    expect(ends).toHaveLength(0);
    commitMany(300);
    expect(ends).toHaveLength(1);
    expect(scripts).toEqual([]);
    ends[0]?.();
    commitMany(1);
    expect(scripts).toEqual(["PRAGMA wal_checkpoint(PASSIVE)"]);
    const { size } = statSync(folder.join("c.db-wal"));
    commitMany(200);
    // It began anew.
    expect(statSync(folder.join("c.db-wal")).size).toBe(size);
    checkpoints.close();
    expect(statSync(folder.join("c.db-wal")).size).toBe(0);
  });

  it("are waited for only when the log has reached its bound", () => {
    const checkpoints = createCheckpoints(connection, nobodyWaits, () => ({
      begin: () => undefined,
      close: () => undefined,
    }));
    for (let index = 0; index < 86; index += 1) {
      commit("x".repeat(1024 * 1024));
      checkpoints.afterCommit();
    }
    expect(scripts).toEqual(["PRAGMA wal_checkpoint(TRUNCATE)"]);
    expect(statSync(folder.join("c.db-wal")).size).toBeLessThan(16 * 1024 * 1024);
  });

  it("hold the writer back while the thread alone can move what is beyond the bound", () => {
    const ends: (() => void)[] = [];
    let woken = 0;
    // Another checkpoint under way: SQLite refuses a second one at once, and never waits for the first.
    const refusing = { ...connection, script: (sql: string) => void scripts.push(sql) };
    const checkpoints = createCheckpoints(
      refusing,
      () => (woken += 1),
      () => ({ begin: (ended) => void ends.push(ended), close: () => undefined }),
    );
    const commitUntilBehind = (): number => {
      let commits = 0;
      while (!checkpoints.behind && commits < 120) {
        commit("x".repeat(1024 * 1024));
        checkpoints.afterCommit();
        commits += 1;
      }
      return commits;
    };
    expect(commitUntilBehind()).toBeLessThan(86);
    expect(statSync(folder.join("c.db-wal")).size).toBeLessThan(83 * 1024 * 1024);
    ends[0]?.();
    expect({ behind: checkpoints.behind, woken }).toEqual({ behind: false, woken: 1 });
  });

  it("are made by a thread of their own", async () => {
    const checkpoints = createCheckpoints(connection, nobodyWaits);
    for (let index = 0; index < 256; index += 1) {
      commit();
      checkpoints.afterCommit();
    }
    for (const until = Date.now() + 20_000; movedRows() < 256 && Date.now() < until;) await sleep(20);
    expect(movedRows()).toBe(256);
    expect(scripts).toEqual([]);
    checkpoints.close();
  });
});
