import fc from "fast-check";
import { expect, it } from "vitest";
import { createCircuits, failuresMax, restMs, windowMs } from "./circuits.ts";

const key = { plugin: "org.example.sms", instance: "default" };
const other = { plugin: "org.example.sms", instance: "second" };

function circuitsAt(): { circuits: ReturnType<typeof createCircuits>; pass(ms: number): void; now(): number } {
  let now = 1_000_000;
  return { circuits: createCircuits(() => now), pass: (ms) => void (now += ms), now: () => now };
}
/** Asks if it may; answers when to look again where it may not. */
const ask = (circuits: ReturnType<typeof createCircuits>, whom = key): number | undefined => {
  const until = circuits.closedUntil(whom);
  if (until === undefined) circuits.begin(whom);
  return until;
};
const fail = (circuits: ReturnType<typeof createCircuits>, times: number): void => {
  for (let count = 0; count < times; count++) {
    ask(circuits);
    circuits.settle(key, "fails");
  }
};

it("leaves a provider alone for half a minute after five failures within one", () => {
  const { circuits, now } = circuitsAt();
  fail(circuits, failuresMax - 1);
  expect(circuits.read(key)).toEqual({ state: "closed", failures: 4, rehearsed: false });
  expect(ask(circuits)).toBeUndefined();
  circuits.settle(key, "fails");
  expect(circuits.read(key)).toEqual({ state: "open", failures: 5, until: now() + restMs, rehearsed: false });
  expect(ask(circuits)).toBe(now() + restMs);
  expect(ask(circuits, other)).toBeUndefined();
});

it("forgets failures that are older than a minute, and all of them at a success", () => {
  const { circuits, pass } = circuitsAt();
  fail(circuits, failuresMax - 1);
  pass(windowMs);
  fail(circuits, failuresMax - 1);
  expect(circuits.read(key)).toMatchObject({ state: "closed", failures: 4 });
  circuits.settle(key, "works");
  fail(circuits, failuresMax - 1);
  expect(circuits.read(key).state).toBe("closed");
});

it("does not count what says nothing of the provider", () => {
  const { circuits } = circuitsAt();
  for (let count = 0; count < 20; count++) circuits.settle(key, "nothing");
  expect(circuits.read(key)).toMatchObject({ state: "closed", failures: 0 });
});

it("lets one message at a time try it after the rest, and opens or closes by how that went", () => {
  const { circuits, pass, now } = circuitsAt();
  fail(circuits, failuresMax);
  pass(restMs);
  expect(circuits.read(key).state).toBe("probing");
  expect(ask(circuits)).toBeUndefined();
  expect(ask(circuits)).toBeGreaterThan(now());
  circuits.settle(key, "fails");
  expect(circuits.read(key)).toMatchObject({ state: "open", until: now() + restMs });
  pass(restMs);
  expect(ask(circuits)).toBeUndefined();
  circuits.settle(key, "works");
  expect(circuits.read(key)).toMatchObject({ state: "closed", failures: 0 });
});

it("gives the probe to the next when the one that had it says nothing, or never comes back", () => {
  const { circuits, pass } = circuitsAt();
  fail(circuits, failuresMax);
  pass(restMs);
  expect(ask(circuits)).toBeUndefined();
  circuits.settle(key, "nothing");
  expect(ask(circuits)).toBeUndefined();
  pass(90_000);
  expect(ask(circuits)).toBeUndefined();
});

it("does not rest longer because answers of before come late, and closes at a late success", () => {
  const { circuits, pass, now } = circuitsAt();
  fail(circuits, failuresMax);
  const until = now() + restMs;
  pass(10_000);
  circuits.settle(key, "fails");
  expect(circuits.read(key).until).toBe(until);
  circuits.settle(key, "works");
  expect(circuits.read(key).state).toBe("closed");
});

it("asks again at once when a person wants it or the instance starts anew", () => {
  const { circuits } = circuitsAt();
  fail(circuits, failuresMax);
  circuits.probeNow(key);
  expect(circuits.read(key).state).toBe("probing");
  expect(ask(circuits)).toBeUndefined();
  fail(circuits, failuresMax);
  circuits.reset(key);
  expect(circuits.read(key)).toMatchObject({ state: "closed", failures: 0 });
});

it("keeps a rehearsal for its time, whatever comes back meanwhile", () => {
  const { circuits, pass, now } = circuitsAt();
  circuits.rehearse(key, 60_000);
  circuits.settle(key, "works");
  expect(circuits.read(key)).toEqual({ state: "open", failures: 0, until: now() + 60_000, rehearsed: true });
  pass(60_000);
  expect(ask(circuits)).toBeUndefined();
  circuits.settle(key, "works");
  expect(circuits.read(key).state).toBe("closed");
});

it("never keeps a provider away for ever, whatever happened before", () => {
  const step = fc.oneof(
    fc.record({ act: fc.constant("ask" as const) }),
    fc.record({ act: fc.constant("settle" as const), verdict: fc.constantFrom("works", "fails", "nothing") }),
    fc.record({ act: fc.constant("pass" as const), ms: fc.integer({ min: 1, max: 40_000 }) }),
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const { circuits, pass, now } = circuitsAt();
      for (const next of steps) {
        if (next.act === "pass") pass(next.ms);
        if (next.act === "ask") expect(ask(circuits) ?? now() + 1).toBeGreaterThan(now());
        if (next.act === "settle") circuits.settle(key, next.verdict);
      }
      pass(restMs + 90_000);
      expect(ask(circuits)).toBeUndefined();
    }),
  );
});
