import { HilumError } from "@hilum/contract";
import { describe, expect, it } from "vitest";
import { createReadyPair, createWirePair } from "../test-support/wire-pair.ts";
import type { IncomingCall } from "./incoming-calls.ts";

const fault = (name: string) => ({ kind: "protocol", fault: name });

describe("a connection", () => {
  it("sends the requests of one tick in one write and pairs answers in any order", async () => {
    const { connection, heard, sayFrame } = await createReadyPair();
    const answers = [connection.request("a", { n: 1 }, 1000), connection.request("b", { n: 2 }, 1000)];
    const [first, second] = await heard();
    expect(second).toMatchObject({ method: "b", params: { n: 2 } });
    await sayFrame({ id: second?.["id"], result: "two" });
    await sayFrame({ id: first?.["id"], result: "one" });
    await expect(Promise.all(answers)).resolves.toEqual(["one", "two"]);
  });

  it("threat 36: refuses what comes before the handshake, and a second one from either side", async () => {
    const early = createWirePair();
    await early.sayFrame({ id: 1, method: "state.get", params: { key: "k" } });
    expect(early.reason()).toMatchObject(fault("handshake"));
    const { connection, sayFrame, reason } = await createReadyPair();
    await expect(connection.initialize({}, 1000)).rejects.toMatchObject({ code: "plugin.protocol" });
    await sayFrame({ id: 1, method: "initialize", params: {} });
    expect(reason()).toMatchObject(fault("handshake"));
  });

  it("threat 36: refuses another version, and a request before the answer", async () => {
    const { connection, heard, sayFrame, reason } = createWirePair();
    await expect(connection.request("a", {}, 1000)).rejects.toMatchObject({ code: "plugin.not_running" });
    const ready = connection.initialize({}, 1000);
    const refused = expect(ready).rejects.toMatchObject({ code: "plugin.bad_reply" });
    const [question] = await heard();
    await sayFrame({ id: question?.["id"], result: { protocol: "0", methods: [] } });
    await refused;
    expect(reason()).toMatchObject(fault("version"));
  });

  it("gives up a handshake that is not answered in time", async () => {
    const { connection, ticker } = createWirePair();
    const ready = expect(connection.initialize({}, 500)).rejects.toMatchObject({ code: "plugin.timeout" });
    ticker.advance(501);
    await ready;
  });

  it("ends a handshake that the host has given up, before or while it is asked", async () => {
    const [before, during] = [createWirePair(), createWirePair()];
    before.connection.close({ kind: "host", why: "stopped" });
    await expect(before.connection.initialize({}, 500)).rejects.toMatchObject({ code: "plugin.killed" });
    const ready = expect(during.connection.initialize({}, 500)).rejects.toMatchObject({ code: "plugin.killed" });
    during.connection.close({ kind: "host", why: "stopped" });
    await ready;
  });

  it("threat 27: an id in use again is a breach", async () => {
    const served = { requests: new Map([["state.get", () => new Promise(() => {})]]) };
    const { sayFrame, reason } = await createReadyPair({ served });
    await sayFrame({ id: 1, method: "state.get", params: {} });
    await sayFrame({ id: 1, method: "state.get", params: {} });
    expect(reason()).toMatchObject(fault("id_reused"));
  });

  it("threat 28: answers to what was never asked are counted, and the link ends", async () => {
    const { sayFrame, reason, connection, heard } = await createReadyPair({ limits: { strayAnswersMax: 3 } });
    const answer = connection.request("a", {}, 1000);
    const [question] = await heard();
    for (const id of [99, "7", 1000]) await sayFrame({ id, result: null });
    await sayFrame({ id: question?.["id"], result: "still" });
    await expect(answer).resolves.toBe("still");
    await sayFrame({ id: question?.["id"], result: "again" });
    expect(reason()).toMatchObject(fault("stray_answers"));
  });

  it("threat 29: an answer on one connection settles nothing on another", async () => {
    const [one, other] = [await createReadyPair(), await createReadyPair()];
    const answer = one.connection.request("a", {}, 1000);
    const [question] = await one.heard();
    await other.sayFrame({ id: question?.["id"], result: "forged" });
    await one.sayFrame({ id: question?.["id"], result: "mine" });
    await expect(answer).resolves.toBe("mine");
  });

  it("ends a call at its deadline, tells the plugin, and takes the late answer for what it is", async () => {
    const { connection, ticker, heard, sayFrame, reason } = await createReadyPair({ limits: { strayAnswersMax: 0 } });
    const answer = expect(connection.request("a", {}, 100)).rejects.toMatchObject({ code: "plugin.timeout" });
    const [question] = await heard();
    ticker.advance(101);
    await answer;
    expect(await heard()).toEqual([{ jsonrpc: "2.0", method: "$/cancel", params: { id: question?.["id"] } }]);
    await sayFrame({ id: question?.["id"], result: "late" });
    expect(reason()).toBeUndefined();
  });

  it("threat 30: drops what is over the rate, answers requests with `full`, and reports a count", async () => {
    let taken = 0;
    const served = { notifications: new Map([["log", () => void (taken += 1)]]) };
    const { say, sayFrame, heard, ticker, dropped } = await createReadyPair({
      served,
      limits: { messagesPerSecond: 10, messagesBurst: 20 },
    });
    await say(`${JSON.stringify({ jsonrpc: "2.0", method: "log", params: {} })}\n`.repeat(100));
    await sayFrame({ id: 1, method: "state.get", params: {} });
    expect(taken).toBe(20);
    expect(await heard()).toMatchObject([{ id: 1, error: { code: -32003 } }]);
    ticker.advance(2000);
    expect(dropped).toEqual([81]);
  });

  it("threat 30: reads no more of a flood than a bounded number of messages per tick", async () => {
    const { say, ticker, dropped } = await createReadyPair({ limits: { messagesPerSecond: 1, messagesBurst: 1 } });
    for (let chunk = 0; chunk < 40; chunk += 1)
      void say(`${JSON.stringify({ jsonrpc: "2.0", method: "log", params: {} })}\n`.repeat(100));
    await say("");
    ticker.advance(1500);
    expect(dropped[0]).toBeGreaterThanOrEqual(500);
    expect(dropped[0]).toBeLessThan(2000);
  });

  it("threat 31: a frame that is not brought to its end is a breach, however long it keeps coming", async () => {
    const { say, ticker, reason } = await createReadyPair();
    for (let second = 0; second < 13 && reason() === undefined; second += 1) {
      await say("x".repeat(4096));
      ticker.advance(1000);
    }
    expect(reason()).toMatchObject(fault("frame_too_slow"));
  });

  it("threat 32: a byte now and then is too slow", async () => {
    const { say, ticker, reason } = await createReadyPair();
    await say("{");
    ticker.advance(20);
    await say(" ");
    ticker.advance(1500);
    expect(reason()).toMatchObject(fault("frame_too_slow"));
  });

  it("threat 31: a busy link that always has part of a frame in hand is no breach", async () => {
    const { sayFrame, say, ticker, reason } = await createReadyPair({
      served: { notifications: new Map([["log", () => {}]]) },
    });
    for (let turn = 0; turn < 20; turn += 1) {
      await say('{"jsonrpc":"2.0",');
      ticker.advance(900);
      await say('"method":"log"}\n');
      await sayFrame({ method: "log" });
    }
    expect(reason()).toBeUndefined();
  });

  it("threat 33: gives a plugin that does not read no more work, and then ends the link", async () => {
    const { connection, ticker, reason } = await createReadyPair({ limits: { outboundBytesMax: 10_000 } });
    const lost = expect(connection.request("a", { text: "x".repeat(8000) }, 60_000)).rejects.toMatchObject({
      code: "plugin.link_lost",
    });
    await new Promise((resolve) => setImmediate(resolve));
    ticker.advance(20);
    expect(connection.writable).toBe(false);
    expect(reason()).toBeUndefined();
    ticker.advance(10_001);
    expect(reason()).toMatchObject(fault("slow_reader"));
    await lost;
  });

  it("threat 33: ends the link at once when the queue is full, and takes work again when it is read", async () => {
    const slow = await createReadyPair({ limits: { outboundBytesMax: 10_000 } });
    const lost = expect(slow.connection.request("a", { text: "x".repeat(20_000) }, 60_000)).rejects.toMatchObject({
      code: "plugin.link_lost",
    });
    await new Promise((resolve) => setImmediate(resolve));
    slow.ticker.advance(20);
    expect(slow.reason()).toMatchObject(fault("slow_reader"));
    await lost;
    const late = await createReadyPair({ limits: { outboundBytesMax: 10_000 } });
    late.connection.request("a", { text: "x".repeat(8000) }, 60_000).catch(() => undefined);
    await new Promise((resolve) => setImmediate(resolve));
    late.ticker.advance(20);
    late.toPlugin.resume();
    await new Promise((resolve) => setTimeout(resolve, 20));
    late.ticker.advance(20);
    expect(late.connection.writable).toBe(true);
  });

  it("threat 35: dispatches by a map: a name that objects know is not found", async () => {
    const { sayFrame, heard } = await createReadyPair({
      served: { requests: new Map([["state.get", async () => "value"]]) },
    });
    for (const method of ["__proto__", "toString", "state.gеt", "State.get"])
      await sayFrame({ id: method, method, params: {} });
    expect(await heard()).toEqual(
      ["__proto__", "toString", "state.gеt", "State.get"].map((id) =>
        expect.objectContaining({ id, error: { code: -32601, message: "There is no such method" } }),
      ),
    );
  });

  it("threat 38: cancels only what this plugin asked, and an unknown id does nothing", async () => {
    const calls: IncomingCall[] = [];
    const served = {
      requests: new Map([
        ["blobs.read", (_params: object, call: IncomingCall) => new Promise(() => void calls.push(call))],
      ]),
    };
    const [one, other] = [await createReadyPair({ served }), await createReadyPair({ served })];
    await one.sayFrame({ id: 1, method: "blobs.read", params: {} });
    await other.sayFrame({ method: "$/cancel", params: { id: 1 } });
    expect(calls[0]?.cancelled).toBe(false);
    await one.sayFrame({ method: "$/cancel", params: { id: 2 } });
    await one.sayFrame({ method: "$/cancel", params: { id: 1 } });
    expect(calls[0]?.cancelled).toBe(true);
    expect(calls[0]?.signal.aborted).toBe(true);
  });

  it("bounds the requests that one plugin may have unanswered", async () => {
    const served = { requests: new Map([["state.get", () => new Promise(() => {})]]) };
    const { sayFrame, heard, connection } = await createReadyPair({ served, limits: { inFlightMax: 2 } });
    for (const id of [1, 2, 3]) await sayFrame({ id, method: "state.get", params: {} });
    expect(await heard()).toMatchObject([{ id: 3, error: { code: -32003 } }]);
    for (let count = 0; count < 2; count += 1) connection.request("a", {}, 1000).catch(() => undefined);
    await expect(connection.request("a", {}, 1000)).rejects.toMatchObject({ code: "lane.full" });
  });

  it("answers a failure of the host in the catalogue's words, with the place and without the cause", async () => {
    const fail = async (): Promise<never> => {
      throw new HilumError("request.invalid", {
        detail: "inner",
        cause: new Error("secret"),
        problems: [{ pointer: "/key", message: "it is a string" }],
      });
    };
    const { sayFrame, heard } = await createReadyPair({
      served: {
        requests: new Map([
          ["state.get", fail],
          ["state.put", () => Promise.reject(new Error("secret"))],
        ]),
      },
    });
    await sayFrame({ id: 1, method: "state.get", params: {} });
    await sayFrame({ id: 2, method: "state.put", params: {} });
    const [first, second] = await heard();
    expect(first).toMatchObject({
      error: {
        code: -32602,
        data: { code: "request.invalid", problems: [{ pointer: "/key", message: "it is a string" }] },
      },
    });
    expect(second).toMatchObject({ error: { code: -32603, data: { code: "server.internal" } } });
    expect(JSON.stringify([first, second])).not.toContain("secret");
  });

  it("tells a lost link from one that the host cut", async () => {
    const [lost, cut] = [await createReadyPair(), await createReadyPair()];
    const one = expect(lost.connection.request("a", {}, 1000)).rejects.toMatchObject({ code: "plugin.link_lost" });
    const other = expect(cut.connection.request("a", {}, 1000)).rejects.toMatchObject({ code: "plugin.killed" });
    await lost.say("not json\n");
    cut.connection.close({ kind: "host", why: "revoked" });
    await Promise.all([one, other]);
    expect(lost.reason()).toMatchObject(fault("not_json"));
  });

  it("refuses a call that does not fit a frame, and nothing else happens", async () => {
    const { connection, reason } = await createReadyPair();
    await expect(connection.request("a", { text: "x".repeat(1_100_000) }, 1000)).rejects.toMatchObject({
      code: "blob.too_large",
    });
    expect(reason()).toBeUndefined();
  });
});
