import { HilumError } from "@hilum/contract";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { noSandbox, operator, startHostUnderTest, type HostUnderTest } from "./test-support/host-under-test.ts";
import type { HostServices } from "./supervisor/host-code.ts";
import type { InstanceSpec } from "./supervisor/instance-spec.ts";

const key = { plugin: "hilum.practice", instance: "default" };
const call = { ...key, method: "messages.send", params: { attachments: [] }, deadlineMs: 1000 };

function hostCode(send: (params: Record<string, unknown>, services: HostServices) => Promise<unknown>): InstanceSpec {
  const rows = async () => ({ rows: [] });
  return {
    ...key,
    runner: {
      kind: "host",
      create: (services) => ({
        methods: new Map<string, (params: Record<string, unknown>) => Promise<unknown>>([
          ...["config.validate", "setup.check", "smoke.run"].map((name) => [name, rows] as const),
          ["health.check", async () => ({ state: "healthy", rows: [] })],
          ["shutdown", async () => null],
          ["messages.send", (params) => send(params, services)],
        ]),
      }),
    },
    ...{ capabilities: ["send_messages"], settings: {}, grants: [], testMode: true },
  };
}

describe("a plugin that is the host's own code", () => {
  let under: HostUnderTest;
  let allowed: boolean;

  beforeEach(async () => {
    allowed = true;
    under = await startHostUnderTest({
      sandbox: noSandbox,
      decideCall: () =>
        allowed ? { allow: true } : { allow: false, code: "policy.denied", reason: "instance.disabled" },
    });
  });
  afterEach(() => under.close());

  it("needs no sandbox, is badged, and goes through the same pipeline with the same check of its answer", async () => {
    await under.host.start(hostCode(async () => ({ outcome: "accepted", extra: 1 })));
    expect(under.host.status(key)).toMatchObject({ state: "running", level: "host_code" });
    await expect(under.host.call(operator, call)).resolves.toEqual({ outcome: "accepted" });
    expect((await under.entries()).filter(({ action }) => action === "messages.send")).toMatchObject([
      { kind: "intent" },
      { kind: "outcome", outcome: "ok" },
    ]);
  });

  it("fails as any plugin fails: by its error, by a bad answer, by its deadline", async () => {
    const answers: Record<string, () => Promise<unknown>> = {
      refused: () => Promise.reject(new HilumError("provider.refused")),
      bad: async () => ({}),
      lost: () => new Promise(() => {}),
    };
    await under.host.start(hostCode(async ({ way }) => await answers[String(way)]?.()));
    const send = (way: string) => under.host.call(operator, { ...call, params: { way }, deadlineMs: 50 });
    await expect(send("refused")).rejects.toMatchObject({ code: "provider.refused" });
    await expect(send("bad")).rejects.toMatchObject({ code: "plugin.bad_reply" });
    await expect(send("lost")).rejects.toMatchObject({ code: "plugin.timeout" });
    expect(
      (await under.entries())
        .filter(({ kind, action }) => kind === "outcome" && action === "messages.send")
        .map(({ outcome }) => outcome),
    ).toEqual(["provider.refused", "plugin.bad_reply", "timeout"]);
  });

  it("threat 48, 53: asks the platform only through its lanes, and moves only its own messages", async () => {
    under.messages.set("mine", key).set("theirs", { plugin: "com.example.other", instance: "default" });
    const update = (message: string) => ({ message, state: "delivered", at: "2026-11-22T10:00:00Z" });
    await under.host.start(
      hostCode(async ({ message }, { ask }) => {
        await ask("messages.updateDelivery", update(String(message)));
        return { outcome: "accepted" };
      }),
    );
    const send = (message: string) => under.host.call(operator, { ...call, params: { message } });
    await send("mine");
    for (const message of ["theirs", "not-there"])
      await expect(send(message)).rejects.toMatchObject({ code: "policy.denied" });
    expect(under.asked).toEqual([["updateDelivery", "hilum.practice/default", update("mine")]]);
    expect((await under.entries()).filter(({ decision }) => decision === "deny")).toMatchObject([
      { action: "messages.updateDelivery", reason: "owner.other", actor: "plugin:hilum.practice/default" },
      { count: 1 },
    ]);
  });

  it("is not started, and not called, without a decision that allows it", async () => {
    await under.host.start(hostCode(async () => ({ outcome: "accepted" })));
    allowed = false;
    await expect(under.host.call(operator, call)).rejects.toMatchObject({ code: "policy.denied" });
    await expect(under.host.start(hostCode(async () => ({ outcome: "accepted" })))).rejects.toMatchObject({
      code: "policy.denied",
    });
    expect(under.host.status(key)).toMatchObject({ state: "stopped" });
  });

  it("threat 40: a chain of calls ends at its greatest depth", async () => {
    await under.host.start(hostCode(async () => ({ outcome: "accepted" })));
    await expect(under.host.call(operator, { ...call, hops: 7 })).resolves.toBeDefined();
    await expect(under.host.call(operator, { ...call, hops: 8 })).rejects.toMatchObject({ code: "call.too_deep" });
  });

  it("threat 16: third-party code is not started where there is no sandbox, and the reason is kept", async () => {
    const runner = {
      kind: "sandboxed",
      runtime: "node",
      codeDir: "/nowhere",
      entry: "x.mjs",
      limits: { memoryMb: 64, cpu: 1, pids: 32, tmpMb: 16 },
    } as const;
    const started = under.host.start(
      { ...hostCode(async () => ({})), plugin: "com.example.third", runner },
      { keepTrying: true },
    );
    await expect(started).rejects.toMatchObject({ code: "sandbox.unavailable" });
    expect(under.host.status({ plugin: "com.example.third", instance: "default" })).toMatchObject({
      state: "stopped",
      problem: { code: "sandbox.unavailable" },
    });
    expect(
      (await under.entries()).find(({ action, kind }) => action === "plugin.start" && kind === "outcome"),
    ).toMatchObject({ outcome: "sandbox.unavailable" });
  });

  it("refuses methods that no capability has", async () => {
    await under.host.start(hostCode(async () => ({ outcome: "accepted" })));
    for (const method of ["__proto__", "records.read", "messages.send "])
      await expect(under.host.call(operator, { ...call, method })).rejects.toMatchObject({ code: "plugin.not_served" });
    await expect(under.host.call(operator, { ...call, plugin: "com.example.none" })).rejects.toMatchObject({
      code: "plugin.not_running",
    });
  });
});
