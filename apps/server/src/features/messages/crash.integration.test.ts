import { createTempDir } from "@hilum/testkit";
import { describe, expect, it } from "vitest";
import type { MessageDetail } from "@hilum/contract/api";
import { someEmail, turnOnPractice, behave, waitUntil } from "../../../test-support/practice.ts";
import { startServerProcess, type ServerProcess } from "../../../test-support/server-process.ts";
import type { TestClient } from "../../../test-support/test-client.ts";
import { password } from "../../../test-support/test-server.ts";

const messagesWanted = 200;
const settled = new Set(["sent", "delivered", "uncertain", "dead", "cancelled", "discarded"]);

/** A server with an administrator, a program's token and the practice mailbox. */
async function prepare(server: ServerProcess): Promise<{ administrator: TestClient; token: string }> {
  const administrator = server.client();
  const body = { code: server.setupCode ?? "", username: "ana", displayName: "Ana", password };
  await administrator.ok("createFirstAdministrator", { body });
  await turnOnPractice(administrator);
  await behave(administrator, "delay", 1);
  const { value } = await administrator.ok("createApiToken", { body: { name: "Lab", role: "operator", days: 1 } });
  return { administrator, token: value };
}

/** Sends one after the other until the server is gone, or says that it goes; keeps the ids that were acknowledged, by key. */
async function sendWhileItLives(client: TestClient, acknowledged: Map<string, string>): Promise<void> {
  while (acknowledged.size < messagesWanted) {
    const key = `crash-message-${acknowledged.size}-${Math.random().toString(36).slice(2, 8)}`;
    const answer = await client
      .call("sendMessage", { body: someEmail({ subject: key }), headers: { "idempotency-key": key } })
      .catch((error: NodeJS.ErrnoException) => {
        if (error.code === undefined) throw error;
      });
    if (answer === undefined) return;
    if (answer.status === 503 && answer.problem().code === "server.stopping") return;
    expect(answer.status, answer.text).toBe(201);
    acknowledged.set(key, (answer.json() as { id: string }).id);
  }
}

const readAll = (client: TestClient, ids: Iterable<string>): Promise<MessageDetail[]> =>
  Promise.all([...ids].map((message) => client.ok("getMessage", { params: { message } })));

const counts = async (client: TestClient): Promise<Record<string, number>> =>
  (await client.ok("listMessages", { query: { limit: 1 } })).counts;

/** Waits by the counts, which are cheap to read: each reading of a message is two entries in the audit log. */
async function waitUntilSettled(client: TestClient, ids: string[]): Promise<MessageDetail[]> {
  const open = (now: Record<string, number>): number =>
    Object.entries(now).reduce((sum, [state, count]) => (settled.has(state) ? sum : sum + count), 0);
  await waitUntil(
    "every message",
    () => counts(client),
    (now) => open(now) === 0,
    120_000,
  );
  return await readAll(client, ids);
}

async function readPractice(client: TestClient): Promise<Map<string, number>> {
  const received = new Map<string, number>();
  let cursor: string | undefined;
  do {
    const { items, next } = await client.ok("listPracticeMessages", {
      query: { limit: 200, ...(cursor === undefined ? {} : { cursor }) },
    });
    for (const { message } of items) received.set(message, (received.get(message) ?? 0) + 1);
    cursor = next;
  } while (cursor !== undefined);
  return received;
}

describe("messages across the end of the process", () => {
  it(
    "threat 213: loses nothing acknowledged to kill -9, leaves nothing stuck, and says what may have been sent twice",
    { timeout: 240_000 },
    async () => {
      using folder = createTempDir("crash");
      let server = await startServerProcess({ folder: folder.path });
      const { token } = await prepare(server);
      const acknowledged = new Map<string, string>();
      for (let kills = 0; kills < 3; kills++) {
        const client = server.client({ token });
        const sending = Promise.all([1, 2, 3, 4].map(() => sendWhileItLives(client, acknowledged)));
        // At any moment, but not before an attempt is under way: the mailbox takes a second for each.
        await Promise.race([
          sending,
          waitUntil(
            "an attempt",
            () => counts(client),
            ({ sending: begun = 0 }) => begun > 0,
          ),
        ]);
        await new Promise((resolve) => setTimeout(resolve, Math.random() * 700));
        await server.end("SIGKILL");
        await sending;
        client.close();
        server = await startServerProcess({ folder: folder.path });
      }
      const client = server.client({ token });
      await sendWhileItLives(client, acknowledged);
      expect(acknowledged.size).toBeGreaterThanOrEqual(messagesWanted);
      const messages = await waitUntilSettled(client, [...acknowledged.values()]);
      const received = await readPractice(client);
      for (const message of messages) {
        expect(["sent", "delivered"], JSON.stringify(message.timeline)).toContain(message.state);
        const times = received.get(message.id) ?? 0;
        expect(times).toBeGreaterThanOrEqual(1);
        if (times > 1) expect(message.maybeSentTwice).toBe(true);
        const cutOff = message.timeline.some(({ code }) => code === "plugin.link_lost");
        expect(message.maybeSentTwice).toBe(cutOff);
      }
      expect(messages.some(({ maybeSentTwice }) => maybeSentTwice)).toBe(true);
      // A repeat under a key of before the crash is still the same message.
      const [[key, id] = ["", ""]] = acknowledged;
      const again = await client.call("sendMessage", {
        body: someEmail({ subject: key }),
        headers: { "idempotency-key": key },
      });
      expect([again.status, (again.json() as { id: string }).id]).toEqual([200, id]);
      const ana = server.client();
      await ana.ok("signIn", { body: { username: "ana", password } });
      await verifyAudit(ana);
      await server.end("SIGTERM");
    },
  );

  it(
    "threat 229: drains on SIGTERM under load: what was acknowledged is there, and nothing was cut off",
    { timeout: 120_000 },
    async () => {
      using folder = createTempDir("drain");
      const server = await startServerProcess({ folder: folder.path });
      const { token } = await prepare(server);
      const acknowledged = new Map<string, string>();
      const client = server.client({ token });
      const sending = Promise.all([1, 2, 3, 4].map(() => sendWhileItLives(client, acknowledged)));
      await waitUntil(
        "some messages",
        async () => acknowledged.size,
        (size) => size >= 20,
      );
      const startedAt = performance.now();
      const ended = await server.end("SIGTERM");
      expect(ended).toEqual({ code: 0, signal: null });
      expect(performance.now() - startedAt).toBeLessThan(30_000);
      await sending;
      client.close();
      const after = await startServerProcess({ folder: folder.path });
      const reader = after.client({ token });
      const messages = await waitUntilSettled(reader, [...acknowledged.values()]);
      expect(messages.every(({ state, maybeSentTwice }) => state === "sent" && !maybeSentTwice)).toBe(true);
      for (const times of (await readPractice(reader)).values()) expect(times).toBe(1);
      expect(after.stderr()).toBe("");
      await after.end("SIGTERM");
    },
  );
});

/** Every intent has its outcome, and the log is whole. */
async function verifyAudit(administrator: TestClient): Promise<void> {
  const { id } = await administrator.ok("verifyAudit");
  const done = await waitUntil(
    "the verification",
    () => administrator.ok("getVerification", { params: { verification: id } }),
    ({ state }) => state === "done",
  );
  expect(done).toMatchObject({ ok: true, problems: [] });
  const log = await administrator.call("exportAudit", { query: { format: "jsonl" } });
  const open = new Set<string>();
  for (const line of log.text.trim().split("\n")) {
    const { kind, call } = JSON.parse(line) as { kind: string; call: string };
    if (kind === "intent") open.add(call);
    if (kind === "outcome") open.delete(call);
  }
  // The export's own outcome comes after what it exports.
  expect(open.size).toBeLessThanOrEqual(1);
}
