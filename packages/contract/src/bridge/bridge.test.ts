import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { operations, timelineKinds } from "../api/index.ts";
import { readConsoleFrame, readPageFrame, writeFrame } from "./frames.ts";
import { bridgeLimits } from "./limits.ts";
import { bridgeMethodNames, bridgeMethods, findMethod } from "./methods.ts";
import { BridgeFault } from "./read.ts";
import { pageDocument, pagePolicy, type ServedPage } from "./served-page.ts";

const call = { kind: "call", id: 1, method: "config.read", params: {} } as const;

describe("a message of a page", () => {
  it("is read as it was written", () => {
    const frames = [
      call,
      { kind: "hello", nonce: "abcdefghijklmnop", version: 1 },
      { kind: "pong", beat: 3 },
      { kind: "resize", height: 420.5 },
      { kind: "leave" },
    ] as const;
    for (const frame of frames) expect(readPageFrame(writeFrame(frame))).toEqual(frame);
  });

  it.each([
    ["an object, whose size nobody knows before it is unpacked", call],
    ["bytes", new ArrayBuffer(8)],
    ["no JSON", "{"],
    ["a list", "[]"],
    ["null", "null"],
    ["no kind", "{}"],
    ["another kind", '{"kind":"init"}'],
    ["a kind of every object", '{"kind":"__proto__"}'],
    ["a member too many", '{"kind":"leave","more":1}'],
    ["no parameters", '{"kind":"call","id":1,"method":"config.read"}'],
    ["an id that is no number", '{"kind":"call","id":"1","method":"config.read","params":{}}'],
    ["a member that changes objects", '{"kind":"call","id":1,"method":"x","params":{"__proto__":{"a":1}}}'],
    ["a short nonce", '{"kind":"hello","nonce":"abc","version":1}'],
    ["a later version", '{"kind":"hello","nonce":"abcdefghijklmnop","version":2}'],
    ["a height that is no number", '{"kind":"resize","height":null}'],
  ])("threat 142: is refused when it is %s", (_, data) => {
    expect(() => readPageFrame(data)).toThrow(BridgeFault);
  });

  it("threat 144: is refused by its length and its depth before it is parsed", () => {
    expect(() => readPageFrame(`"${"x".repeat(bridgeLimits.messageLengthMax)}"`)).toThrow(/longer/);
    expect(() => readPageFrame("[".repeat(100_000))).toThrow(/deeper/);
    expect(() =>
      readPageFrame(JSON.stringify({ kind: "call", id: 1, method: "x", params: { a: "[[[[[[[[[[[[[[[[[[[[" } })),
    ).not.toThrow();
  });

  it("never throws anything but a fault, whatever arrives", () => {
    const only = (data: unknown): boolean => {
      try {
        readPageFrame(data);
        return true;
      } catch (error) {
        return error instanceof BridgeFault;
      }
    };
    fc.assert(fc.property(fc.anything(), only));
    fc.assert(fc.property(fc.json(), only));
    fc.assert(fc.property(fc.json(), (params) => only(`{"kind":"call","id":1,"method":"x","params":${params}}`)));
  });
});

describe("a message of the console", () => {
  it("may say more than a page knows, and that is left out", () => {
    expect(readConsoleFrame('{"kind":"ping","beat":1,"since":2}')).toEqual({ kind: "ping", beat: 1 });
    expect(() => readConsoleFrame('{"kind":"call","id":1,"method":"x","params":{}}')).toThrow(BridgeFault);
  });
});

describe("the methods", () => {
  it("are found by their names alone", () => {
    expect(findMethod("config.read")).toBe("config.read");
    for (const name of ["__proto__", "constructor", "toString", "config.Read", ""])
      expect(findMethod(name)).toBeUndefined();
  });

  it("stand for operations of the HTTP API", () => {
    const ids = new Set<string>(operations.map(({ id }) => id));
    for (const name of bridgeMethodNames) {
      const { operation } = bridgeMethods[name];
      expect(operation === undefined || ids.has(operation)).toBe(true);
    }
  });

  it("threat 145: ask before whatever is not a read", () => {
    const reads = bridgeMethodNames.filter((name) => bridgeMethods[name].asks === "never");
    expect(reads).toEqual(["config.read", "health.read", "messages.list", "setup.read", "ui.toast"]);
    for (const name of bridgeMethodNames) {
      const operation = operations.find(({ id }) => id === bridgeMethods[name].operation);
      if (operation !== undefined && operation.audit === "intent") expect(bridgeMethods[name].asks).not.toBe("never");
    }
  });

  it("take no value of a secret: a secret is only named", () => {
    const read = bridgeMethods["config.save"].params;
    expect(read({ values: { host: "a" }, revision: 1, secrets: ["token"] }, "")).toMatchObject({ secrets: ["token"] });
    expect(() => read({ values: {}, revision: 1, secrets: { token: "x" } }, "")).toThrow(BridgeFault);
  });

  it("threat 152: answer with nothing beyond what is declared", () => {
    const row = {
      id: "01J",
      channel: "sms",
      state: "dead",
      testMode: false,
      createdAt: "2026-03-02T08:00:00.000Z",
      updatedAt: "2026-03-02T08:00:00.000Z",
      recipient: "•••• 2345",
      moreRecipients: 0,
      attempts: 1,
      maybeSentTwice: false,
    };
    const extra = { createdBy: "user:ana", problem: "Jane Doe is not known", plugin: "com.example.other" };
    expect(bridgeMethods["messages.list"].result({ items: [{ ...row, ...extra }], counts: { dead: 1 } }, "")).toEqual({
      items: [row],
    });
    const config = { schema: null, values: {}, defaults: {}, secrets: {}, revision: 1, testMode: false, problems: [] };
    expect(
      bridgeMethods["config.read"].result(
        { ...config, savedBy: "user:ana", secrets: { token: { setAt: "2026", setBy: "user:ana" } } },
        "",
      ),
    ).toEqual({ ...config, secrets: { token: { setAt: "2026" } } });
    const step = {
      at: "2026",
      kind: timelineKinds[0],
      detail: "Jane Doe",
      reply: "550 jane@example.org",
      actor: "user:ana",
    };
    expect(bridgeMethods["messages.read"].result({ message: row, timeline: [step] }, "")).toEqual({
      message: row,
      timeline: [{ at: "2026", kind: "accepted" }],
    });
  });
});

describe("a page as it is served", () => {
  const page: ServedPage = {
    origin: "https://localhost:8443",
    folder: `/plugin-ui/com.example.plugin/${"a".repeat(64)}`,
    title: `Map <of> "them"`,
    scriptIntegrity: "sha384-abc",
    frameStyle: "/plugin-ui/frame/1/frame.css",
    fonts: ["/plugin-ui/frame/1/next.woff2"],
  };

  it("threat 140: names each of its files and nothing else", () => {
    const policy = pagePolicy({ ...page, styleIntegrity: "sha384-def" });
    expect(policy).toBe(
      "sandbox allow-scripts; default-src 'none'; " +
        `script-src https://localhost:8443/plugin-ui/com.example.plugin/${"a".repeat(64)}/page.js; ` +
        `style-src https://localhost:8443/plugin-ui/frame/1/frame.css https://localhost:8443/plugin-ui/com.example.plugin/${"a".repeat(64)}/page.css; ` +
        "font-src https://localhost:8443/plugin-ui/frame/1/next.woff2; img-src data: blob:; connect-src 'none'; frame-src 'none'; " +
        "worker-src 'none'; form-action 'none'; base-uri 'none'; frame-ancestors https://localhost:8443",
    );
    expect(pagePolicy({ ...page, fonts: [] })).toContain("font-src 'none'");
  });

  it("writes its title as text", () => {
    expect(pageDocument(page)).toContain("<title>Map &lt;of&gt; &quot;them&quot;</title>");
    expect(pageDocument(page)).not.toContain("page.css");
  });
});
