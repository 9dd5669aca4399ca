import { generateKeyPairSync, randomBytes, sign } from "node:crypto";
import { definePlugin, serveRemote } from "@hilum/sdk";
import { createTempDir } from "@hilum/testkit";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { moveClock } from "../../../test-support/move-clock.ts";
import { someEmail, waitForState, waitUntil } from "../../../test-support/practice.ts";
import type { TestClient } from "../../../test-support/test-client.ts";
import { startTestServer, type TestServer } from "../../../test-support/test-server.ts";

const remote = { plugin: "com.example.remote" };
const manifest = { id: remote.plugin, name: "Remote", capabilities: ["send_messages"], runtime: { kind: "remote" } };

describe("a plugin that runs elsewhere", () => {
  let server: TestServer;
  let operator: TestClient;
  beforeAll(async () => {
    server = await startTestServer();
    operator = await server.as("administrator");
    await operator.send("POST", "/api/v1/plugins/register", { body: manifest });
  });
  afterAll(() => server.close());

  const publicKeyOf = ({ publicKey }: { publicKey: ReturnType<typeof generateKeyPairSync>["publicKey"] }): string =>
    publicKey.export({ format: "der", type: "spki" }).toString("base64url");
  const links = async () => (await operator.ok("listRemoteLinks", { params: remote })).items;

  it("gets patient data only by an administrator's decision, with a reason", async () => {
    const refused = await operator.ok("enableInstance", { params: remote, body: {} });
    expect(refused.enabled).toBe(false);
    expect(refused.gate.rows.find(({ id }) => id === "remote")).toMatchObject({ status: "failed" });
    const colleague = await server.as("operator");
    const reason = { override: { reason: "Contract signed, runs in our own rack" } };
    expect((await colleague.call("enableInstance", { params: remote, body: reason })).status).toBe(403);
    expect((await operator.ok("enableInstance", { params: remote, body: reason })).enabled).toBe(true);
  });

  it("threat 78: enrols once with its code, also when two race, and not with a guess, a foreign key or too late", async () => {
    const { code } = await operator.ok("createEnrolment", { params: remote });
    const keys = [generateKeyPairSync("ed25519"), generateKeyPairSync("ed25519")];
    const answers = await Promise.all(
      keys.map((pair) => server.nobody().call("enrolRemotePlugin", { body: { code, publicKey: publicKeyOf(pair) } })),
    );
    expect(answers.map(({ status }) => status).toSorted()).toEqual([201, 401]);
    expect(answers.find(({ status }) => status === 401)?.problem().code).toBe("enrolment.invalid");
    const { code: fresh } = await operator.ok("createEnrolment", { params: remote });
    const rsa = generateKeyPairSync("rsa", { modulusLength: 2048 })
      .publicKey.export({ format: "der", type: "spki" })
      .toString("base64url");
    for (const publicKey of ["", "not a key", rsa.slice(0, 200)])
      expect(
        (await server.nobody().call("enrolRemotePlugin", { body: { code: fresh, publicKey } })).status,
      ).toBeGreaterThanOrEqual(400);
    const guess = fresh.slice(0, -6) + (fresh.endsWith("AAAAAA") ? "BBBBBB" : "AAAAAA");
    const [pair] = keys;
    if (pair === undefined) return;
    expect(
      (await server.nobody().call("enrolRemotePlugin", { body: { code: guess, publicKey: publicKeyOf(pair) } })).status,
    ).toBeGreaterThanOrEqual(400);
    using _clock = moveClock(11 * 60_000);
    expect(
      (
        await server.nobody().call("enrolRemotePlugin", { body: { code: fresh, publicKey: publicKeyOf(pair) } })
      ).problem().code,
    ).toBe("enrolment.invalid");
  });

  it("threat 70, 71, 72: gets a token for a fresh proof of its key, once, and of no other key", async () => {
    const { code } = await operator.ok("createEnrolment", { params: remote });
    const pair = generateKeyPairSync("ed25519");
    const { link } = await server.nobody().ok("enrolRemotePlugin", { body: { code, publicKey: publicKeyOf(pair) } });
    const proof = (
      key = pair.privateKey,
      at = new Date().toISOString(),
      nonce = randomBytes(16).toString("base64url"),
    ) => ({
      link,
      at,
      nonce,
      signature: sign(null, Buffer.from(`hilum-remote-token\n${link}\n${at}\n${nonce}`), key).toString("base64url"),
    });
    const ask = (body: ReturnType<typeof proof>) => server.nobody().call("issueRemoteToken", { body });
    const good = proof();
    expect((await ask(good)).status).toBe(200);
    for (const bad of [
      good,
      proof(generateKeyPairSync("ed25519").privateKey),
      proof(pair.privateKey, new Date(Date.now() - 60_000).toISOString()),
      proof(pair.privateKey, new Date(Date.now() + 60_000).toISOString()),
      { ...proof(), link: "01ARZ3NDEKTSV4RRFFQ69G5FAV" },
    ])
      expect((await ask(bad)).problem().status).toBe(401);
    await operator.call("revokeRemoteLink", { params: { ...remote, link } });
    expect((await ask(proof())).problem().status).toBe(401);
  });

  it(
    "connects, is asked and answers, and is cut off at once when its link is revoked",
    { timeout: 90_000 },
    async () => {
      using folder = createTempDir("remote");
      const sentTo: string[] = [];
      const plugin = definePlugin({
        async sendMessages({ idempotencyKey }) {
          sentTo.push(idempotencyKey);
          return { providerId: idempotencyKey };
        },
      });
      const { code } = await operator.ok("createEnrolment", { params: remote });
      const stop = new AbortController();
      const served = serveRemote(plugin, {
        linkFile: folder.join("link.json"),
        enrolmentCode: code,
        signal: stop.signal,
        pauseMsMax: 500,
      }).then(
        () => "ended",
        (error: Error) => error.name,
      );
      await waitUntil("the link", links, (all) => all.some(({ state }) => state === "connected"));
      await operator.ok("setRoute", {
        params: { channel: "email" },
        body: { to: [{ ...remote, instance: "default" }] },
      });
      const { id } = await operator.ok("sendMessage", { body: someEmail() });
      await waitForState(operator, id, "sent");
      expect(sentTo).toEqual([id]);
      const link = (await links()).find(({ state }) => state === "connected")?.id ?? "";
      await operator.ok("revokeRemoteLink", { params: { ...remote, link } });
      expect((await links()).find((row) => row.id === link)?.state).toBe("revoked");
      await waitUntil(
        "the cut",
        async () => (await operator.ok("getPlugin", { params: remote })).instances[0]?.running,
        (running) => running === false,
      );
      expect(
        await Promise.race([served, new Promise((resolve) => setTimeout(() => resolve("still trying"), 30_000))]),
      ).toBe("LinkRevokedError");
      stop.abort();
    },
  );

  it("threat 47, 174: opens its WebSocket for a link's token alone, never for a session, a program's token or another site", async () => {
    const { value } = await operator.ok("createApiToken", {
      body: { name: "Program", role: "administrator", days: 1 },
    });
    const upgrade = {
      connection: "Upgrade",
      upgrade: "websocket",
      "sec-websocket-version": "13",
      "sec-websocket-key": randomBytes(16).toString("base64"),
    };
    for (const headers of [
      {},
      { authorization: `Bearer ${value}` },
      { cookie: operator.cookie },
      { cookie: operator.cookie, origin: "https://evil.example" },
    ]) {
      const answer = await server
        .nobody()
        .send("GET", "/api/v1/remote/connect", { headers: { ...upgrade, ...headers } });
      expect([401, 403]).toContain(answer.status);
    }
    expect((await server.nobody().send("GET", "/api/v1/plugins", { headers: upgrade })).status).toBe(404);
  });
});
