import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { PeerClosedError, PeerError } from "./asked-requests.ts";
import type { Channel } from "./channel.ts";
import { createMemoryChannels } from "./memory-channel.ts";
import { createPeer, type Handler, type Peer, type PeerOptions } from "./peer.ts";

const presentError = (error: unknown) => ({ code: -32_000, message: error instanceof Error ? error.message : "?" });

function pair(
  requests: Record<string, Handler>,
  options: Partial<PeerOptions> = {},
): { asker: Peer; answerer: Peer; raw: Channel } {
  const [one, other] = createMemoryChannels();
  const answerer = createPeer({ channel: other, requests: new Map(Object.entries(requests)), presentError });
  return { asker: createPeer({ channel: one, requests: new Map(), presentError, ...options }), answerer, raw: one };
}

describe("a peer", () => {
  it("answers many requests, each with its own result, in any order", async () => {
    const { asker } = pair({ wait: async ({ ms }) => sleep(Number(ms), ms) });
    expect(await Promise.all([30, 5, 20].map((ms) => asker.request("wait", { ms })))).toEqual([30, 5, 20]);
  });

  it("threat 35: finds no method by the name of an object's member", async () => {
    const { asker } = pair({ known: async () => 1 });
    for (const method of ["__proto__", "constructor", "toString", "knоwn"])
      await expect(asker.request(method, {})).rejects.toMatchObject({ code: -32_601 });
  });

  it("passes errors on by code, and what is undefined as null", async () => {
    const { asker } = pair({ fail: () => Promise.reject(new Error("no")), nothing: async () => undefined });
    await expect(asker.request("fail", {})).rejects.toThrow(new PeerError({ code: -32_000, message: "no" }));
    expect(await asker.request("nothing", {})).toBeNull();
  });

  it("tells the other side of a cancelled request and still takes its late answer", async () => {
    const reasons: unknown[] = [];
    const strays: string[] = [];
    const { asker } = pair(
      {
        slow: async (_params, { signal }) => {
          signal.addEventListener("abort", () => reasons.push((signal.reason as Error).name));
          await sleep(30);
          return "late";
        },
      },
      { onStray: () => strays.push("stray") },
    );
    const controller = new AbortController();
    const asking = asker.request("slow", {}, { signal: controller.signal });
    setTimeout(() => controller.abort(new Error("enough")), 5);
    await expect(asking).rejects.toThrow("enough");
    await sleep(50);
    expect(reasons).toEqual(["AbortError"]);
    expect(strays).toEqual([]);
  });

  it("threat 39: aborts at the deadline, clamped to the limits of the wire", async () => {
    const { asker } = pair({
      wait: (_params, { signal }) =>
        new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason as Error))),
    });
    for (const deadlineMs of [20, 0, -1])
      await expect(asker.request("wait", { meta: { deadlineMs } })).rejects.toMatchObject({
        message: "The deadline has passed",
      });
  });

  it("refuses what does not fit into a frame instead of breaking the line", async () => {
    const { asker } = pair({ large: async () => "x".repeat(1_100_000), small: async () => 1 });
    await expect(asker.request("large", {})).rejects.toMatchObject({ code: -32_603 });
    await expect(asker.request("small", { text: "x".repeat(1_100_000) })).rejects.toThrow("larger");
    expect(await asker.request("small", {})).toBe(1);
  });

  it("threat 28: counts answers that nobody waits for", async () => {
    let strays = 0;
    const [one, other] = createMemoryChannels();
    createPeer({ channel: one, requests: new Map(), presentError, onStray: () => strays++ });
    other.write('{"jsonrpc":"2.0","id":7,"result":1}\n');
    await other.flushed();
    expect(strays).toBe(1);
  });

  it("says that it cannot read a line, and ends", async () => {
    const { answerer, raw } = pair({});
    raw.write("no json\n");
    await sleep(20);
    await expect(answerer.request("x", {})).rejects.toThrow(PeerClosedError);
  });

  it("rejects what waits, and aborts what it serves, when the link ends", async () => {
    let aborted = false;
    const { asker, answerer } = pair({
      wait: (_params, { signal }) => new Promise(() => signal.addEventListener("abort", () => (aborted = true))),
    });
    const asking = asker.request("wait", {});
    await sleep(5);
    answerer.close();
    await expect(asking).rejects.toThrow(PeerClosedError);
    expect(aborted).toBe(true);
  });
});
