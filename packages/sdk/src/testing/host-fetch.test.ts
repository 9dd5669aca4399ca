import { describe, expect, it, onTestFinished } from "vitest";
import { definePlugin, isProviderError, ProviderError, sms, type CallContext, type Sent } from "../index.ts";
import type { OnFetch } from "./played-provider.ts";
import { createTestHost, type TestHost, type TestHostOptions } from "./test-host.ts";

const scope = "net:https://{config.host}:443";
const manifest = {
  id: "com.example.sms",
  name: "SMS",
  capabilities: ["send_messages"],
  scopes: [{ scope, reason: "Hands over messages." }],
  destinations: [
    {
      id: "api",
      title: "API",
      scope,
      requests: [
        { method: "POST", path: "/v1/accounts/{account}/messages" },
        { method: "GET", path: "/v1/accounts/{account}" },
      ],
      auth: { type: "basic", username: "account", password: "token" },
      headers: ["prefer"],
    },
  ],
  config: {
    type: "object",
    required: ["host", "account", "token"],
    properties: {
      host: { type: "string", format: "hostname" },
      account: { type: "string" },
      token: { type: "string", secret: true },
    },
  },
};
const settings = { host: "api.example.org", account: "AC1", token: "s3cret-token" };
const message = sms({ to: "+15550100", text: "Hello" });

async function host(
  sendMessages: (ctx: CallContext) => Promise<Sent>,
  onFetch?: OnFetch,
  options: TestHostOptions = {},
): Promise<TestHost> {
  const made = await createTestHost(definePlugin({ sendMessages: (_message, ctx) => sendMessages(ctx) }), {
    ...{ manifest, settings, grants: [scope] },
    ...(onFetch === undefined ? {} : { onFetch }),
    ...options,
  });
  onTestFinished(() => made.close());
  return made;
}
const send = async ({ fetch, settings: { account } }: CallContext): Promise<Sent> => {
  const answer = await fetch("api", {
    method: "POST",
    path: `/v1/accounts/${String(account)}/messages`,
    body: { form: { To: "+1", Body: "Hi" } },
  });
  return { providerId: String((answer.json() as { sid: string }).sid) };
};

describe("ctx.fetch under the test host", () => {
  it("asks the scripted provider what the manifest declares, and reads its answer", async () => {
    const plugin = await host(send, ({ method, request, body }) => ({
      status: 201,
      body: { sid: `${method} ${request} ${body?.text}` },
    }));
    expect(await plugin.send(message)).toMatchObject({
      providerId: "POST /v1/accounts/{account}/messages To=%2B1&Body=Hi",
    });
    expect(plugin.fetches).toMatchObject([{ destination: "api", body: { form: { To: "+1" } } }]);
  });

  it("threat 98: keeps the held secret out of settings, in the handshake and in checks, and tells that it is set", async () => {
    const seen: unknown[] = [];
    const look = ({ settings: given, secretsHeld }: CallContext) => {
      seen.push({ ...given, secretsHeld });
      return [];
    };
    const plugin = await createTestHost(
      definePlugin({
        sendMessages: async (_message, ctx) => (look(ctx), {}),
        checkSettings: (_values, ctx) => look(ctx),
        setup: { check: look },
      }),
      { manifest, settings },
    );
    onTestFinished(() => plugin.close());
    await plugin.send(message);
    await plugin.checkSettings({ ...settings, token: "another" });
    await plugin.checkSetup("check");
    const shown = { host: "api.example.org", account: "AC1", secretsHeld: ["token"] };
    expect(seen).toEqual([shown, shown, shown]);
  });

  it("threat 96: refuses what is not declared or not granted, and says that nothing went out", async () => {
    const caught: unknown[] = [];
    const attempt =
      (path: string, headers: Record<string, string> = {}) =>
      async (ctx: CallContext) => {
        await ctx.fetch("api", { path, headers }).catch((error: unknown) => caught.push(error));
        return {};
      };
    await (await host(attempt("/v1/else"))).send(message);
    await (await host(attempt("/v1/accounts/AC1", { authorization: "Bearer x" }))).send(message);
    await (await host(attempt("/v1/accounts/AC1"), undefined, { grants: [] })).send(message);
    expect(caught.every(isProviderError)).toBe(true);
    expect(caught.map((error) => (error as ProviderError).data)).toMatchObject([
      { code: "destination.invalid", sent: "no" },
      { code: "destination.invalid", sent: "no" },
      { code: "policy.denied", sent: "no", retry: "never" },
    ]);
  });

  it("hands on what the host met, as the answer of the message", async () => {
    const plugin = await host(send, () => {
      throw new ProviderError("provider.timeout", { sent: "maybe" });
    });
    await expect(plugin.send(message)).rejects.toMatchObject({
      data: { code: "provider.timeout", sent: "maybe", cause: "timeout" },
    });
  });

  it("threat 91: follows no redirect", async () => {
    const plugin = await host(send, () => ({ status: 302, headers: { Location: "https://evil.example/" } }));
    await expect(plugin.send(message)).rejects.toMatchObject({ data: { code: "provider.redirected", sent: "maybe" } });
  });

  it("gives the plugin the headers that the real host hands on, and no answer above the limit", async () => {
    const seen: unknown[] = [];
    const answers = [
      { status: 200, headers: { ETag: "e", "set-cookie": "s=1", "RateLimit-Remaining": "3" }, body: { sid: "1" } },
      { status: 200, body: new Uint8Array(262_145) },
    ];
    const plugin = await host(
      async (ctx) => {
        const answer = await ctx.fetch("api", { path: "/v1/accounts/AC1" });
        seen.push(answer.headers, answer.json());
        return {};
      },
      () => answers.shift() ?? { status: 500 },
    );
    await plugin.send(message);
    expect(seen).toEqual([{ "content-type": "application/json", etag: "e", "ratelimit-remaining": "3" }, { sid: "1" }]);
    await expect(plugin.send(message)).rejects.toMatchObject({
      data: { code: "provider.response_too_large", sent: "maybe" },
    });
  });

  it("waits for an answer as long as the plugin asks, and for so many at once as the real host", async () => {
    const silent: OnFetch = () => Promise.withResolvers<never>().promise;
    const slow = await host(
      async (ctx) => (await ctx.fetch("api", { path: "/v1/accounts/AC1", timeoutMs: 5 }), {}),
      silent,
    );
    await expect(slow.send(message)).rejects.toMatchObject({ data: { code: "provider.timeout", sent: "maybe" } });
    const eager = await host(async (ctx) => {
      const asking = Array.from({ length: 65 }, () => ctx.fetch("api", { path: "/v1/accounts/AC1" }));
      await Promise.race(asking);
      return {};
    }, silent);
    await expect(eager.send(message)).rejects.toMatchObject({ data: { code: "lane.full", sent: "no" } });
    expect(eager.fetches).toHaveLength(64);
  });

  it("threat 102: keeps the budget of requests in a minute, and fills it again", async () => {
    let at = 0;
    const asks = async (ctx: CallContext) => {
      for (let count = 0; count < 600; count += 1) await ctx.fetch("api", { path: "/v1/accounts/AC1" });
      return {};
    };
    const plugin = await host(asks, () => ({ status: 200 }), { clock: { now: () => new Date(at) } });
    await plugin.send(message);
    await expect(plugin.send(message)).rejects.toMatchObject({
      data: { code: "lane.full", sent: "no", retryAfterMs: 60_000 },
    });
    at = 60_000;
    await plugin.send(message);
    expect(plugin.fetches).toHaveLength(1200);
  });

  it("asks nobody without the secret that the request needs", async () => {
    const optional = { ...manifest, config: { ...manifest.config, required: ["host", "account"] } };
    const plugin = await host(send, () => ({ status: 200, body: { sid: "1" } }), {
      manifest: optional,
      settings: { host: "api.example.org", account: "AC1" },
    });
    await expect(plugin.send(message)).rejects.toMatchObject({
      data: { code: "provider.bad_credentials", sent: "no" },
    });
    expect(plugin.fetches).toEqual([]);
  });

  it("finds an HTML page where JSON was promised, and says so", async () => {
    const plugin = await host(send, () => ({ status: 200, body: "<html>Sign in</html>" }));
    await expect(plugin.send(message)).rejects.toMatchObject({ data: { code: "provider.bad_answer", sent: "maybe" } });
  });
});
