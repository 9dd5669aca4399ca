import { MessageChannel as NodeMessageChannel } from "node:worker_threads";
import { bridgeLimits, readConsoleFrame, writeFrame, type ConsoleFrame, type PageFrame } from "@hilum/contract/bridge";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createPageBridge, refusal, type PageBridge, type PageBridgeOptions } from "./page-bridge.ts";

const nonce = "A".repeat(24);
const look = {
  scheme: "dark",
  contrast: "system",
  font: "atkinson",
  textSize: 100,
  motion: "system",
  locale: "en-GB",
  timeZone: "UTC",
  tokens: { "--hl-ink": "#f1ebef" },
} as const;
const init = {
  version: 1,
  plugin: { id: "com.example.plugin", name: "Example" },
  instance: { id: "default", title: "Example", testMode: false },
  page: "settings",
  title: "Settings",
  look,
  may: ["config.read"],
} as const;

interface PageEnd {
  bridge: PageBridge;
  seen: string[];
  frames: ConsoleFrame[];
  say(frame: PageFrame): void;
  sayRaw(data: unknown): void;
  settle(): Promise<void>;
}

/** Both ends over a real channel; the page's end is the test. */
function open(options: Partial<PageBridgeOptions> = {}): PageEnd {
  const { port1, port2 } = new NodeMessageChannel();
  const seen: string[] = [];
  const frames: ConsoleFrame[] = [];
  port2.on("message", (data: unknown) => frames.push(readConsoleFrame(data)));
  const bridge = createPageBridge({
    port: port1 as unknown as MessagePort,
    nonce,
    init: () => structuredClone({ ...init, may: [...init.may] }),
    serve: () => Promise.resolve({ done: true }),
    toBridgeError: () => refusal("page.invalid", "of its own"),
    onReady: () => seen.push("ready"),
    onHeight: (height) => seen.push(`height ${height}`),
    onLeave: () => seen.push("leave"),
    onFault: (fault) => seen.push(fault),
    isHidden: () => false,
    ...options,
  });
  const settle = (): Promise<void> =>
    new Promise((resolve) => void setImmediate(() => setImmediate(() => setImmediate(resolve))));
  return {
    bridge,
    seen,
    frames,
    say: (frame) => port2.postMessage(writeFrame(frame)),
    sayRaw: (data) => port2.postMessage(data),
    settle,
  };
}

const call = (id: number, method: string, params: object = {}): PageFrame => ({ kind: "call", id, method, params });

describe("the console's end of the bridge", () => {
  const opened: PageBridge[] = [];
  const start = async (options?: Partial<PageBridgeOptions>): Promise<PageEnd> => {
    const end = open(options);
    opened.push(end.bridge);
    end.say({ kind: "hello", nonce, version: 1 });
    await end.settle();
    return end;
  };
  beforeEach(() => void vi.useFakeTimers({ toFake: ["setTimeout", "setInterval", "clearTimeout", "clearInterval"] }));
  afterEach(() => {
    for (const bridge of opened.splice(0)) bridge.close();
    vi.useRealTimers();
  });

  it("greets who knows the nonce", async () => {
    const { seen, frames } = await start();
    expect(seen).toEqual(["ready"]);
    expect(frames).toEqual([{ kind: "init", init }]);
  });

  it.each([
    ["a call before the greeting", call(1, "config.read")],
    ["another nonce", { kind: "hello", nonce: "B".repeat(24), version: 1 }],
  ] as const)("threat 142: ends after %s", async (_, frame) => {
    const end = open();
    opened.push(end.bridge);
    end.say(frame);
    await end.settle();
    expect([end.seen, end.frames]).toEqual([["protocol"], []]);
  });

  it("threat 142: ends after a second greeting, a repeated id, or anything but text of the protocol", async () => {
    const never = { serve: () => new Promise<never>(() => undefined) };
    const tries: ((end: PageEnd) => void)[] = [
      (end) => end.say({ kind: "hello", nonce, version: 1 }),
      (end) => (end.say(call(1, "config.read")), end.say(call(1, "config.read"))),
      (end) => end.sayRaw({ kind: "leave" }),
      (end) => end.sayRaw("{}"),
    ];
    for (const work of tries) {
      const end = await start(never);
      work(end);
      await end.settle();
      expect(end.seen).toEqual(["ready", "protocol"]);
    }
  });

  it("answers with what the method declares, and no more", async () => {
    const config = { schema: null, values: {}, defaults: {}, secrets: {}, revision: 3, testMode: false, problems: [] };
    const end = await start({ serve: () => Promise.resolve({ ...config, savedBy: "user:ana", secret: "x" }) });
    end.say(call(7, "config.read"));
    await end.settle();
    expect(end.frames.at(-1)).toEqual({ kind: "result", id: 7, result: config });
  });

  it("refuses what a page cannot ask for, and says why", async () => {
    const asked: string[] = [];
    const end = await start({ serve: (name) => (asked.push(name), Promise.resolve({})) });
    end.say(call(1, "getAccount"));
    end.say(call(2, "__proto__"));
    end.say(call(3, "config.save", { values: {}, revision: 0, secrets: { token: "x" } }));
    end.say(call(4, "config.read"));
    await end.settle();
    const codes = end.frames.flatMap((frame) => (frame.kind === "error" ? [`${frame.id} ${frame.error.code}`] : []));
    expect(codes).toEqual(["1 page.no_method", "2 page.no_method", "3 page.invalid", "4 page.invalid"]);
    expect(asked).toEqual(["config.read"]);
  });

  it("threat 144: lets so many calls wait and no more", async () => {
    const end = await start({ serve: () => new Promise<never>(() => undefined) });
    for (let id = 1; id <= bridgeLimits.callsInFlightMax + 1; id++) end.say(call(id, "config.read"));
    await end.settle();
    expect(end.frames.filter(({ kind }) => kind === "error")).toEqual([
      { kind: "error", id: bridgeLimits.callsInFlightMax + 1, error: expect.objectContaining({ code: "page.busy" }) },
    ]);
  });

  it("threat 144: ends after too many messages, or one too long", async () => {
    const many = await start();
    for (let at = 0; at <= bridgeLimits.messagesBurst; at++) many.say({ kind: "leave" });
    await many.settle();
    expect(many.seen.at(-1)).toBe("flood");
    const long = await start();
    long.sayRaw("x".repeat(bridgeLimits.messageLengthMax + 1));
    await long.settle();
    expect(long.seen).toEqual(["ready", "flood"]);
  });

  it("keeps the height within bounds", async () => {
    const end = await start();
    for (const height of [10, 500, 1e6]) end.say({ kind: "resize", height });
    await end.settle();
    expect(end.seen).toEqual(["ready", "height 80", "height 500", "height 6000"]);
  });

  it("threat 151: ends when a page is silent, and not while nobody looks at it", async () => {
    let hidden = true;
    let now = 0;
    const end = await start({ now: () => now, isHidden: () => hidden });
    const pass = async (ms: number): Promise<void> => {
      now += ms;
      vi.advanceTimersByTime(ms);
      await end.settle();
    };
    for (let beats = 0; beats < 10; beats++) await pass(bridgeLimits.pingEveryMs);
    expect(end.seen).toEqual(["ready"]);
    hidden = false;
    await pass(bridgeLimits.pingEveryMs);
    const last = end.frames.at(-1);
    end.say({ kind: "pong", beat: last?.kind === "ping" ? last.beat : 0 });
    await end.settle();
    await pass(bridgeLimits.silenceMs);
    expect(end.seen).toEqual(["ready"]);
    await pass(bridgeLimits.pingEveryMs);
    expect(end.seen).toEqual(["ready", "unresponsive"]);
  });

  it("ends when nobody greets", () => {
    const end = open();
    opened.push(end.bridge);
    vi.advanceTimersByTime(bridgeLimits.helloMs);
    expect(end.seen).toEqual(["not_started"]);
  });
});
