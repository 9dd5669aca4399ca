import { requires } from "@hilum/testkit";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Host } from "./host.ts";
import {
  eventually,
  fixtureSpec,
  operator,
  sendCall,
  startHostUnderTest,
  type HostUnderTest,
} from "./test-support/host-under-test.ts";

const stateOf = (host: Host, fixture: string): string | undefined =>
  host.status({ plugin: `com.example.${fixture}`, instance: "default" })?.state;

describe.skipIf(!requires("bubblewrap").available)("a hostile plugin under the host", () => {
  let under: HostUnderTest;
  const send = (fixture: Parameters<typeof sendCall>[0], key: string, changes = {}) =>
    under.host.call(operator, sendCall(fixture, key, changes));
  const problem = (fixture: string) =>
    under.changes.findLast(({ key, problem: found }) => key.plugin === `com.example.${fixture}` && found !== undefined)
      ?.problem;

  beforeAll(async () => {
    under = await startHostUnderTest();
  });
  afterAll(() => under.close());

  describe("that crashes", () => {
    it("threat 214: a call in flight when the process dies ends as not known, and the plugin comes back", async () => {
      await under.host.start(fixtureSpec("crash"));
      await expect(send("crash", "kill")).rejects.toMatchObject({ code: "plugin.link_lost" });
      await eventually(() => expect(stateOf(under.host, "crash")).toBe("running"));
      expect(problem("crash")).toMatchObject({ code: "plugin.failed" });
      await expect(send("crash", "fine")).resolves.toMatchObject({ outcome: "accepted" });
      const entries = await under.entries();
      expect(entries.find(({ action, outcome }) => action === "messages.send" && outcome === "unknown")).toBeDefined();
    });

    it("threat 219: a crash loop ends in quarantine with a reason, one entry for it, and no flood of lines", async () => {
      await under.host.start(fixtureSpec("crash", { instance: "loop" }));
      const key = { plugin: "com.example.crash", instance: "loop" };
      for (let life = 0; life <= 3; life += 1) {
        await eventually(() => expect(under.host.status(key)?.state).toBe("running"));
        await send("crash", "exit", { instance: "loop" }).catch(() => undefined);
      }
      await eventually(() => expect(under.host.status(key)?.state).toBe("quarantined"));
      expect(under.host.status(key)?.problem).toMatchObject({
        code: "plugin.quarantined",
        reason: "exit",
        why: expect.stringContaining("exit code 3"),
      });
      await expect(send("crash", "more", { instance: "loop" })).rejects.toMatchObject({ code: "plugin.quarantined" });
      await eventually(async () =>
        expect(
          (await under.entries()).filter(
            ({ action, instance }) => action === "plugin.quarantine" && instance === "loop",
          ),
        ).toHaveLength(1),
      );
      expect(under.lines.filter(({ source }) => source === "host").length).toBeLessThan(20);
    });

    it("tells why it never came up", async () => {
      await expect(
        under.host.start(fixtureSpec("crash", { instance: "start", settings: { when: "start" } })),
      ).rejects.toMatchObject({ code: "plugin.link_lost" });
      expect(under.host.status({ plugin: "com.example.crash", instance: "start" })).toMatchObject({
        state: "stopped",
        problem: { reason: "exit" },
      });
    });
  });

  describe("that hangs", () => {
    it("threat 39: a call ends at its deadline, however it was asked for", async () => {
      await under.host.start(fixtureSpec("hang"));
      await expect(send("hang", "never", { deadlineMs: -1 })).rejects.toMatchObject({ code: "plugin.timeout" });
      await expect(send("hang", "answer", { deadlineMs: 1e9 })).resolves.toMatchObject({ outcome: "accepted" });
      const entries = await under.entries();
      expect(
        entries.find(({ plugin, outcome }) => plugin === "com.example.hang" && outcome === "timeout"),
      ).toBeDefined();
    });

    it("ends and restarts a process that leaves three calls in a row unanswered", async () => {
      const before = under.host.status({ plugin: "com.example.hang", instance: "default" })?.pid;
      for (let count = 0; count < 3; count += 1) await send("hang", "never", { deadlineMs: 30 }).catch(() => undefined);
      await eventually(() => {
        const now = under.host.status({ plugin: "com.example.hang", instance: "default" });
        expect(now?.state).toBe("running");
        expect(now?.pid).not.toBe(before);
      });
      expect(problem("hang")).toMatchObject({ reason: "hung" });
    });

    it("kills at the deadline when asked to, and says so of what else was in flight", async () => {
      const other = send("hang", "never", { deadlineMs: 60_000 });
      const expectKilled = expect(other).rejects.toMatchObject({ code: "plugin.killed" });
      await eventually(() => expect(under.lines.some(({ text }) => text === "holding")).toBe(true));
      await expect(send("hang", "never", { deadlineMs: 50, killOnTimeout: true })).rejects.toMatchObject({
        code: "plugin.timeout",
      });
      await expectKilled;
      const entries = await under.entries();
      expect(
        entries.find(({ plugin, outcome }) => plugin === "com.example.hang" && outcome === "killed"),
      ).toBeDefined();
    });

    it("threat 14: one that ignores SIGTERM and shutdown is gone at the deadline", async () => {
      await under.host.start(fixtureSpec("hang", { instance: "stubborn" }));
      const pid = under.host.status({ plugin: "com.example.hang", instance: "stubborn" })?.pid ?? 0;
      await under.host.stop({ plugin: "com.example.hang", instance: "stubborn" }, { drainMs: 100 });
      // It is over; process 1 may take a moment to collect it.
      await eventually(() => expect(() => process.kill(pid, 0)).toThrow("ESRCH"));
    });

    it("threat 220: a slow plugin sheds its own callers while another answers as before", async () => {
      await under.host.start(fixtureSpec("hang", { instance: "slow", concurrency: 2, queueMax: 8 }));
      await under.host.start(fixtureSpec("echo"));
      const slow = Array.from({ length: 100 }, () => send("hang", "slow", { instance: "slow", deadlineMs: 60_000 }));
      let slowAreDone = false;
      const settled = Promise.allSettled(slow).finally(() => (slowAreDone = true));
      await Promise.all(Array.from({ length: 50 }, (_, index) => send("echo", `k${index}`)));
      expect(slowAreDone).toBe(false);
      const codes = (await settled).map((each) =>
        each.status === "fulfilled" ? "ok" : (each.reason as { code: string }).code,
      );
      expect(codes.filter((code) => code === "ok")).toHaveLength(10);
      expect(codes.filter((code) => code === "lane.full")).toHaveLength(90);
    });

    it("threat 7: one that spins does not hold up the host or another plugin", async () => {
      await under.host.start(fixtureSpec("hang", { instance: "spin" }));
      const spinning = send("hang", "spin", { instance: "spin", deadlineMs: 600, killOnTimeout: true });
      const ended = expect(spinning).rejects.toMatchObject({ code: "plugin.timeout" });
      await expect(send("echo", "k")).resolves.toMatchObject({ providerId: "k" });
      await ended;
    });
  });

  describe("that floods", () => {
    it("threat 30: notifications over the rate are dropped and stand in the log as one line per window", async () => {
      await under.host.start(fixtureSpec("flood"));
      await send("flood", "notifications", { deadlineMs: 20_000 });
      await expect(send("flood", "fine", { deadlineMs: 20_000 })).resolves.toMatchObject({ outcome: "accepted" });
      await eventually(async () =>
        expect(
          (await under.entries()).some(
            ({ action, reason, count }) => action === "plugin.message" && reason === "rate" && (count ?? 0) > 0,
          ),
        ).toBe(true),
      );
      expect((await under.entries()).filter(({ action }) => action === "plugin.message").length).toBeLessThan(6);
      expect(under.lines.filter(({ text }) => text === "again").length).toBeLessThan(500);
    });

    it("threat 13: error output over the rate is dropped and counted", async () => {
      await send("flood", "stderr", { deadlineMs: 20_000 });
      await eventually(() =>
        expect(
          under.lines.some(({ source, text }) => source === "host" && /\d+ log lines were over the rate/.test(text)),
        ).toBe(true),
      );
      expect(under.lines.filter(({ source }) => source === "stderr").length).toBeLessThan(500);
    });

    it("threat 30, 38: requests over the rate are told so, and the link lives on", async () => {
      await send("flood", "requests", { deadlineMs: 20_000 });
      expect(stateOf(under.host, "flood")).toBe("running");
    });

    it.each([
      ["28", "strays", "stray_answers"],
      ["19, 20", "endless", "too_large"],
    ])("threat %s: %s end the link and are audited", async (_threat, key, reason) => {
      await eventually(() => expect(stateOf(under.host, "flood")).toBe("running"));
      await send("flood", key, { deadlineMs: 20_000 }).catch(() => undefined);
      await eventually(() => expect(problem("flood")).toMatchObject({ code: "plugin.protocol", reason }));
      await eventually(async () =>
        expect(
          (await under.entries()).some((entry) => entry.action === "plugin.protocol" && entry.reason === reason),
        ).toBe(true),
      );
    });
  });

  describe("that lies", () => {
    const start = (changes = {}) => under.host.start(fixtureSpec("lie", changes));
    const running = () => eventually(() => expect(stateOf(under.host, "lie")).toBe("running"));

    it.each([
      ["36", "version", "plugin.bad_reply"],
      ["36", "early", "plugin.link_lost"],
      ["36", "methods", "plugin.protocol"],
    ])("threat %s: a handshake with a false %s is refused", async (_threat, lie, code) => {
      await expect(start({ instance: `early-${lie}`, settings: { lie } })).rejects.toMatchObject({ code });
      expect(under.host.status({ plugin: "com.example.lie", instance: `early-${lie}` })).toMatchObject({
        state: "stopped",
        problem: { why: expect.any(String) },
      });
    });

    it("refuses an answer of the wrong shape and drops members that it does not know", async () => {
      await start();
      await expect(send("lie", "bad-shape")).rejects.toMatchObject({
        code: "plugin.bad_reply",
        problems: [{ pointer: "/outcome" }],
      });
      await expect(send("lie", "extra-members")).resolves.toEqual({ outcome: "accepted", providerId: "1" });
      await expect(send("lie", "twice")).resolves.toEqual({ outcome: "accepted" });
    });

    it("threat 42: an error's words never reach the caller as the platform's own", async () => {
      const error = await send("lie", "html").then(
        () => undefined,
        (thrown: unknown) => thrown as { code: string; message: string; data: object },
      );
      expect(error?.code).toBe("plugin.failed");
      expect(error?.message).not.toMatch(/script|Jane|555/);
      expect(error?.data).toMatchObject({ code: "plugin.failed", reply: "<b>Jane</b>\\u001b[31m" });
    });

    it("threat 37: an id in params changes nothing: the channel says who asks", async () => {
      await expect(send("lie", "other-plugin")).resolves.toMatchObject({ reply: "kept" });
      expect(under.asked).toContainEqual(["putState", "com.example.lie/default", "k"]);
      expect([...under.state.keys()].filter((key) => key.startsWith("com.example.other"))).toEqual([]);
    });

    it("threat 35: a method that is not there is not found, whatever its name", async () => {
      await expect(send("lie", "no-such-method")).resolves.toMatchObject({ reply: "-32601 -32601 -32601 -32601" });
    });

    it("threat 53: an attachment of another call is not there", async () => {
      under.blobs.set("of-another-message", Buffer.from("secret"));
      await expect(send("lie", "foreign-blob")).resolves.toMatchObject({ reply: "blob.not_found" });
    });

    it("threat 13: log lines are one line each, escaped, and without contact data", async () => {
      const call = sendCall("lie", "forged-log");
      const message = {
        resourceType: "Communication",
        status: "preparation",
        recipient: [
          { extension: [{ url: "x", valueContactPoint: { system: "email", value: "jane.doe@example.com" } }] },
        ],
      };
      await under.host.call(operator, { ...call, params: { ...call.params, message } });
      await eventually(() => expect(under.lines.filter(({ text }) => /fake line|red/.test(text))).toHaveLength(2));
      const texts = under.lines.map(({ text }) => text);
      for (const text of texts) expect(text).not.toMatch(/[\u0000-\u001f\u007f]/);
      expect(texts.join("\n")).not.toMatch(/jane\.doe|555/);
    });

    it.each([
      ["22", "proto", "unsafe_name"],
      ["23", "utf8", "not_utf8"],
      ["36", "second-handshake", "handshake"],
    ])("threat %s: %s ends the link", async (_threat, key, reason) => {
      await running();
      await expect(send("lie", key)).rejects.toMatchObject({ code: "plugin.link_lost" });
      await eventually(() => expect(problem("lie")).toMatchObject({ code: "plugin.protocol", reason }));
    });
  });
});
