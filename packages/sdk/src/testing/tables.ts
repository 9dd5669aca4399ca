import { HilumError } from "@hilum/contract";
import { DatabaseSync } from "node:sqlite";

/** What became of a message that was handed to the plugin. */
export interface TestMessage {
  id: string;
  attempt: number;
  idempotencyKey: string;
  state: "sending" | "sent" | "failed" | "delivered";
  providerId: string | null;
  code: string | null;
}

/** Private state and messages of one instance, in a SQLite database in memory. */
export interface TestTables {
  getState(key: string): { value?: string; version?: number };
  putState(key: string, value: string, version: number | undefined): { version: number };
  deleteState(key: string): void;
  addMessage(message: { id: string; attempt: number; idempotencyKey: string }): void;
  updateMessage(
    id: string,
    change: { state: TestMessage["state"]; providerId?: string | undefined; code?: string | undefined },
  ): void;
  message(id: string): TestMessage | undefined;
  messages(): TestMessage[];
  close(): void;
}

export function createTestTables(): TestTables {
  const db = new DatabaseSync(":memory:");
  db.exec(`
    create table state (key text primary key, value text not null, version integer not null) strict;
    create table message (id text primary key, attempt integer not null, idempotencyKey text not null, state text not null, providerId text, code text) strict;
  `);
  const readState = db.prepare("select value, version from state where key = ?");
  const writeState = db.prepare(
    "insert into state (key, value, version) values (?, ?, 1) on conflict (key) do update set value = excluded.value, version = version + 1 returning version",
  );
  const dropState = db.prepare("delete from state where key = ?");
  const readMessage = db.prepare("select * from message where id = ?");
  return {
    getState: (key) => ({ ...readState.get(key) }),
    putState(key, value, version) {
      const stored = readState.get(key)?.["version"];
      if (version !== undefined && version !== (stored ?? 0)) throw new HilumError("request.conflict");
      return { version: Number(writeState.get(key, value)?.["version"]) };
    },
    deleteState: (key) => void dropState.run(key),
    addMessage: ({ id, attempt, idempotencyKey }) =>
      void db
        .prepare(
          "insert into message (id, attempt, idempotencyKey, state) values (?, ?, ?, 'sending') on conflict (id) do update set attempt = excluded.attempt, state = 'sending'",
        )
        .run(id, attempt, idempotencyKey),
    updateMessage: (id, { state, providerId, code }) =>
      void db
        .prepare("update message set state = ?, providerId = coalesce(?, providerId), code = ? where id = ?")
        .run(state, providerId ?? null, code ?? null, id),
    message: (id) => readMessage.get(id) as unknown as TestMessage | undefined,
    messages: () => db.prepare("select * from message order by rowid").all() as unknown as TestMessage[],
    close: () => db.close(),
  };
}
