import { describe, expect, it, onTestFinished } from "vitest";
import { definePlugin, ProviderError, type HookAnswer, type HookRequest, type PluginDefinition } from "../index.ts";
import { createTestHost, type TestHost } from "./test-host.ts";

const hook = (id: string, signature: object) => ({ id, title: id, signature });
const manifest = {
  id: "com.example.callbacks",
  name: "Callbacks",
  capabilities: ["send_messages"],
  config: {
    type: "object",
    properties: {
      token: { type: "string", secret: true },
      unset: { type: "string", secret: true },
      password: { type: "string", secret: true },
    },
  },
  ingress: {
    http: [
      hook("status", { scheme: "twilio", secret: "token" }),
      { ...hook("events", { scheme: "standard-webhooks", secret: "unset" }), bytesMax: 100 },
    ],
  },
};

async function host(hooks: NonNullable<PluginDefinition["hooks"]>): Promise<TestHost> {
  const made = await createTestHost(definePlugin({ sendMessages: async () => ({}), hooks }), {
    manifest,
    settings: { token: "held", password: "given" },
  });
  onTestFinished(() => made.close());
  return made;
}

describe("hooks of a plugin", () => {
  it("get a request as it came, and answer it", async () => {
    const seen: [HookRequest, unknown][] = [];
    const plugin = await host({
      status: async (request) => {
        seen.push([request, Object.fromEntries(request.form())]);
        return { status: 202, body: { text: "<Response/>", contentType: "text/xml" } };
      },
      events: (request) => void seen.push([request, request.bytes.length]),
    });
    const form = new URLSearchParams({ MessageSid: "SM1", Body: "Grüße" });
    const answer = await plugin.deliver("status", {
      body: form,
      query: { message: "01K" },
      headers: { cookie: "a", "x-twilio-signature": "s" },
    });
    expect(answer).toEqual({ status: 202, body: { text: "<Response/>", contentType: "text/xml" } });
    expect(seen[0]).toMatchObject([
      {
        ...{ hook: "status", method: "POST", query: { message: "01K" } },
        headers: { "content-type": "application/x-www-form-urlencoded", "x-twilio-signature": "s" },
        receivedAt: expect.any(Date),
      },
      { MessageSid: "SM1", Body: "Grüße" },
    ]);
    expect(seen[0]?.[0].headers).not.toHaveProperty("cookie");
    expect(await plugin.deliver("events", { body: new Uint8Array([0xff]), query: { role: "admin" } })).toEqual({});
    expect(seen[1]).toMatchObject([{ query: {} }, 1]);
  });

  it("read JSON as it is, and see where they can be called and which secrets are held", async () => {
    const plugin = await host({
      status: (request, { settings, secretsHeld, hooks }): HookAnswer => ({
        body: {
          text: JSON.stringify({ sent: request.json(), settings, secretsHeld, hooks }),
          contentType: "application/json",
        },
      }),
    });
    const { body } = await plugin.deliver("status", { body: { a: [1] } });
    expect(JSON.parse(body?.text ?? "")).toEqual({
      sent: { a: [1] },
      settings: { password: "given" },
      secretsHeld: ["token"],
      hooks: {
        status: "https://hilum.test/hooks/com.example.callbacks/default/status",
        events: "https://hilum.test/hooks/com.example.callbacks/default/events",
      },
    });
    await expect(plugin.deliver("status", { body: "{" })).rejects.toMatchObject({ code: "plugin.failed" });
  });

  it("are refused what the host refuses: an unknown hook, too large a body, an answer that is none", async () => {
    const plugin = await host({
      status: () => ({ status: 302 }),
      events: () => Promise.reject(new ProviderError("provider.temporary")),
    });
    await expect(plugin.deliver("absent")).rejects.toMatchObject({ code: "hook.not_found" });
    await expect(plugin.deliver("events", { body: "x".repeat(101) })).rejects.toMatchObject({
      code: "request.body_too_large",
    });
    await expect(plugin.deliver("status")).rejects.toMatchObject({
      code: "plugin.bad_reply",
      problems: [{ pointer: "/status" }],
    });
    await expect(plugin.deliver("events")).rejects.toMatchObject({ code: "provider.temporary" });
    await expect(plugin.request("ingress.handle", { hook: "constructor" })).rejects.toMatchObject({
      wireCode: -32_602,
    });
  });

  it("are a promise: without the method the plugin is not started", async () => {
    const without = definePlugin({ sendMessages: async () => ({}) });
    await expect(createTestHost(without, { manifest })).rejects.toThrow("does not answer ingress.handle");
  });
});
