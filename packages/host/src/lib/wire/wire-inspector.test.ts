import { PassThrough } from "node:stream";
import { createFakeClock } from "@hilum/testkit";
import { encodeFrame, type Frame, type Message } from "@hilum/contract/wire";
import { afterEach, describe, expect, it } from "vitest";
import { createPipeLink } from "../connection/link.ts";
import type { KeptFrame } from "./kept-frame.ts";
import { createWireInspector, type WireInspector } from "./wire-inspector.ts";

const key = { plugin: "com.example.plugin", instance: "default" };
const open: WireInspector[] = [];
afterEach(() => open.splice(0).forEach((inspector) => inspector.close()));

/** An inspector, and a link of a plugin that is tapped by it. */
function setUp() {
  const clock = createFakeClock();
  const inspector = createWireInspector({ now: () => clock.date() });
  open.push(inspector);
  const [fromPlugin, toPlugin] = [new PassThrough(), new PassThrough()];
  const link = inspector.tap(key, createPipeLink({ input: fromPlugin, output: toPlugin }));
  const heard: Frame[] = [];
  link.start({ onFrame: (frame) => heard.push(frame), onViolation: () => undefined, onClose: () => undefined });
  const start = (minutes: number) =>
    inspector.start(key, { until: new Date(clock.now() + minutes * 60_000), by: "user:ana" });
  const ask = (message: Message): void => link.write([encodeFrame(message)]);
  /** What the plugin writes is heard in one of the next ticks. */
  const answer = async (message: Message): Promise<void> => {
    const before = heard.length;
    fromPlugin.write(encodeFrame(message));
    while (heard.length === before) await new Promise((resolve) => setImmediate(resolve));
  };
  return { clock, inspector, start, ask, answer, toPlugin };
}

const health = { id: 7, method: "health.check", params: { meta: { call: "c1", deadlineMs: 5, hops: 0 } } };

describe("the wire inspector", () => {
  it("keeps nothing until it is started, and nothing of before", async () => {
    const { inspector, ask, answer, start } = setUp();
    ask(health);
    await answer({ id: 7, result: { state: "healthy", rows: [] } });
    expect(inspector.frames(key)).toBeUndefined();
    start(5);
    expect(inspector.frames(key)).toEqual([]);
  });

  it("keeps both directions, pairs an answer with its method, and masks", async () => {
    const { inspector, start, ask, answer } = setUp();
    start(5);
    ask(health);
    await answer({ id: 7, result: { state: "healthy", rows: [{ id: "a", title: "Ada Lovelace", status: "passed" }] } });
    await answer({ method: "log", params: { level: "info", text: "Ada" } });
    const frames = inspector.frames(key) ?? [];
    expect(frames.map(({ number, direction, kind, method }) => [number, direction, kind, method])).toEqual([
      [1, "to_plugin", "request", "health.check"],
      [2, "from_plugin", "result", "health.check"],
      [3, "from_plugin", "notification", "log"],
    ]);
    expect(frames[0]?.size).toBe(Buffer.byteLength(encodeFrame(health)));
    expect(frames[1]?.durationMs).toBeGreaterThanOrEqual(0);
    expect(JSON.stringify(frames)).not.toContain("Ada");
  });

  it("hands what is written on as it is", () => {
    const { start, ask, toPlugin } = setUp();
    start(5);
    ask(health);
    expect(String(toPlugin.read())).toBe(encodeFrame(health));
  });

  it("ends when its time is over, and forgets", async () => {
    const { inspector, start, ask, clock } = setUp();
    start(5);
    ask(health);
    await clock.advance(5 * 60_000);
    expect(inspector.state(key)).toBeUndefined();
    expect(inspector.frames(key)).toBeUndefined();
    expect(inspector.request(key, 1)).toBeUndefined();
  });

  it("tells who follows of each frame, and once of the end", () => {
    const { inspector, start, ask } = setUp();
    const seen: KeptFrame[] = [];
    let ends = 0;
    inspector.follow(key, { onFrame: (frame) => seen.push(frame), onEnd: () => (ends += 1) });
    start(5);
    ask(health);
    inspector.stop(key);
    inspector.stop(key);
    ask(health);
    expect([seen.length, ends]).toEqual([1, 1]);
  });

  it("keeps the newest 500, counts what made room, and goes on counting after a new start", () => {
    const { inspector, start, ask } = setUp();
    start(5);
    for (let id = 1; id <= 510; id++) ask({ ...health, id });
    expect(inspector.state(key)).toMatchObject({ frames: 500, framesMax: 500, dropped: 10, startedBy: "user:ana" });
    expect(inspector.frames(key)?.[0]?.number).toBe(11);
    expect(inspector.request(key, 10)).toBeUndefined();
    expect(inspector.request(key, 11)).toEqual({ method: "health.check", params: {} });
    start(5);
    ask(health);
    expect(inspector.frames(key)?.map(({ number }) => number)).toEqual([511]);
  });

  it("keeps no request that holds settings, to hand it over again", () => {
    const { inspector, start, ask } = setUp();
    start(5);
    ask({ id: 1, method: "initialize", params: { settings: { password: "secret" } } });
    ask({ id: 2, method: "config.validate", params: { settings: { password: "secret" } } });
    expect(inspector.frames(key)?.map(({ notReplayable }) => notReplayable)).toEqual(["method", "method"]);
    expect([inspector.request(key, 1), inspector.request(key, 2)]).toEqual([undefined, undefined]);
  });

  it("hides a method that is no name", async () => {
    const { inspector, start, answer } = setUp();
    start(5);
    await answer({ id: "Ada Lovelace", method: "ada lovelace", params: {} });
    expect(JSON.stringify(inspector.frames(key))).not.toMatch(/lovelace/i);
  });
});
