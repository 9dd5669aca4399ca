import { wireErrorCodes, wireLimits } from "@hilum/contract";
import { readFileSync } from "node:fs";
import { describe, expect, it, onTestFinished } from "vitest";
import { checkClaim, checkStep, definePlugin, email, ProviderError, type PluginDefinition } from "../index.ts";
import { sdkVersion } from "../version.ts";
import { createTestHost, type TestHost, type TestHostOptions } from "./test-host.ts";

const manifest = {
  id: "com.example.mail",
  name: "Mail",
  capabilities: ["send_messages"],
  scopes: [{ scope: "net:tcp://{config.host}:25", reason: "Sends mail." }],
  config: {
    type: "object",
    required: ["host"],
    properties: { host: { type: "string", format: "hostname" }, retries: { type: "integer", default: 3 } },
  },
  smokeTests: [
    { id: "quick", title: "Quick" },
    { id: "real", title: "Real", live: true },
  ],
};
const message = email({ to: "ada@example.org", subject: "Hi", text: "Hello" });

async function host(definition: PluginDefinition, options: TestHostOptions = {}): Promise<TestHost> {
  const made = await createTestHost(definePlugin(definition), {
    manifest,
    settings: { host: "mail.example.org" },
    ...options,
  });
  onTestFinished(() => made.close());
  return made;
}
const sends: PluginDefinition = { sendMessages: async () => ({}) };

describe("the test host", () => {
  it("lists values for a setting, and gives a step of a setup its recipient", async () => {
    const plugin = await host({
      ...sends,
      setup: {
        try: ({ recipient, settings }) => [
          {
            id: "sent",
            title: "Sent",
            status: "passed",
            detail: `${String(settings["host"])} to ${recipient ?? "nobody"}`,
          },
        ],
      },
      discover: { host: ({ settings }) => [{ value: `smtp.${String(settings["host"])}`, title: "The usual one" }] },
    });
    expect(plugin.methods).toContain("setup.discover");
    expect(await plugin.discover("where", "host")).toEqual([
      { value: "smtp.mail.example.org", title: "The usual one" },
    ]);
    expect((await plugin.checkSetup("try")).rows[0]?.detail).toBe("mail.example.org to nobody");
    const { rows } = await plugin.checkSetup("try", { host: "other.example.org" }, { recipient: "it@example.org" });
    expect(rows[0]?.detail).toBe("other.example.org to it@example.org");
    await expect(plugin.discover("where", "retries")).rejects.toMatchObject({ wireCode: -32_602 });
    const plain = await host(sends);
    expect(plain.methods).not.toContain("setup.discover");
    await expect(plain.discover("where", "host")).rejects.toMatchObject({ wireCode: -32_601 });
  });

  it("hands over settings with defaults, the message and its key", async () => {
    const seen: unknown[] = [];
    const plugin = await host({
      async sendMessages(
        { communication, attempt, idempotencyKey },
        { settings, testMode, instance, grants, deadline },
      ) {
        seen.push(
          settings,
          communication.topic?.text,
          attempt,
          idempotencyKey,
          testMode,
          instance,
          grants,
          deadline > new Date(),
        );
        return { providerId: "p1" };
      },
    });
    expect(await plugin.send(message, { idempotencyKey: "key-1", attempt: 2 })).toEqual({
      outcome: "accepted",
      providerId: "p1",
    });
    expect(seen).toEqual([{ host: "mail.example.org", retries: 3 }, "Hi", 2, "key-1", false, "default", [], true]);
    expect(plugin.messages()).toMatchObject([{ state: "sent", providerId: "p1", idempotencyKey: "key-1" }]);
  });

  it("refuses a manifest, settings, grants and messages that the platform refuses", async () => {
    await expect(host(sends, { manifest: { ...manifest, extra: 1 } })).rejects.toMatchObject({
      code: "manifest.invalid",
    });
    await expect(host(sends, { settings: {} })).rejects.toMatchObject({
      code: "request.invalid",
      problems: [{ pointer: "/host" }],
    });
    await expect(host(sends, { grants: ["net:tcp://evil.example:25"] })).rejects.toThrow("does not ask for");
    await expect((await host(sends)).send({ ...message, recipient: [] })).rejects.toMatchObject({
      code: "message.invalid",
    });
  });

  it("does not start a plugin that lacks a method of its capabilities", async () => {
    await expect(host({})).rejects.toThrow("does not answer messages.send");
  });

  it("refuses an answer that is not one", async () => {
    const plugin = await host({
      sendMessages: async () => ({ providerId: 5 as unknown as string }),
      health: () => ({ state: "fine" as "healthy", rows: [] }),
    });
    await expect(plugin.send(message)).rejects.toMatchObject({
      code: "plugin.bad_reply",
      problems: [{ pointer: "/providerId" }],
    });
    await expect(plugin.health()).rejects.toMatchObject({ code: "plugin.bad_reply" });
  });

  it("tells a ProviderError as the host is told, with the defaults of its code", async () => {
    const plugin = await host({
      sendMessages: () =>
        Promise.reject(
          new ProviderError("provider.temporary", { reply: "451 later", error: new Error("inner secret") }),
        ),
    });
    await expect(plugin.send(message)).rejects.toMatchObject({
      code: "provider.temporary",
      data: { cause: "provider_down", sent: "no", retry: "later", reply: "451 later" },
    });
  });

  it("threat 42: tells a bug without its message, in the answer and in the log, and says that something may have gone out", async () => {
    const plugin = await host({ sendMessages: () => Promise.reject(new TypeError("ada@example.org has no mailbox")) });
    await expect(plugin.send(message)).rejects.toMatchObject({
      code: "plugin.failed",
      data: { cause: "plugin", sent: "maybe" },
    });
    expect(plugin.log).toMatchObject([
      { level: "error", text: expect.stringMatching(/^messages\.send failed: TypeError at /) },
    ]);
    expect(JSON.stringify(plugin.log)).not.toContain("ada@");
  });

  it("keeps private state with versions", async () => {
    const seen: unknown[] = [];
    const plugin = await host({
      async sendMessages(_message, { state }) {
        seen.push(await state.get("k"), await state.put("k", "one"), await state.put("k", "two", { version: 1 }));
        seen.push(
          await state.put("k", "three", { version: 1 }).catch((error: { code: string }) => error.code),
          await state.get("k"),
        );
        seen.push(await state.put("../k", "x").catch((error: { code: string }) => error.code));
        await state.delete("k");
        seen.push(await state.get("k"));
        return {};
      },
    });
    await plugin.send(message);
    expect(seen).toEqual([
      undefined,
      1,
      2,
      "request.conflict",
      { value: "two", version: 2 },
      "request.invalid",
      undefined,
    ]);
  });

  it("threat 53: gives out attachments of the call in hand only", async () => {
    let kept: (() => Promise<unknown>) | undefined;
    const plugin = await host({
      async sendMessages({ attachments }, ctx) {
        let bytes = 0;
        for await (const chunk of ctx.attachments.read(attachments[0]?.id ?? "")) bytes += chunk.length;
        kept = () => ctx.attachments.read("b1")[Symbol.asyncIterator]().next();
        return { reply: String(bytes) };
      },
    });
    const attachments = [{ id: "b1", contentType: "text/plain", title: "a", bytes: new Uint8Array(1_200_000) }];
    expect(await plugin.send(message, { attachments })).toMatchObject({ reply: "1200000" });
    await expect(kept?.()).rejects.toMatchObject({ code: "blob.not_found" });
    await expect(plugin.send(message)).rejects.toMatchObject({ code: "plugin.failed" });
  });

  it("takes delivery reports for messages that were sent, and no others", async () => {
    const seen: unknown[] = [];
    const plugin = await host({
      async sendMessages({ communication }, { deliveries }) {
        const at = new Date(0).toISOString();
        await deliveries.update({ message: communication.id ?? "", state: "delivered", at });
        seen.push(
          await deliveries
            .update({ message: "other", state: "delivered", at })
            .catch((error: { code: string }) => error.code),
        );
        return {};
      },
    });
    await plugin.send(message);
    expect(seen).toEqual(["policy.denied"]);
    expect(plugin.deliveries).toHaveLength(1);
  });

  it("opens no connection without a grant, nor to an address that is not public", async () => {
    const reasons: unknown[] = [];
    const definition: PluginDefinition = {
      async sendMessages(_message, { connect }) {
        reasons.push(await connect({ host: "127.0.0.1", port: 25 }).catch((error: { reason: string }) => error.reason));
        reasons.push(await connect({ host: "127.0.0.1", port: 26 }).catch((error: { reason: string }) => error.reason));
        return {};
      },
    };
    const settings = { host: "127.0.0.1" };
    await (await host(definition, { settings })).send(message);
    await (await host(definition, { settings, grants: ["net:tcp://{config.host}:25"] })).send(message);
    expect(reasons).toEqual(["no_tunnel", "no_tunnel", "not_granted", "not_granted"]);
  });

  it("runs smoke tests as declared, and setup steps that exist", async () => {
    const plugin = await host({
      ...sends,
      smokeTests: {
        quick: () => [{ id: "q", title: "Q", status: "passed" }],
        real: ({ recipient }) => [{ id: "r", title: `To ${recipient}`, status: "passed" }],
      },
    });
    expect((await plugin.smoke("quick")).rows).toHaveLength(1);
    expect((await plugin.smoke("real", { recipient: "a@example.org" })).rows[0]?.title).toBe("To a@example.org");
    await expect(plugin.smoke("quick", { recipient: "a@example.org" })).rejects.toThrow("Only a live test");
    await expect(plugin.checkSetup("none")).rejects.toMatchObject({ wireCode: -32_602 });
  });

  it("threat 30: keeps the rate of the link, for requests and for log lines", async () => {
    const outcomes: PromiseSettledResult<unknown>[] = [];
    const plugin = await host(
      {
        async sendMessages(_message, { state, log }) {
          log.info("within the rate");
          for (const _batch of [1, 2, 3, 4])
            outcomes.push(...(await Promise.allSettled(Array.from({ length: 1000 }, () => state.get("k")))));
          log.info("above it");
          return {};
        },
      },
      { clock: { now: () => new Date(0) } },
    );
    await plugin.send(message);
    expect(outcomes.filter(({ status }) => status === "fulfilled")).toHaveLength(wireLimits.messagesBurst - 1);
    expect(outcomes.at(-1)).toMatchObject({ status: "rejected", reason: { cause: { code: wireErrorCodes.full } } });
    expect(plugin.log.map(({ text }) => text)).toEqual(["within the rate"]);
  });

  it("threat 36: gets one handshake only", async () => {
    const plugin = await host(sends);
    await expect(plugin.request("initialize", { protocol: "1" })).rejects.toMatchObject({ wireCode: -32_600 });
  });
});

it("tells the version of its package", () => {
  const { version } = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8")) as {
    version: string;
  };
  expect(sdkVersion).toBe(version);
});

it("answers by names that were given up in this version, and prefers the new ones", async () => {
  const row = (id: string) => [{ id, title: "Judged", status: "passed" as const }];
  const before = await host({ ...sends, checkConfig: () => row("before") });
  expect((await before.checkConfig()).rows).toEqual(row("before"));
  const now = await host({ ...sends, checkConfig: () => row("before"), checkSettings: () => row("now") });
  expect((await now.checkSettings()).rows).toEqual(row("now"));
  const claims = [checkStep, checkClaim].map((check) => check("a", "A", async () => "seen"));
  expect(await Promise.all(claims)).toMatchObject([1, 2].map(() => ({ id: "a", status: "passed", detail: "seen" })));
});
