import { randomBytes } from "node:crypto";
import { createFakeClock, createTempDir, requires, startPostgres, type FakeClock } from "@hilum/testkit";
import { createFileKeyProvider } from "../key-holders/file-key-provider.ts";
import { openStore } from "../open-store.ts";
import type { NewMessage } from "../ports/messages.ts";
import type { Store } from "../ports/store.ts";

/** A store of its own for one test file. */
export interface TestStore {
  store: Store;
  clock: FakeClock;
  /** Where it is, to look into it and to open it again. */
  url: string;
  folder: string;
  /** Closes it, lets `meanwhile` do what it does, and opens it again. */
  reopen(meanwhile?: () => Promise<void>): Promise<void>;
  close(): Promise<void>;
}

export interface TestDatabase {
  name: string;
  available: boolean;
  open(): Promise<TestStore>;
}

/** The suite runs on each of these; PostgreSQL only where it is installed. */
export const databases: TestDatabase[] = [
  {
    name: "SQLite in memory",
    available: true,
    open: () => openTestStore(() => ({ url: "sqlite::memory:", drop: () => {} })),
  },
  {
    name: "SQLite in a file",
    available: true,
    open: () => openTestStore((folder) => ({ url: `sqlite:${folder}/hilum.db`, drop: () => {} })),
  },
  {
    name: "PostgreSQL",
    available: requires("postgresql").available,
    open: () => openTestStore(createPostgresDatabase),
  },
];

async function openTestStore(
  place: (folder: string) => Promise<{ url: string; drop(): void }> | { url: string; drop(): void },
): Promise<TestStore> {
  const folder = createTempDir("store");
  const clock = createFakeClock();
  const { url, drop } = await place(folder.path);
  const openAgain = (): Promise<Store> =>
    openStore({
      url,
      keyProvider: createFileKeyProvider(folder.join("keys", "hilum.key")),
      blobDir: folder.join("blobs"),
      clock,
      keysAnnouncedMs: 20,
    });
  const test = {
    store: await openAgain(),
    clock,
    url,
    folder: folder.path,
    reopen: async (meanwhile?: () => Promise<void>) => {
      await test.store.close();
      await meanwhile?.();
      test.store = await openAgain();
    },
    close: async () => {
      await test.store.close();
      drop();
      folder.remove();
    },
  };
  return test;
}

async function createPostgresDatabase(): Promise<{ url: string; drop(): void }> {
  const postgres = await startPostgres();
  const database = postgres.createDatabase();
  return {
    url: database.connectionString,
    drop: () => {
      database.drop();
      postgres.stop();
    },
  };
}

let serial = 0;

/** Ids rise, as ULIDs do. */
export function newId(): string {
  serial += 1;
  return `${String(serial).padStart(12, "0")}${randomBytes(7).toString("hex").toUpperCase()}`;
}

export function newMessage(change: Partial<NewMessage> = {}): NewMessage {
  return {
    id: newId(),
    channel: "email",
    body: JSON.stringify({
      resourceType: "Communication",
      payload: [{ contentString: "Your appointment is on Tuesday." }],
    }),
    recipientMasked: "a***@e***.org",
    moreRecipients: 0,
    testMode: false,
    createdAt: "2026-03-02T08:00:00.000Z",
    createdBy: "user:ana",
    ...change,
  };
}

/** A plugin with its instance `default`, enough for what hangs on it. */
export async function addPlugin(
  store: Store,
  id = `org.example.p${newId().slice(-8).toLowerCase()}`,
): Promise<{ plugin: string; instance: string }> {
  await store.plugins.create({
    id,
    name: "Example",
    manifest: { id, name: "Example", capabilities: ["send_messages"] },
    digest: "d1",
    code: "included",
    at: "2026-03-02T08:00:00.000Z",
    by: "user:ana",
    instance: { id: "default", title: "Default", testMode: false },
  });
  return { plugin: id, instance: "default" };
}
