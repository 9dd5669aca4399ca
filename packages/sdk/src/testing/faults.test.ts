import { HilumError } from "@hilum/contract";
import { describe, expect, it, onTestFinished } from "vitest";
import { definePlugin, isProviderError, type CallContext, type OutgoingMessage, type Sent } from "../index.ts";
import { PeerClosedError } from "../protocol/asked-requests.ts";
import type { FaultyMethod } from "./faults.ts";
import type { OnFetch } from "./played-provider.ts";
import { sampleSms } from "@hilum/contract/fixtures";
import { createTestHost, type TestHost, type TestHostOptions } from "./test-host.ts";

const scope = "net:https://api.example.org:443";
const tunnel = "net:tcp://localhost:25";
const manifest = {
  id: "com.example.faults",
  name: "Faults",
  capabilities: ["send_messages"],
  scopes: [
    { scope, reason: "Hands over messages." },
    { scope: tunnel, reason: "Hands over mail." },
  ],
  destinations: [
    { id: "api", title: "API", scope, requests: [{ method: "POST", path: "/messages" }], timeoutMs: 1000 },
  ],
};
const takes: OnFetch = ({ body }) => ({ status: 200, body: body?.text ?? "{}" });

async function sendMessages({ idempotencyKey }: OutgoingMessage, ctx: CallContext): Promise<Sent> {
  await ctx.state.put("last", idempotencyKey);
  const answer = await ctx.fetch("api", { method: "POST", path: "/messages", body: { json: { id: idempotencyKey } } });
  return { providerId: String((answer.json() as { id: string }).id) };
}

async function open(options: TestHostOptions & { send?: typeof sendMessages } = {}): Promise<TestHost> {
  const { send = sendMessages, ...given } = options;
  const host = await createTestHost(definePlugin({ sendMessages: send }), {
    ...{ manifest, grants: [scope], onFetch: takes },
    ...given,
  });
  onTestFinished(() => host.close());
  return host;
}

describe("a fault that was planted", () => {
  it("hangs a lane: the call runs to its deadline, once", async () => {
    const host = await open();
    host.faults.hang("http.fetch");
    await expect(host.send(sampleSms(), { deadlineMs: 50 })).rejects.toMatchObject({
      wireCode: -32_002,
      data: { code: "plugin.failed", cause: "timeout", sent: "maybe", retry: "later" },
    });
    expect((await host.send(sampleSms())).outcome).toBe("accepted");
    expect(host.fetches).toHaveLength(1);
  });

  it("takes a grant back: the scope is denied from then on, by the policy", async () => {
    const host = await open();
    await host.send(sampleSms());
    host.faults.deny(scope);
    for (const _attempt of [1, 2])
      await expect(host.send(sampleSms())).rejects.toMatchObject({
        code: "policy.denied",
        data: { sent: "no", retry: "never", cause: "configuration" },
      });
    expect(host.fetches).toHaveLength(1);
  });

  it("threat 57: takes a grant back while a request is under way, which is cut with its outcome unknown", async () => {
    const reached = Promise.withResolvers<void>();
    const host = await open({
      onFetch: () => {
        reached.resolve();
        return Promise.withResolvers<never>().promise;
      },
    });
    const sending = expect(host.send(sampleSms())).rejects.toMatchObject({
      code: "policy.denied",
      data: { sent: "maybe" },
    });
    await reached.promise;
    host.faults.deny(scope);
    await sending;
  });

  it("takes the grant of a tunnel back", async () => {
    const reasons: unknown[] = [];
    const host = await open({
      grants: [tunnel],
      send: async (_message, { connect }) => {
        reasons.push(await connect({ host: "localhost", port: 25 }).catch((error: { fix: string }) => error));
        return {};
      },
    });
    host.faults.deny(tunnel);
    await host.send(sampleSms());
    expect(reasons).toMatchObject([{ reason: "not_granted", code: "provider.unreachable" }]);
  });

  it("refuses a lane by a code of the catalogue, with what the host says beside it", async () => {
    const seen: unknown[] = [];
    const host = await open({
      send: async (message, ctx) =>
        await sendMessages(message, ctx).catch((error: unknown) => {
          seen.push(isProviderError(error) ? error.data : error);
          throw error;
        }),
    });
    host.faults.refuse("http.fetch", "lane.full", { retryAfterMs: 2000 });
    host.faults.refuse("http.fetch", "provider.timeout", { sent: "maybe" });
    host.faults.refuse("http.fetch", "agreement.missing");
    for (const code of ["lane.full", "provider.timeout", "agreement.missing"])
      await expect(host.send(sampleSms())).rejects.toMatchObject({ code });
    expect(seen).toMatchObject([
      { code: "lane.full", cause: "quota", sent: "no", retry: "later", retryAfterMs: 2000 },
      { code: "provider.timeout", cause: "timeout", sent: "maybe", retry: "later" },
      { code: "agreement.missing", cause: "configuration", sent: "no", retry: "never" },
    ]);

    host.faults.refuse("state.put", "data.no_space");
    await expect(host.send(sampleSms())).rejects.toMatchObject({
      code: "plugin.failed",
      data: { cause: "plugin", sent: "maybe", reply: "data.no_space" },
    });
    expect((await host.send(sampleSms())).outcome).toBe("accepted");
  });

  it("breaks the link, now or at the plugin's next request: the call ends as unknown", async () => {
    const host = await open();
    host.faults.dropLinkAt("http.fetch");
    await expect(host.send(sampleSms())).rejects.toBeInstanceOf(PeerClosedError);
    expect(host.messages()).toMatchObject([{ state: "failed", code: "plugin.failed" }]);
    expect(host.fetches).toEqual([]);
    await expect(host.health()).rejects.toBeInstanceOf(PeerClosedError);

    const other = await open();
    const asking = expect(other.health()).rejects.toBeInstanceOf(PeerClosedError);
    other.faults.dropLink();
    await asking;
  });

  it("aborts the plugin's signal when the link breaks", async () => {
    const aborted = Promise.withResolvers<boolean>();
    const host = await open({
      send: async (message, ctx) => {
        ctx.signal.addEventListener("abort", () => aborted.resolve(true));
        return await sendMessages(message, ctx);
      },
    });
    host.faults.dropLinkAt("state.put");
    await expect(host.send(sampleSms())).rejects.toBeInstanceOf(PeerClosedError);
    expect(await aborted.promise).toBe(true);
  });

  it("is refused where it could never strike", async () => {
    const { faults } = await open();
    const plants: (() => void)[] = [
      () => faults.deny(tunnel),
      () => faults.hang("log" as FaultyMethod),
      () => faults.hang("http.post" as FaultyMethod),
      () => faults.dropLinkAt("constructor" as FaultyMethod),
      () => faults.refuse("http.fetch", "lane.closed" as "lane.full"),
      () => faults.refuse("state.put", "data.no_space", { sent: "maybe" }),
    ];
    for (const plant of plants) expect(plant).toThrow(HilumError);
    for (const plant of plants) expect(plant).toThrow("request.invalid");
  });
});
