import { describe, expect, it } from "vitest";
import { createCallStats } from "./call-stats.ts";
import { createCallsInFlight } from "./calls-in-flight.ts";
import { createRestartBudget } from "./restart-budget.ts";
import { createSlots } from "./slots.ts";

describe("slots", () => {
  it("lets in as many as fit, queues a bounded number in order, and refuses the rest", async () => {
    const slots = createSlots({ concurrency: 1, queueMax: 2 });
    expect(slots.enter(1000)).toBeUndefined();
    const order: string[] = [];
    const first = slots.enter(1000)?.then(() => order.push("first"));
    const second = slots.enter(1000)?.then(() => order.push("second"));
    expect(() => slots.enter(1000)).toThrow(expect.objectContaining({ code: "lane.full" }));
    slots.leave();
    slots.leave();
    await Promise.all([first, second]);
    expect(order).toEqual(["first", "second"]);
    expect([slots.inside, slots.waiting]).toEqual([1, 0]);
  });

  it("refuses those who wait past their deadline, and keeps no slot for them", async () => {
    const slots = createSlots({ concurrency: 1, queueMax: 5 });
    void slots.enter(1000);
    const late = expect(slots.enter(50)).rejects.toMatchObject({ code: "lane.full" });
    slots.sweep(51);
    await late;
    slots.leave();
    expect(slots.inside).toBe(0);
    await slots.idle();
  });
});

describe("the restart budget", () => {
  it("doubles the wait with jitter and ends; a plugin that stays up for the window starts afresh", () => {
    const budget = createRestartBudget({ limit: 3, windowMs: 1000, firstDelayMs: 100, random: () => 0.5 });
    expect([budget.spend(0), budget.spend(1), budget.spend(2), budget.spend(3)]).toEqual([75, 150, 300, undefined]);
    expect(budget.spend(1002)).toBe(75);
    const jittered = createRestartBudget({ limit: 3, firstDelayMs: 100, random: () => 0 });
    expect(jittered.spend(0)).toBe(50);
  });
});

describe("call statistics", () => {
  it("tells quantiles within nine per cent in constant memory", () => {
    const stats = createCallStats();
    expect(stats.read()).toEqual({ total: 0, failed: 0 });
    for (let count = 1; count <= 1000; count += 1) stats.add(count / 10, count % 10 === 0);
    const { total, failed, p50Ms = 0, p95Ms = 0 } = stats.read();
    expect([total, failed]).toEqual([1000, 100]);
    expect(Math.abs(p50Ms - 50) / 50).toBeLessThan(0.09);
    expect(Math.abs(p95Ms - 95) / 95).toBeLessThan(0.09);
    stats.add(1e12, true);
    stats.add(0, false);
    expect(stats.read().total).toBe(1002);
  });
});

describe("calls in flight", () => {
  it("threat 53: an attachment belongs to its call, and to nobody once the call is over", () => {
    const calls = createCallsInFlight();
    calls.add("c1", "messages.send", { attachments: [{ id: "b1" }] });
    calls.add("c2", "messages.send", { attachments: [{ id: "b2" }] });
    expect([calls.holdsBlob("c1", "b1"), calls.holdsBlob("c1", "b2"), calls.holdsBlob("c3", "b1")]).toEqual([
      true,
      false,
      false,
    ]);
    calls.remove("c1");
    expect(calls.holdsBlob("c1", "b1")).toBe(false);
  });
});
