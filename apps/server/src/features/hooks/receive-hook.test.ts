import { Readable } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import type { Context } from "@hilum/contract";
import type { NewHookDelivery } from "@hilum/store";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createBuckets, createCounts } from "./buckets.ts";
import { readBody } from "./read-body.ts";
import { createHookReceiver, type HookLimits, type ReceiverParts } from "./receive-hook.ts";

const hook = {
  id: "push",
  title: "Push",
  signature: { scheme: "twilio", secret: "token" },
} as const;
const context = { now: () => new Date("2026-03-02T08:00:00Z") } as Context;

/** A receiver whose deliveries go nowhere, with the clock in the test's hand. */
function createReceiver(limits: Partial<HookLimits> = {}) {
  const rows: NewHookDelivery[] = [];
  const clock = { ms: 0 };
  const manifest = { id: "com.example.p", name: "P", capabilities: ["send_messages"], ingress: { http: [hook] } };
  const store = {
    plugins: { find: async (id: string) => (id === "com.example.p" ? { manifest } : undefined) },
    instances: { find: async () => ({}) },
    settings: {},
    hooks: { add: async (row: NewHookDelivery) => void rows.push(row) },
  } as unknown as ReceiverParts["store"];
  const receive = createHookReceiver({
    store,
    take: async (_context, _found, { body }) => ({ row: { bytes: body.length } as NewHookDelivery }),
    publicUrl: () => "https://localhost:8443",
    limits: { bodyTimeoutMs: 60, ...limits },
    now: () => clock.ms,
  });
  const call = (options: { address?: string; path?: string; bytes?: Readable; length?: string } = {}) =>
    receive(context, {
      params: { plugin: "com.example.p", instance: "default", path: options.path ?? "push" },
      target: "/hooks/com.example.p/default/push",
      headers: options.length === undefined ? {} : { "content-length": options.length },
      bytes: options.bytes ?? Readable.from([Buffer.from("{}")]),
      peer: { address: options.address ?? "203.0.113.1" },
    }).then(
      () => "taken",
      (error: { code: string }) => error.code,
    );
  return { call, rows, clock };
}

const count = (answers: readonly string[], code: string): number => answers.filter((answer) => answer === code).length;
const many = <T>(times: number, make: (index: number) => Promise<T>): Promise<T[]> =>
  Promise.all(Array.from({ length: times }, (_, index) => make(index)));

describe("the entrance of webhooks", () => {
  it("threat 30, 196: slows a flood from one address, keeps one row of it, and lets others in", async () => {
    const { call, rows, clock } = createReceiver({ addressPerSecond: 10, addressBurst: 20, addressAtOnce: 1000 });
    const answers = await many(500, () => call());
    expect([count(answers, "taken"), count(answers, "request.too_many")]).toEqual([20, 480]);
    expect(rows.map(({ verdict, status }) => [verdict, status])).toEqual([["busy", 429]]);
    expect(await call({ address: "203.0.113.2" })).toBe("taken");
    clock.ms += 1500;
    expect(await call()).toBe("taken");
  });

  it("slows a flood of one hook from many addresses", async () => {
    const { call, rows } = createReceiver({ hookPerSecond: 10, hookBurst: 30, atOnce: 1000 });
    const answers = await many(100, (index) => call({ address: `203.0.113.${index}` }));
    expect([count(answers, "taken"), count(answers, "request.too_many")]).toEqual([30, 70]);
    expect(rows).toHaveLength(1);
  });

  it("slows who looks for hooks by guessing", async () => {
    const { call, rows } = createReceiver({ addressPerSecond: 10, addressBurst: 20 });
    const answers = await many(50, (index) => call({ path: `guess-${index}` }));
    expect([count(answers, "request.not_found"), count(answers, "request.too_many")]).toEqual([20, 30]);
    expect(rows).toEqual([]);
  });

  it("threat 31, 173: ends a body that comes too slowly, and keeps room for others meanwhile", async () => {
    const { call, rows } = createReceiver({ addressAtOnce: 2, atOnce: 3 });
    const drip = (): Readable => Readable.from(dripping());
    const slow = many(3, (index) => call({ bytes: drip(), address: index === 2 ? "203.0.113.9" : "203.0.113.1" }));
    await sleep(20);
    expect(await call()).toBe("request.too_many");
    expect(await call({ address: "203.0.113.5" })).toBe("request.too_many");
    expect(await slow).toEqual(["request.too_slow", "request.too_slow", "request.too_slow"]);
    expect(await call()).toBe("taken");
    expect(rows.map(({ verdict, reason }) => [verdict, reason])).toEqual([["busy", "at_once"]]);
  });

  it("does not read a body whose length is told and too large", async () => {
    let read = 0;
    const bytes = Readable.from(
      (async function* () {
        read += 1;
        yield Buffer.alloc(10);
      })(),
    );
    const { call, rows } = createReceiver();
    expect(await call({ bytes, length: "65537" })).toBe("request.body_too_large");
    expect(await call({ bytes, length: "NaN" })).toBe("request.body_too_large");
    expect(read).toBe(0);
    expect(rows.map(({ verdict, bytes: length }) => [verdict, length])).toEqual([["too_large", 0]]);
  });
});

async function* dripping(): AsyncGenerator<Buffer> {
  for (;;) {
    await sleep(10);
    yield Buffer.from("x");
  }
}

describe("a body", () => {
  it("is read whole up to its limit and refused beyond it, however it is cut", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 8 }),
        fc.integer({ min: 0, max: 200 }),
        async (parts, bytesMax) => {
          const whole = Buffer.concat(parts);
          const reading = readBody(Readable.from(parts.map((part) => Buffer.from(part))), undefined, {
            bytesMax,
            timeoutMs: 1000,
          });
          if (whole.length <= bytesMax) expect(await reading).toEqual(whole);
          else await expect(reading).rejects.toMatchObject({ code: "request.body_too_large" });
        },
      ),
    );
  });

  it("that breaks off in the middle is no body", async () => {
    const broken = Readable.from(
      (async function* () {
        yield Buffer.from("half");
        throw new Error("gone");
      })(),
    );
    await expect(readBody(broken, undefined, { bytesMax: 100, timeoutMs: 1000 })).rejects.toMatchObject({
      code: "request.too_slow",
    });
  });
});

describe("counts", () => {
  it("forget the oldest name when too many were made up, and names that nobody uses", () => {
    const buckets = createBuckets({ perSecond: 1, burst: 1, namesMax: 2 });
    expect(["a", "a", "b", "c", "a"].map((name) => buckets.take(name, 0))).toEqual([true, false, true, true, true]);
    const counts = createCounts(1);
    expect([counts.enter("a"), counts.enter("a"), counts.enter("b")]).toEqual([true, false, true]);
    counts.leave("a");
    expect(counts.enter("a")).toBe(true);
  });
});
