import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { readdirSync, truncateSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { sealedTables } from "../crypto/sealed-columns.ts";
import type { RotationRow } from "../ports/keys.ts";
import { databases, newId, newMessage, type TestStore } from "../test-support/databases.ts";
import { addOlderAttachment } from "../test-support/older-attachment.ts";
import { queryRaw } from "../test-support/raw-query.ts";
import { fillSealedColumns } from "../test-support/sealed-values.ts";

const by = "user:ana";
const never = new AbortController().signal;

/** Those that can be looked into past the store, and opened again. */
const kept = databases.filter(({ name }) => name !== "SQLite in memory");

describe.each(kept)("data keys in $name", ({ available, open }) => {
  describe.skipIf(!available)("where it is installed", () => {
    let test: TestStore;
    beforeEach(async () => {
      test = await open();
    });
    afterEach(() => test.close());

    const rotate = async (): Promise<RotationRow | undefined> => {
      await test.store.keys.begin(newId(), by);
      return test.store.keys.run(never);
    };
    /** How many values of each column the key sealed, past the store. */
    const sealedBy = async (key: number): Promise<Record<string, number>> => {
      const counts: Record<string, number> = {};
      for (const { table, columns } of sealedTables)
        for (const column of Object.keys(columns)) {
          const rows = await queryRaw(test.url, `SELECT ${column} AS sealed FROM ${table} WHERE ${column} IS NOT NULL`);
          const values = rows.filter(({ sealed }) => Buffer.from(sealed as Uint8Array).readUInt32BE(1) === key).length;
          if (values > 0) counts[`${table}.${column}`] = values;
        }
      return counts;
    };

    it("knows every column that is named sealed_*, and no other", async () => {
      const sqlite = "SELECT m.name AS t, p.name AS c FROM sqlite_schema m, pragma_table_info(m.name) p";
      const postgresql =
        "SELECT table_name AS t, column_name AS c FROM information_schema.columns WHERE table_schema = 'public'";
      const rows = await queryRaw(test.url, test.url.startsWith("sqlite") ? sqlite : postgresql);
      const inDatabase = rows
        .filter(({ c }) => String(c).startsWith("sealed_"))
        .map(({ t, c }) => `${String(t)}.${String(c)}`);
      const known = sealedTables.flatMap(({ table, columns }) =>
        Object.keys(columns).map((column) => `${table}.${column}`),
      );
      expect(inDatabase.toSorted()).toEqual(known.toSorted());
      expect(new Set(known).size).toBe(known.length);
    });

    it("seals every value of every column anew, and changes none", async () => {
      const read = await fillSealedColumns(test.store);
      const before = await read();
      const columns = sealedTables.flatMap(({ table, columns: of }) => Object.keys(of).map((one) => `${table}.${one}`));
      expect(Object.keys(await sealedBy(1)).toSorted()).toEqual(columns.toSorted());
      const rotation = await rotate();
      expect(rotation).toMatchObject({ state: "finished", key: 3 });
      expect(rotation?.total).toBeGreaterThan(sealedTables.length);
      expect(rotation?.done).toBe(rotation?.total);
      expect(await read()).toEqual(before);
      expect(await sealedBy(1)).toEqual({});
      expect(await test.store.keys.list()).toMatchObject([
        { id: 3, state: "active" },
        { id: 1, state: "retired", values: 0 },
      ]);
    });

    it("threat 205: destroys no key that still seals a value, and names what it seals", async () => {
      const read = await fillSealedColumns(test.store);
      const before = await read();
      await expect(test.store.keys.destroy(1)).rejects.toMatchObject({ code: "key.in_use" });
      const [row] = await queryRaw(test.url, "SELECT sealed_body FROM messages ORDER BY id LIMIT 1");
      await rotate();
      // As a backup of one row would: the value that the retired key sealed is back.
      const hex = Buffer.from(row?.["sealed_body"] as Uint8Array).toString("hex");
      const literal = test.url.startsWith("sqlite") ? `X'${hex}'` : `'\\x${hex}'`;
      await queryRaw(
        test.url,
        `UPDATE messages SET sealed_body = ${literal} WHERE id = (SELECT min(id) FROM messages)`,
      );
      await expect(test.store.keys.destroy(1)).rejects.toMatchObject({
        code: "key.in_use",
        detail: "Key 1 still seals values of messages (1).",
      });
      await expect(test.store.keys.destroy(2)).rejects.toMatchObject({ code: "key.not_found" });
      await expect(test.store.keys.destroy(3)).rejects.toMatchObject({ code: "key.in_use" });
      await rotate();
      await test.store.keys.destroy(1);
      await test.store.keys.destroy(3);
      expect((await test.store.keys.list()).map(({ id }) => id)).toEqual([4]);
      await test.reopen();
      expect(await read(test.store)).toEqual(before);
    });

    it("threat 204: stops, goes on, and answers reads and writes meanwhile", async () => {
      for (let count = 0; count < 200; count += 1) await test.store.messages.accept(newMessage());
      const { id, key } = await test.store.keys.begin(newId(), by);
      // Before a value was sealed anew: the rotation goes on with the same key.
      await test.store.keys.stop();
      expect((await test.store.keys.run(never))?.state).toBe("stopped");
      await expect(test.store.keys.destroy(1)).rejects.toMatchObject({ code: "key.rotating" });
      expect(await test.store.keys.begin(newId(), by)).toMatchObject({ id, key, state: "running" });
      const running = test.store.keys.run(never);
      const written = await Promise.all(
        Array.from({ length: 50 }, async () => {
          const message = newMessage();
          await test.store.messages.accept(message);
          return (await test.store.messages.detail(message.id))?.body === message.body;
        }),
      );
      expect(written.every(Boolean)).toBe(true);
      expect(await running).toMatchObject({ id, state: "finished" });
      expect(await sealedBy(1)).toEqual({});
      const page = await test.store.messages.list({ limit: 200 });
      for (const message of page.items)
        expect((await test.store.messages.detail(message.id))?.body).toBe(newMessage().body);
    });

    it("leaves a value that does not open as it is, says so, and keeps the key that it names", async () => {
      const damaged = newMessage();
      await test.store.messages.accept(damaged);
      await test.store.messages.accept(newMessage());
      await queryRaw(
        test.url,
        test.url.startsWith("sqlite")
          ? `UPDATE messages SET sealed_body = CAST(substr(sealed_body, 1, 20) || zeroblob(60) AS BLOB) WHERE id = '${damaged.id}'`
          : `UPDATE messages SET sealed_body = substr(sealed_body, 1, 20) || decode(repeat('00', 60), 'hex') WHERE id = '${damaged.id}'`,
      );
      expect(await rotate()).toMatchObject({ state: "failed", fault: "envelope.invalid" });
      expect(await sealedBy(1)).toEqual({ "messages.sealed_body": 1 });
      expect(await test.store.keys.list()).toMatchObject([{ id: 3 }, { id: 1, state: "retired", values: 1 }]);
      await queryRaw(test.url, `DELETE FROM messages WHERE id = '${damaged.id}'`);
      expect(await rotate()).toMatchObject({ state: "finished", key: 3 });
    });

    it("gives each attachment that a data key sealed a key of its own, and then lets that go", async () => {
      const content = randomBytes(200_000);
      const [whole, damaged] = [newId(), newId()];
      for (const id of [whole, damaged]) await addOlderAttachment(test.url, test.folder, id, content);
      expect(await collect(test, whole)).toEqual(content);
      truncateSync(`${test.folder}/blobs/${damaged}`, 100_000);
      expect(await rotate()).toMatchObject({ state: "failed", fault: "envelope.invalid" });
      await expect(test.store.keys.destroy(1)).rejects.toMatchObject({ code: "key.rotating" });
      await test.store.blobs.remove(damaged);
      expect(await rotate()).toMatchObject({ state: "finished" });
      await test.store.keys.destroy(1);
      expect(await collect(test, whole)).toEqual(content);
      expect(readdirSync(`${test.folder}/blobs`)).toHaveLength(1);
    });

    it("threat 204: killed anywhere in a rotation, loses nothing and goes on", async () => {
      const read = await fillSealedColumns(test.store);
      await Promise.all(Array.from({ length: 2000 }, () => test.store.messages.accept(newMessage())));
      const before = await read();
      await test.reopen(async () => {
        for (const doneMin of [0, 1, 100, 400]) await killRotation(test, doneMin);
      });
      expect(await read(test.store)).toEqual(before);
      expect(await test.store.keys.begin(newId(), by)).toMatchObject({ state: "running", key: 3 });
      expect(await test.store.keys.run(never)).toMatchObject({ state: "finished", key: 3 });
      expect(await sealedBy(1)).toEqual({});
      await test.store.keys.destroy(1);
      expect(await read(test.store)).toEqual(before);
      const page = await test.store.messages.list({ limit: 200 });
      for (const message of page.items)
        expect((await test.store.messages.detail(message.id))?.body).toBe(newMessage().body);
    }, 120_000);
  });
});

async function collect({ store }: TestStore, id: string): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of (await store.blobs.read(id)).content) chunks.push(chunk);
  return Buffer.concat(chunks);
}

describe("data keys in SQLite in memory", () => {
  it("are rotated as well", async () => {
    const memory = databases.find(({ name }) => name === "SQLite in memory");
    const test = await memory?.open();
    if (test === undefined) throw new Error("the suite has no database in memory");
    const read = await fillSealedColumns(test.store);
    const before = await read();
    await test.store.keys.begin(newId(), by);
    expect(await test.store.keys.run(never)).toMatchObject({ state: "finished", key: 3 });
    expect(await read()).toEqual(before);
    await test.close();
  });
});

/** Kills a process in its rotation, once that says that it has sealed so many values anew. */
async function killRotation(test: TestStore, doneMin: number): Promise<void> {
  const child = spawn(
    process.execPath,
    [
      fileURLToPath(new URL("../test-support/rotating-child.ts", import.meta.url)),
      test.url,
      test.folder,
      String(doneMin),
    ],
    { stdio: ["ignore", "pipe", "inherit"] },
  );
  let output = "";
  await new Promise<void>((resolve, reject) => {
    child.stdout.on("data", (data: Buffer) => {
      output += data.toString();
      const lines = output.split("\n");
      if (!child.killed && lines.length > 1 && Number(lines.at(-2)) >= doneMin && doneMin > 0) child.kill("SIGKILL");
      if (!child.killed && doneMin === 0 && lines.length > 1) child.kill("SIGKILL");
    });
    child.on("error", reject);
    child.on("close", () => resolve());
  });
  expect(output).not.toContain("finished");
}
