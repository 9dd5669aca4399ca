import { setTimeout } from "node:timers/promises";
import { createTempDir, requires, startPostgres, type TempDir } from "@hilum/testkit";
import { Client } from "pg";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createFileKeyProvider } from "../../key-holders/file-key-provider.ts";
import { openStore } from "../../open-store.ts";
import type { RecordRow } from "../../ports/records.ts";
import type { Store } from "../../ports/store.ts";
import { allChanges, newRecord } from "../../test-support/records.ts";

describe.skipIf(!requires("postgresql").available)("changes of records on PostgreSQL with several nodes", () => {
  let folder: TempDir;
  let nodes: [Store, Store];
  let observer: Client;
  let close: () => Promise<void>;
  let over: boolean;

  beforeEach(async () => {
    over = false;
    folder = createTempDir("order");
    const postgres = await startPostgres();
    const database = postgres.createDatabase();
    const open = () =>
      openStore({
        url: database.connectionString,
        keyProvider: createFileKeyProvider(folder.join("hilum.key")),
        blobDir: folder.join("blobs"),
      });
    nodes = [await open(), await open()];
    observer = new Client(database.connectionString);
    await observer.connect();
    close = async () => {
      over = true;
      await observer.end();
      for (const node of nodes) await node.close();
      database.drop();
      postgres.stop();
      folder.remove();
    };
  });
  afterEach(() => close());

  /** Until so many wait for a lock that another transaction holds. */
  const untilWaiting = async (count: number): Promise<void> => {
    while (!over) {
      const { rows } = await observer.query<{ waiting: string }>(
        "SELECT count(*) AS waiting FROM pg_locks WHERE locktype = 'advisory' AND NOT granted",
      );
      if (Number(rows[0]?.waiting) >= count) return;
      await setTimeout(5);
    }
  };

  it("shows no later write before an earlier one whose transaction is still open", async () => {
    const [one, two] = nodes;
    // Of different patients, so that none waits for the other's key.
    const [first, second, third] = [
      newRecord({ patients: ["a"] }),
      newRecord({ patients: ["b"] }),
      newRecord({ patients: ["c"] }),
    ];
    const gate = Promise.withResolvers<void>();
    const written = Promise.withResolvers<void>();
    const slow = one.transaction(async ({ records }) => {
      await records.write([first]);
      written.resolve();
      await gate.promise;
    });
    await written.promise;
    const quick = [two.records.write([second]), one.records.write([third])];
    await Promise.race([untilWaiting(2), Promise.all(quick)]);
    const seen = await two.records.changes(0, 10);
    gate.resolve();
    expect(seen).toEqual([]);
    await Promise.all([slow, ...quick]);
    const ids = (await two.records.changes(0, 10)).map(({ id }) => id);
    expect(ids[0]).toBe(first.id);
    expect(ids.toSorted()).toEqual([first.id, second.id, third.id].toSorted());
  });

  it("goes on after the number of a write that was undone", async () => {
    const [one, two] = nodes;
    const undone = one.transaction(async ({ records }) => {
      await records.write([newRecord()]);
      await records.write([newRecord({ expected: 7 })]);
    });
    await expect(undone).rejects.toMatchObject({ code: "record.conflict" });
    const kept = newRecord();
    await two.records.write([kept]);
    expect((await one.records.changes(0, 10)).map(({ id }) => id)).toEqual([kept.id]);
  });

  it("gives every follower each write once and in one order, while both nodes write, alone and in transactions", async () => {
    let writing = true;
    const follow = async (node: Store): Promise<RecordRow[]> => {
      const seen: RecordRow[] = [];
      while (writing) seen.push(...(await node.records.changes(seen.at(-1)?.seq ?? 0, 500)));
      return [...seen, ...(await allChanges(node, seen.at(-1)?.seq ?? 0))];
    };
    const followers = nodes.map(follow);
    const made = Array.from({ length: 150 }, (_, index) =>
      Array.from({ length: 1 + (index % 4) }, () =>
        newRecord({ patients: [`p${index % 7}`], terms: [`t${index % 5}`] }),
      ),
    );
    const work = made.map((batch, index) => {
      const node = nodes[index % 2] ?? nodes[0];
      if (index % 5 !== 0) return node.records.write(batch);
      return node.transaction(async ({ records }) => {
        for (const write of batch) await records.write([write]);
        await setTimeout(index % 10);
      });
    });
    const settled = await Promise.allSettled(work);
    writing = false;
    const written = made.filter((_, index) => settled[index]?.status === "fulfilled").flat();
    // A transaction that met too many others may give up; whatever was acknowledged is seen.
    expect(written.length).toBeGreaterThan(200);
    for (const seen of await Promise.all(followers)) {
      expect(seen.map(({ id }) => id).toSorted()).toEqual(written.map(({ id }) => id).toSorted());
      expect(seen.map(({ seq }) => seq)).toEqual(seen.map(({ seq }) => seq).toSorted((a, b) => a - b));
    }
  }, 120_000);
});
