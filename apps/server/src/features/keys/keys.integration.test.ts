import { operations, type OperationId } from "@hilum/contract/api";
import { describe, expect, it } from "vitest";
import { waitUntil } from "../../../test-support/practice.ts";
import type { TestClient } from "../../../test-support/test-client.ts";
import { startTestServer, type TestServer } from "../../../test-support/test-server.ts";
import { validRequests } from "../../../test-support/valid-requests.ts";

const passphrase = "seven lanterns over a slow river";

const until = (what: string, holds: () => Promise<boolean>): Promise<unknown> =>
  waitUntil(what, () => holds().catch(() => false), Boolean);
const finished = (ana: TestClient): Promise<unknown> =>
  until("the rotation", async () => (await ana.ok("getKeys")).rotation?.state === "finished");
const opened = (server: TestServer): Promise<unknown> =>
  until("an open server", async () => (await server.nobody().call("getHealth")).status === 200);
/** Stopped with a passphrase set, and started again: it waits. */
async function startSealed(): Promise<TestServer> {
  const first = await startTestServer();
  const ana = await first.as("administrator");
  await ana.ok("setKeyProvider", { body: { kind: "passphrase", passphrase } });
  return first.restart();
}

describe("the encryption keys", () => {
  it("are rotated while everything goes on, and the old one is destroyed once nothing needs it", async () => {
    await using server = await startTestServer();
    const ana = await server.as("administrator");
    expect((await ana.ok("getKeys")).keys).toMatchObject([{ id: 1, state: "active" }]);
    expect((await ana.call("destroyKey", { params: { key: 1 } })).problem().code).toBe("key.in_use");
    const rotation = await ana.ok("rotateKeys");
    expect(rotation).toMatchObject({ state: "running", key: 3 });
    await finished(ana);
    expect((await ana.ok("getKeys")).keys).toMatchObject([
      { id: 3, state: "active" },
      { id: 1, state: "retired", values: 0 },
    ]);
    const { keys } = await ana.ok("destroyKey", { params: { key: 1 } });
    expect(keys.map(({ id }) => id)).toEqual([3]);
    expect((await ana.call("destroyKey", { params: { key: 1 } })).problem().code).toBe("key.not_found");
    await using second = await server.restart();
    expect((await (await second.signIn("ana")).ok("getKeys")).keys).toHaveLength(1);
  });

  it("are changed by administrators who have just proved who they are, and read by those who audit", async () => {
    await using server = await startTestServer();
    await server.as("administrator");
    for (const role of ["operator", "viewer"] as const) {
      const somebody = await server.as(role);
      expect((await somebody.call("getKeys")).status).toBe(403);
      expect((await somebody.call("rotateKeys")).status).toBe(403);
    }
    const auditor = await server.as("auditor");
    expect((await auditor.ok("getKeys")).provider.kind).toBe("file");
    expect((await auditor.call("destroyKey", { params: { key: 1 } })).status).toBe(403);
    const program = await server.withToken("administrator");
    expect((await program.call("rotateKeys")).problem().code).toBe("request.forbidden");
  });

  it("threat 204: a rotation that a stop cut off goes on at the next start", async () => {
    await using first = await startTestServer();
    const ana = await first.as("administrator");
    await ana.ok("rotateKeys");
    await using second = await first.restart();
    const again = await second.signIn("ana");
    await finished(again);
    expect((await again.ok("getKeys")).rotation).toMatchObject({ key: 3, state: "finished" });
  });

  it("are not wrapped anew for a key server that does not answer, nor while they are rotated", async () => {
    await using server = await startTestServer();
    const ana = await server.as("administrator");
    const { body } = validRequests.setKeyProvider;
    const refused = await ana.call("setKeyProvider", { body } as never);
    expect(refused.problem()).toMatchObject({ code: "key.provider_unreachable" });
    expect((await ana.ok("getKeys")).provider.kind).toBe("file");
    await using second = await server.restart();
    expect((await (await second.signIn("ana")).ok("getKeys")).provider.kind).toBe("file");
  });
});

describe("a sealed start", () => {
  it("threat 206: serves its health, the console's files and one operation, and nothing else", async () => {
    await using server = await startSealed();
    const nobody = server.nobody();
    const health = await nobody.call("getHealth");
    expect([health.status, health.json()]).toEqual([503, { status: "sealed" }]);
    expect((await nobody.send("GET", "/admin/ui/")).status).toBe(200);
    const open = new Set<OperationId>(["getHealth", "unseal"]);
    for (const { id } of operations) {
      if (open.has(id)) continue;
      const answer = await nobody.call(id, validRequests[id] as never);
      expect([id, answer.status, answer.code()]).toEqual([id, 503, "key.sealed"]);
    }
    const hook = await nobody.send("POST", "/hooks/com.example.absent/default/status", { body: "{}" });
    expect(hook.status).toBe(503);
    expect((await nobody.send("GET", "/admin/ui/../../etc/passwd")).status).toBeGreaterThanOrEqual(400);
  });

  it("opens for the passphrase, keeps sessions, and writes down who was refused and who was not", async () => {
    await using server = await startSealed();
    const wrong = await server.nobody().call("unseal", { body: { passphrase: "not that one at all" } });
    expect(wrong.problem().code).toBe("key.passphrase_wrong");
    expect(await server.nobody().ok("unseal", { body: { passphrase } })).toEqual({ status: "opening" });
    await opened(server);
    expect((await server.nobody().call("unseal", { body: { passphrase } })).problem().code).toBe("key.not_sealed");
    const ana = await server.signIn("ana");
    expect((await ana.ok("getKeys")).provider).toMatchObject({ kind: "passphrase" });
    await ana.ok("rebuildAuditIndex");
    const { items } = await ana.ok("searchAudit", { query: { action: "unseal" } });
    const outcomes = items.flatMap(({ outcome }) => (outcome === undefined ? [] : [outcome])).toReversed();
    expect(outcomes.slice(0, 2)).toEqual(["key.passphrase_wrong", "ok"]);
    const { id } = await ana.ok("verifyAudit");
    await until(
      "the verification",
      async () => (await ana.ok("getVerification", { params: { verification: id } })).ok === true,
    );
    expect(server.log.join("\n")).not.toContain("lanterns");
  });

  it("threat 206: slows down whoever guesses, and still opens for who knows", async () => {
    await using server = await startSealed();
    const answers: string[] = [];
    for (let count = 0; count < 4; count += 1) {
      const guess = await server.nobody().call("unseal", { body: { passphrase: `a wrong guess, number ${count}` } });
      answers.push(guess.problem().code);
    }
    expect(answers).toEqual([...Array<string>(3).fill("key.passphrase_wrong"), "request.too_many"]);
    await until("a try", async () => (await server.nobody().call("unseal", { body: { passphrase } })).status === 200);
    await opened(server);
    await server.signIn("ana");
  });

  it("refuses a passphrase that another page sends", async () => {
    await using server = await startSealed();
    const framed = await server
      .nobody()
      .call("unseal", { body: { passphrase }, headers: { "content-type": "text/plain" } });
    expect(framed.status).toBe(415);
    expect((await server.nobody().call("getHealth")).status).toBe(503);
  });

  it("stops when it is told to, sealed or open", async () => {
    const server = await startSealed();
    await server.close();
    const other = await startSealed();
    await other.nobody().ok("unseal", { body: { passphrase } });
    await opened(other);
    await other.close();
    await expect(other.nobody().call("getHealth")).rejects.toThrow("ECONNREFUSED");
  });
});
