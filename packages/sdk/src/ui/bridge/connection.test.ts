import { bridgeLimits, readPageFrame, writeFrame, type ConsoleFrame, type PageFrame } from "@hilum/contract/bridge";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { connect, type Connection, type PageWindow } from "./connection.ts";
import { PageError } from "./page-error.ts";

const nonce = "A".repeat(24);
const look = {
  scheme: "light",
  contrast: "system",
  font: "atkinson",
  textSize: 100,
  motion: "system",
  locale: "en-GB",
  timeZone: "UTC",
  tokens: {},
} as const;
const init = {
  version: 1,
  plugin: { id: "com.example.plugin", name: "Example" },
  instance: { id: "default", title: "Example", testMode: false },
  page: "settings",
  title: "Settings",
  look,
  may: [],
};

interface ConsoleEnd {
  connection: Connection;
  said: PageFrame[];
  say(frame: ConsoleFrame): void;
  post(event: { source: unknown; data: unknown; ports: readonly unknown[] }): void;
  parent: object;
}

/** A window and a port that hand on what they get at once; the console's end is the test. */
function open(): ConsoleEnd {
  const parent = {};
  const listeners = new Set<(event: MessageEvent) => void>();
  const page: PageWindow = {
    parent,
    location: { hash: `#nonce=${nonce}` },
    addEventListener: (_, listener) => listeners.add(listener),
    removeEventListener: (_, listener) => listeners.delete(listener),
  };
  const said: PageFrame[] = [];
  let hear: (event: { data: string }) => void = () => undefined;
  const port = {
    postMessage: (text: string) => said.push(readPageFrame(text)),
    addEventListener: (_: string, listener: typeof hear) => (hear = listener),
    start: () => undefined,
  };
  const connection = connect(page);
  const post: ConsoleEnd["post"] = (event) => {
    for (const listener of [...listeners]) listener(event as unknown as MessageEvent);
  };
  const end = { connection, said, post, parent, say: (frame: ConsoleFrame) => hear({ data: writeFrame(frame) }), port };
  return end;
}

const handOver = (end: ConsoleEnd & { port?: unknown }, own = nonce): void =>
  end.post({ source: end.parent, data: { type: "hilum.page-port", version: 1, nonce: own }, ports: [end.port] });

describe("a page's end of the bridge", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it("greets over the port that its own console hands over", () => {
    const end = open();
    handOver(end);
    expect(end.said).toEqual([{ kind: "hello", nonce, version: 1 }]);
    end.say({ kind: "init", init });
    expect(end.connection.init()?.plugin.name).toBe("Example");
  });

  it("threat 142, 143: takes no port from another window, with another nonce, or a second time", () => {
    const end = open();
    const { port } = end as unknown as { port: unknown };
    end.post({ source: {}, data: { type: "hilum.page-port", version: 1, nonce }, ports: [port] });
    handOver(end, "B".repeat(24));
    end.post({ source: end.parent, data: "hilum.page-port", ports: [port] });
    expect(end.said).toEqual([]);
    handOver(end);
    handOver(end);
    expect(end.said).toHaveLength(1);
  });

  it("answers a ping and follows a new look", () => {
    const end = open();
    handOver(end);
    const heard: string[] = [];
    end.connection.subscribe(() => heard.push(end.connection.look()?.scheme ?? ""));
    end.say({ kind: "init", init });
    end.say({ kind: "ping", beat: 4 });
    end.say({ kind: "look", look: { ...look, tokens: {}, scheme: "dark" } });
    expect(end.said.at(-1)).toEqual({ kind: "pong", beat: 4 });
    expect(heard).toEqual(["light", "dark"]);
  });

  it("resolves a call with the result, cut to what the method declares, and rejects it with the console's words", async () => {
    const end = open();
    handOver(end);
    const first = end.connection.call("ui.toast", { text: "x" });
    end.say({ kind: "result", id: 1, result: { done: true, more: 1 } });
    expect(await first).toEqual({ done: true });
    const second = end.connection.call("action", { action: "restart" });
    end.say({ kind: "error", id: 2, error: { code: "page.declined", title: "No" } });
    await expect(second).rejects.toMatchObject({ code: "page.declined", title: "No" });
    const third = end.connection.call("config.read", {});
    end.say({ kind: "result", id: 3, result: { schema: "no" } });
    await expect(third).rejects.toBeInstanceOf(PageError);
  });

  it("waits for a person as long as it takes, and for the console alone no longer than the deadline", async () => {
    const end = open();
    handOver(end);
    const read = end.connection.call("config.read", {});
    const settled: string[] = [];
    void end.connection.call("action", { action: "restart" }).finally(() => settled.push("action"));
    vi.advanceTimersByTime(bridgeLimits.deadlineMs);
    await expect(read).rejects.toMatchObject({ code: "page.gone" });
    expect(settled).toEqual([]);
  });

  it("refuses by itself what is too long, and what is asked before there is a port", async () => {
    const end = open();
    await expect(end.connection.call("config.read", {})).rejects.toMatchObject({ code: "page.gone" });
    handOver(end);
    const values = { note: "x".repeat(bridgeLimits.messageLengthMax) };
    await expect(end.connection.call("config.save", { values, revision: 1 })).rejects.toMatchObject({
      code: "page.invalid",
    });
    expect(end.said).toHaveLength(1);
  });
});
