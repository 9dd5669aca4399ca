import { existsSync, readFileSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { requires } from "@hilum/testkit";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  eventually,
  fixtureSpec,
  operator,
  sendCall,
  startHostUnderTest,
  type HostUnderTest,
} from "./test-support/host-under-test.ts";

/** A process that has ended and waits to be reaped by process 1 is not alive. */
const isAlive = (pid: number): boolean =>
  existsSync(`/proc/${pid}/stat`) && !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, "utf8"));

describe.skipIf(!requires("bubblewrap").available)("supervision of sandboxed plugins", () => {
  let under: HostUnderTest;

  beforeEach(async () => {
    under = await startHostUnderTest({
      startsAtOnce: 2,
      egress: {
        privateRanges: () => [{ cidr: "127.0.0.0/8" }],
        ownPorts: () => [],
        resolveHost: async () => ["127.0.0.1"],
      },
    });
  });
  afterEach(() => under.close());

  it("threat 221: many instances come up in stages, and a call to the first is answered meanwhile", async () => {
    await under.host.start(fixtureSpec("echo"));
    let startingMax = 0;
    under.host.onChange(() => {
      const audible = under.host.list().filter(({ state }) => state === "starting");
      startingMax = Math.max(startingMax, audible.length);
    });
    const others = Array.from({ length: 10 }, (_, index) =>
      under.host.start(fixtureSpec("echo", { instance: `i${index}` })),
    );
    let allAreUp = false;
    const up = Promise.all(others).finally(() => (allAreUp = true));
    await under.host.call(operator, sendCall("echo", "k"));
    expect(allAreUp).toBe(false);
    await up;
    const starts = (await under.entries()).filter(({ action }) => action === "plugin.start");
    let open = 0;
    let openMax = 0;
    for (const { kind } of starts) {
      open += kind === "intent" ? 1 : -1;
      openMax = Math.max(openMax, open);
    }
    expect(openMax).toBeLessThanOrEqual(2);
    expect(startingMax).toBeGreaterThan(2);
    expect(under.host.list().filter(({ state }) => state === "running")).toHaveLength(11);
  });

  it("threat 229: a stop under load lets calls in flight finish, refuses those that wait, and has an outcome for each intent", async () => {
    await under.host.start(fixtureSpec("hang", { concurrency: 4, queueMax: 50 }));
    const calls = Promise.allSettled(
      Array.from({ length: 20 }, () => under.host.call(operator, sendCall("hang", "slow", { deadlineMs: 60_000 }))),
    );
    await eventually(() => expect(under.lines.filter(({ text }) => text === "holding")).toHaveLength(4));
    await under.host.close({ drainMs: 20_000 });
    const settled = (await calls).map((each) =>
      each.status === "fulfilled" ? "ok" : (each.reason as { code: string }).code,
    );
    expect(settled.filter((code) => code === "ok")).toHaveLength(4);
    expect(settled.filter((code) => code === "plugin.not_running")).toHaveLength(16);
    const entries = (await under.entries()).filter(({ action }) => action === "messages.send");
    expect(entries.filter(({ kind }) => kind === "intent")).toHaveLength(4);
    expect(entries.filter(({ kind }) => kind === "outcome")).toHaveLength(4);
  });

  it("a start under the same key ends the older process, and calls go to the newer", async () => {
    await under.host.start(fixtureSpec("echo"));
    const before = under.host.status({ plugin: "com.example.echo", instance: "default" })?.pid ?? 0;
    await under.host.start(fixtureSpec("echo", { settings: { changed: true } }));
    const after = under.host.status({ plugin: "com.example.echo", instance: "default" });
    expect(after).toMatchObject({ state: "running" });
    expect(after?.pid).not.toBe(before);
    expect(isAlive(before)).toBe(false);
    await expect(under.host.call(operator, sendCall("echo", "k"))).resolves.toMatchObject({ providerId: "k" });
  });

  it("a trial of settings that are not saved runs beside the instance and leaves it alone", async () => {
    await under.host.start(fixtureSpec("echo"));
    await under.host.start(fixtureSpec("echo", { trial: "t1" }));
    await expect(under.host.call(operator, { ...sendCall("echo", "trial"), trial: "t1" })).resolves.toMatchObject({
      providerId: "trial",
    });
    await under.host.stop({ plugin: "com.example.echo", instance: "default", trial: "t1" });
    expect(under.host.list().map(({ state }) => state)).toEqual(["running"]);
  });

  it("gives up a start that is stopped meanwhile, and leaves no process", async () => {
    const key = { plugin: "com.example.lie", instance: "default" };
    const starting = expect(
      under.host.start(fixtureSpec("lie", { settings: { lie: "silent" } })),
    ).rejects.toMatchObject({ code: "plugin.killed" });
    await eventually(() => expect(under.host.status(key)?.state).toBe("starting"));
    await under.host.stop(key, { drainMs: 0 });
    await starting;
    expect(under.host.list()).toEqual([]);
  });

  it("cuts an instance at once, and what is in flight ends as killed", async () => {
    await under.host.start(fixtureSpec("hang"));
    const call = expect(
      under.host.call(operator, sendCall("hang", "never", { deadlineMs: 60_000 })),
    ).rejects.toMatchObject({ code: "plugin.killed" });
    await eventually(() => expect(under.lines.some(({ text }) => text === "holding")).toBe(true));
    await under.host.cut({ plugin: "com.example.hang", instance: "default" });
    await call;
    expect(under.host.list()).toEqual([]);
  });

  it("tells memory and the controls that the operating system really gave", async () => {
    await under.host.start(fixtureSpec("echo"));
    const status = under.host.status({ plugin: "com.example.echo", instance: "default" });
    expect(status?.controls.find(({ name }) => name === "network")).toMatchObject({ state: "active" });
    expect(status?.memoryBytes).toBeGreaterThan(1_000_000);
    await under.host.call(operator, sendCall("echo", "k"));
    expect(under.host.status({ plugin: "com.example.echo", instance: "default" })?.calls).toMatchObject({
      total: 1,
      failed: 0,
      p50Ms: expect.any(Number),
    });
  });

  it("threat 2, 96: a sandboxed plugin reaches the granted host and port through its tunnel, and nothing else", async () => {
    const remote = createServer((socket) => socket.on("data", () => socket.end("pong")));
    await new Promise<void>((resolve) => void remote.listen(0, "127.0.0.1", resolve));
    const destination = `mail.example.org:${(remote.address() as AddressInfo).port}`;
    const scope = `net:tcp://${destination}`;
    under.grants.push({ plugin: "com.example.dial", instance: "default", scope, resolved: scope, decision: "granted" });
    await under.host.start(fixtureSpec("dial", { grants: [scope] }));
    await expect(under.host.call(operator, sendCall("dial", destination))).resolves.toMatchObject({
      reply: expect.stringContaining("pong"),
    });
    await expect(under.host.call(operator, sendCall("dial", "mail.example.org:25"))).resolves.toMatchObject({
      reply: expect.stringContaining("403 policy.denied"),
    });
    under.grants.length = 0;
    await expect(under.host.call(operator, sendCall("dial", destination))).resolves.toMatchObject({
      reply: expect.stringContaining("403 policy.denied"),
    });
    await eventually(async () =>
      expect(
        (await under.entries()).filter(({ action, kind }) => action === "egress.connect" && kind === "outcome"),
      ).toMatchObject([{ outcome: "ok", actor: "plugin:com.example.dial/default" }]),
    );
    remote.close();
  });
});
