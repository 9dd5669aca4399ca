import { requires } from "@hilum/testkit";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  fixtureSpec,
  operator,
  sendCall,
  startHostUnderTest,
  type HostUnderTest,
} from "./test-support/host-under-test.ts";

describe.skipIf(!requires("bubblewrap").available)("a sandboxed plugin under the host", () => {
  let under: HostUnderTest;

  beforeAll(async () => {
    under = await startHostUnderTest();
  });
  afterAll(() => under.close());

  it("starts, is called, uses its lanes, and leaves an audit trail of pairs", async () => {
    under.blobs.set("b1", Buffer.from("0123456789"));
    await under.host.start(fixtureSpec("well-behaved"));
    expect(under.host.status({ plugin: "com.example.well-behaved", instance: "default" })).toMatchObject({
      state: "running",
      level: "isolated",
      sdk: { name: "fixture" },
    });

    const attachments = [{ id: "b1", contentType: "text/plain", title: "a", size: 10 }];
    const call = sendCall("well-behaved", "key-1");
    const result = await under.host.call(operator, { ...call, params: { ...call.params, attachments } });
    expect(result).toEqual({ outcome: "accepted", providerId: "key-1", reply: "250 took 10 bytes" });
    expect(under.state.get("com.example.well-behaved/default sent")).toBe("10");
    expect(under.lines).toContainEqual(
      expect.objectContaining({ source: "plugin", level: "info", text: "sending key-1" }),
    );

    const entries = await under.entries();
    const of = (action: string) =>
      entries
        .filter((entry) => entry.action === action)
        .map(({ kind, decision, outcome, actor }) => ({ kind, decision, outcome, actor }));
    expect(of("plugin.start").map(({ kind }) => kind)).toEqual(["intent", "outcome"]);
    expect(of("messages.send")).toEqual([
      { kind: "intent", decision: "allow", actor: "user:ana" },
      { kind: "outcome", outcome: "ok", actor: "user:ana" },
    ]);
    expect(of("blobs.read")).toEqual([
      { kind: "intent", decision: "allow", actor: "plugin:com.example.well-behaved/default" },
      { kind: "outcome", outcome: "ok", actor: "plugin:com.example.well-behaved/default" },
    ]);
  });

  it("stops by asking first", async () => {
    const key = { plugin: "com.example.well-behaved", instance: "default" };
    await under.host.stop(key);
    expect(under.host.status(key)).toBeUndefined();
    await expect(under.host.call(operator, sendCall("well-behaved", "late"))).rejects.toMatchObject({
      code: "plugin.not_running",
    });
    const entries = await under.entries();
    expect(entries.find(({ action, kind }) => action === "plugin.shutdown" && kind === "outcome")).toMatchObject({
      outcome: "ok",
    });
  });
});
