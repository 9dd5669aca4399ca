import { execFileSync } from "node:child_process";
import {
  closeSync,
  existsSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { fileURLToPath } from "node:url";
import { createTempDir, requires, startPostgres, type TempDir } from "@hilum/testkit";
import { Client } from "pg";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createFileKeyProvider } from "./key-holders/file-key-provider.ts";
import { openStore } from "./open-store.ts";
import { addPlugin, newId, newMessage } from "./test-support/databases.ts";
import { acknowledgedUntilKilled } from "./test-support/kill-child.ts";
import { canMountSmallDisk, mountSmallDisk, type SmallDisk } from "./test-support/small-disk.ts";

let folder: TempDir;
beforeEach(() => {
  folder = createTempDir("durable");
});
afterEach(() => folder.remove());

const databasePath = (): string => folder.join("hilum.db");
const open = () =>
  openStore({
    url: `sqlite:${databasePath()}`,
    keyProvider: createFileKeyProvider(folder.join("hilum.key")),
    blobDir: folder.join("blobs"),
  });

describe("a process that is killed", () => {
  const child = fileURLToPath(new URL("./test-support/accepting-child.ts", import.meta.url));

  it("threat 213: loses no message that it acknowledged, and keeps none by half", async () => {
    const acknowledged: string[] = [];
    for (const [round, count] of [
      ["a", 50],
      ["b", 400],
      ["c", 1000],
    ] as const)
      acknowledged.push(...(await acknowledgedUntilKilled(child, { folder: folder.path, round, atLeast: count })));
    expect(acknowledged.length).toBeGreaterThan(1400);
    const store = await open();
    const stored = new Set<string>();
    let page = await store.messages.list({ limit: 200 });
    for (;;) {
      for (const { id } of page.items) stored.add(id);
      if (page.next === undefined) break;
      page = await store.messages.list({ limit: 200, cursor: page.next });
    }
    expect(acknowledged.filter((id) => !stored.has(id))).toEqual([]);
    const sample = acknowledged.at(-1) ?? "";
    expect(await store.messages.detail(sample)).toMatchObject({ state: "queued", body: newMessage().body });
    // The key of an acknowledged message still leads to it.
    expect(await store.messages.accept(newMessage({ idempotency: { scope: "child", key: `key-${sample}` } }))).toEqual({
      outcome: "existing",
      id: sample,
    });
    await store.close();
  }, 180_000);
});

describe("a damaged database file", () => {
  const fill = async (): Promise<void> => {
    const store = await open();
    await addPlugin(store, "org.example.kept");
    await Promise.all(Array.from({ length: 300 }, () => store.messages.accept(newMessage())));
    await store.close();
  };
  const named = { code: "data.corrupt", detail: expect.stringContaining("hilum.db") };
  const overwrite = (position: number, bytes: Buffer): void => {
    const file = openSync(databasePath(), "r+");
    writeSync(file, bytes, 0, bytes.length, position);
    closeSync(file);
  };

  it.each([
    ["whose header was overwritten", () => overwrite(0, Buffer.alloc(100, 0x5a))],
    ["that is something else", () => writeFileSync(databasePath(), "not a database ".repeat(1000))],
    ["with pages overwritten", () => overwrite(4096 * 3, Buffer.alloc(4096 * 40, 0x5a))],
    ["that was cut off", () => truncateSync(databasePath(), Math.floor(statSync(databasePath()).size / 8192) * 4096)],
  ])("threat 226: is named and left as it is: %s", async (_name, damage) => {
    await fill();
    damage();
    const before = readFileSync(databasePath());
    await expect(open()).rejects.toMatchObject(named);
    expect(readFileSync(databasePath()).equals(before)).toBe(true);
  });

  it("is named when the damage is met while it runs", async () => {
    await fill();
    const store = await open();
    overwrite(4096, Buffer.alloc(statSync(databasePath()).size - 4096, 0x5a));
    await expect(store.messages.list({ state: "queued", limit: 200 })).rejects.toMatchObject(named);
    await store.close().catch(() => {});
  });

  it("tells a row whose sealed body was put in place of another's", async () => {
    await fill();
    const { DatabaseSync } = await import("node:sqlite");
    const database = new DatabaseSync(databasePath());
    const [one, two] = database.prepare("SELECT id FROM messages ORDER BY id LIMIT 2").all();
    database
      .prepare("UPDATE messages SET sealed_body = (SELECT sealed_body FROM messages WHERE id = ?) WHERE id = ?")
      .run(String(one?.["id"]), String(two?.["id"]));
    database.close();
    const store = await open();
    await expect(store.messages.detail(String(two?.["id"]))).rejects.toMatchObject({ code: "envelope.invalid" });
    expect(await store.messages.detail(String(one?.["id"]))).toBeDefined();
    await store.close();
  });

  it("threat 206: is not taken for a new one when the keys in it are gone but the data is not", async () => {
    await fill();
    rmSync(folder.join("hilum.key"));
    await expect(open()).rejects.toMatchObject({ code: "key.missing" });
    expect(existsSync(folder.join("hilum.key"))).toBe(false);
  });

  it("threat 226: of a later version is refused", async () => {
    await fill();
    const { DatabaseSync } = await import("node:sqlite");
    const database = new DatabaseSync(databasePath());
    database.exec(
      "INSERT INTO schema_migrations (number, name, checksum, applied_at) VALUES (999, 'later', 'x', '2026-03-02T08:00:00.000Z')",
    );
    database.close();
    await expect(open()).rejects.toMatchObject({ code: "data.newer" });
  });
});

describe("what is at rest", () => {
  it("threat 210: holds no message text, secret, setting or key in the clear", async () => {
    const store = await open();
    const key = await addPlugin(store);
    const at = "2026-03-02T08:00:00.000Z";
    const canaries = [
      "CanaryBody",
      "CanaryReply",
      "CanarySecret",
      "canary.host.example",
      "CanaryState",
      "CanaryLog",
      "CanarySetup",
      "CanaryPractice",
      "CANARYTOTP",
      "CanaryIdempotency",
      "CanaryFact",
      "CanaryBlob",
    ];
    const message = newMessage({
      body: JSON.stringify({ text: "CanaryBody" }),
      idempotency: { scope: "s", key: "CanaryIdempotency" },
    });
    await store.messages.accept(message);
    await store.messages.claim("boot", 10, 1000);
    await store.messages.startAttempt(message.id, "boot", key);
    await store.messages.finishAttempt(message.id, 1, { state: "dead", reply: "550 CanaryReply" });
    await store.settings.save({
      ...key,
      revision: 0,
      values: { host: "canary.host.example" },
      changes: [{ name: "host", secret: false, after: "canary.host.example" }],
      secrets: { password: "CanarySecret" },
      at,
      by: "user:ana",
    });
    await store.state.set(key, "cursor", "CanaryState");
    await store.logs.append(key, [{ at, level: "info", source: "plugin", text: "CanaryLog" }]);
    await store.setup.start({ ...key, session: { password: "CanarySetup" }, at, by: "user:ana" });
    await store.practice.add({
      id: newId(),
      message: message.id,
      channel: "email",
      at,
      to: ["CanaryPractice"],
      subject: "CanaryPractice",
      text: "CanaryPractice",
      attachments: [],
    });
    const user = await store.users.create({
      id: newId(),
      username: "ana",
      displayName: "Ana",
      role: "administrator",
      at,
    });
    await store.users.beginTotp(user.id, "CANARYTOTP");
    await store.platform.setFact("f", "CanaryFact");
    const blob = newId();
    await store.blobs.write(
      (async function* () {
        yield Buffer.from("CanaryBlob");
      })(),
      { id: blob, contentType: "text/plain", by: "user:ana", bytesMax: 100 },
    );
    await store.close();
    const files = [databasePath(), ...readdirSync(folder.join("blobs")).map((name) => folder.join("blobs", name))].map(
      (path) => readFileSync(path),
    );
    const rawKey = readFileSync(folder.join("hilum.key"));
    for (const bytes of files) {
      for (const canary of canaries) expect(bytes.includes(canary), canary).toBe(false);
      expect(bytes.includes(rawKey)).toBe(false);
    }
  });
});

describe.skipIf(!canMountSmallDisk())("a full disk", () => {
  let disk: SmallDisk;
  beforeEach(() => {
    const mounted = mountSmallDisk(folder.join("disk"));
    if (mounted === undefined) throw new Error("the small disk cannot be mounted");
    disk = mounted;
  });
  afterEach(() => disk.unmount());
  const openSmall = () =>
    openStore({
      url: `sqlite:${disk.path}/hilum.db`,
      keyProvider: createFileKeyProvider(folder.join("hilum.key")),
      blobDir: `${disk.path}/blobs`,
    });

  it("threat 215: refuses writes by code, still reads, and goes on by itself when there is space", async () => {
    const store = await openSmall();
    const kept = newMessage();
    await store.messages.accept(kept);
    disk.fill();
    const attempts = await Promise.allSettled(
      Array.from({ length: 400 }, () => store.messages.accept(newMessage({ body: "x".repeat(20_000) }))),
    );
    const codes = new Set(attempts.flatMap((attempt) => (attempt.status === "rejected" ? [attempt.reason.code] : [])));
    expect([...codes]).toEqual(["data.no_space"]);
    expect((await store.messages.detail(kept.id))?.body).toBe(kept.body);
    const stored = (await store.messages.counts()).queued;
    expect(stored).toBe(1 + attempts.filter(({ status }) => status === "fulfilled").length);
    disk.free();
    expect(await store.messages.accept(newMessage())).toMatchObject({ outcome: "created" });
    await store.close();
  });

  it("threat 215: leaves nothing of an attachment that did not fit", async () => {
    const store = await openSmall();
    disk.fill();
    const id = newId();
    const content = (async function* () {
      for (let n = 0; n < 100; n += 1) yield Buffer.alloc(100_000);
    })();
    await expect(
      store.blobs.write(content, { id, contentType: "text/plain", by: "user:ana", bytesMax: 20_000_000 }),
    ).rejects.toMatchObject({ code: "data.no_space" });
    expect(execFileSync("ls", [`${disk.path}/blobs`], { encoding: "utf8" })).toBe("");
    disk.free();
    await store.close();
  });

  it("threat 215: says so when a database cannot even be made", async () => {
    disk.fill();
    await expect(openSmall()).rejects.toMatchObject({ code: "data.no_space" });
  });
});

async function cutConnections(administration: string, database: string): Promise<void> {
  const client = new Client(administration);
  await client.connect();
  await client.query("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1", [database]);
  await client.end();
}

describe.skipIf(!requires("postgresql").available)("a PostgreSQL that goes away", () => {
  it("threat 216: is reported by code and used again when it is back", async () => {
    const postgres = await startPostgres();
    const database = postgres.createDatabase();
    const store = await openStore({
      url: database.connectionString,
      keyProvider: createFileKeyProvider(folder.join("hilum.key")),
      blobDir: folder.join("blobs"),
    });
    await store.messages.accept(newMessage());
    await cutConnections(postgres.connectionString, new URL(database.connectionString).pathname.slice(1));
    const after = await Promise.allSettled(Array.from({ length: 20 }, () => store.messages.accept(newMessage())));
    for (const attempt of after)
      if (attempt.status === "rejected") expect(attempt.reason).toMatchObject({ code: "store.unavailable" });
    expect(await store.messages.accept(newMessage())).toMatchObject({ outcome: "created" });
    const acknowledged = 2 + after.filter(({ status }) => status === "fulfilled").length;
    expect((await store.messages.counts()).queued).toBeGreaterThanOrEqual(acknowledged);
    await store.close();
    database.drop();
    postgres.stop();
  });

  it("threat 216: is refused by code at start when nobody listens", async () => {
    await expect(
      openStore({
        url: "postgresql://hilum:secret@127.0.0.1:1/hilum",
        keyProvider: createFileKeyProvider(folder.join("hilum.key")),
        blobDir: folder.join("blobs"),
      }),
    ).rejects.toMatchObject({ code: "store.unavailable" });
    expect(existsSync(folder.join("hilum.key"))).toBe(false);
  });
});
