import { get } from "node:https";
import { requires } from "@hilum/testkit";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { beginPlugin, begun } from "../../../test-support/begun-plugin.ts";
import { mailbox, someEmail, waitForState, waitUntil } from "../../../test-support/practice.ts";
import type { TestClient } from "../../../test-support/test-client.ts";
import { startTestServer, type TestServer } from "../../../test-support/test-server.ts";

const canary = { to: "zora.quimby@example.org", subject: "Biopsy of Zora Quimby", text: "Zora, the result is C50.9." };
const leaks = /zora|quimby|biopsy|c50\.9/i;

describe.skipIf(!requires("bubblewrap").available)("the wire inspector", () => {
  let server: TestServer;
  let ana: TestClient;
  beforeAll(async () => {
    server = await startTestServer();
    ana = await server.as("administrator");
    await beginPlugin(ana);
  });
  afterAll(() => server.close());

  const send = async (): Promise<string> => {
    const { id } = await ana.ok("sendMessage", { body: someEmail(canary) });
    await waitForState(ana, id, "sent");
    return id;
  };
  const frames = (query: object = {}) => ana.ok("listFrames", { params: begun, query });

  it("is off by default, and keeps nothing of before", async () => {
    await send();
    expect(await ana.ok("getWireInspector", { params: begun })).toMatchObject({ on: false, frames: 0, running: true });
    for (const id of ["listFrames", "tailFrames"] as const)
      expect((await ana.call(id, { params: begun })).problem().code).toBe("wire.off");
    expect((await ana.call("replayFrame", { params: { ...begun, frame: 1 } })).problem().code).toBe("wire.off");
    const started = await ana.ok("startWireInspector", { params: begun, body: { minutes: 5 } });
    expect(started).toMatchObject({ on: true, frames: 0, startedBy: "user:ana" });
    expect((await frames()).items).toEqual([]);
  });

  it("shows what passes, and nothing of whom it is about", async () => {
    await send();
    const { items } = await frames();
    expect(items.map(({ direction, kind, method }) => `${direction} ${kind} ${method}`)).toEqual(
      expect.arrayContaining([
        "to_plugin request messages.send",
        "from_plugin notification log",
        "from_plugin result messages.send",
      ]),
    );
    const answered = items.find(({ kind, method }) => kind === "result" && method === "messages.send");
    expect(answered).toMatchObject({
      durationMs: expect.any(Number),
      size: expect.any(Number),
      body: { outcome: "accepted" },
    });
    expect(JSON.stringify(items)).not.toMatch(leaks);
  });

  it("shows a handshake without the settings", async () => {
    await ana.ok("restartInstance", { params: begun });
    const { items } = await frames({ method: "initialize", direction: "to_plugin" });
    expect(items).toMatchObject([
      { body: { protocol: "1", settings: { sender: "••••" } }, replayable: false, notReplayable: "method" },
    ]);
  });

  it("lists from a place on, and no more than is asked for", async () => {
    const { items } = await frames();
    const [first, second] = items;
    expect((await frames({ after: first?.number ?? 0, limit: 1 })).items).toEqual([second]);
    expect((await frames({ limit: 2 })).items).toEqual(items.slice(-2));
  });

  it("hands a request over again, in the person's name, and shows the answer masked", async () => {
    await send();
    const { items } = await frames({ method: "messages.send", direction: "to_plugin" });
    const number = items.at(-1)?.number ?? 0;
    const replayed = await ana.ok("replayFrame", { params: { ...begun, frame: number } });
    expect(replayed).toMatchObject({ method: "messages.send", outcome: "answered", answer: { outcome: "accepted" } });
    expect(JSON.stringify(replayed)).not.toMatch(leaks);
    const entries = await waitUntil(
      "the entries",
      async () => (await ana.ok("searchAudit", { query: { actor: "user:ana", action: "messages.send" } })).items,
      (found) => found.length > 0,
    );
    expect(entries[0]).toMatchObject({ plugin: begun.plugin });
  });

  it("hands over no answer, nothing that is not kept, and no message outside of test mode", async () => {
    const { items } = await frames();
    const refusal = async (frame: number) =>
      (await ana.call("replayFrame", { params: { ...begun, frame } })).problem().code;
    const result = items.find(({ kind }) => kind === "result")?.number ?? 0;
    expect(await refusal(result)).toBe("frame.not_replayable");
    expect(await refusal(999_999)).toBe("frame.not_found");
    const { revision } = await ana.ok("getSettings", { params: begun });
    await ana.ok("saveSettings", { params: begun, body: { values: {}, revision, testMode: false } });
    const message = items.find(({ replayable, method }) => replayable && method === "messages.send")?.number ?? 0;
    expect(await refusal(message)).toBe("frame.not_replayable");
    await ana.ok("saveSettings", { params: begun, body: { values: {}, revision: revision + 1, testMode: true } });
  });

  it("follows live, and ends when somebody stops it", async () => {
    const seen: string[] = [];
    const ended = new Promise<void>((resolve, reject) => {
      const headers = {
        cookie: ana.cookie,
        origin: server.origin,
        "sec-fetch-site": "same-origin",
        "x-hilum-console": "1",
      };
      const path = `${server.origin}/api/v1/plugins/${begun.plugin}/wire/stream?method=messages.send`;
      get(path, { ca: server.ca, headers, agent: false }, (stream) => {
        stream.on("data", (part: Buffer) => seen.push(part.toString("utf8")));
        stream.on("end", resolve);
      }).once("error", reject);
    });
    await waitUntil(
      "the stream",
      async () => seen.length,
      (count) => count > 0,
    );
    await send();
    await waitUntil(
      "two frames",
      async () => seen.join("").match(/event: frame/g)?.length ?? 0,
      (count) => count >= 2,
    );
    expect(await ana.ok("stopWireInspector", { params: begun })).toMatchObject({ on: false, frames: 0 });
    await ended;
    expect(seen.join("")).toContain("event: end");
    expect(seen.join("")).not.toMatch(leaks);
  });

  it("is not for Hilum's own code", async () => {
    await ana.ok("addIncludedPlugin", { params: mailbox });
    const answer = await ana.call("startWireInspector", { params: mailbox, body: { minutes: 1 } });
    expect(answer.problem().code).toBe("instance.wrong_state");
  });
});
