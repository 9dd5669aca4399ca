import { expect, it } from "vitest";
import { createKeyRing, ringMs, type HeldKey } from "./key-ring.ts";

const held = (id: string) => ({ key: { id }, file: { title: id } }) as unknown as HeldKey;

function withTimers() {
  const timers: { act: () => void; ms: number; off: boolean }[] = [];
  const ring = createKeyRing({
    later: (act, ms) => timers[timers.push({ act, ms, off: false }) - 1],
    never: (timer) => {
      if (timer !== undefined) (timer as { off: boolean }).off = true;
    },
  });
  return { ring, timers };
}

it("holds a key once, however often it is opened", () => {
  const { ring } = withTimers();
  ring.hold(held("a"));
  ring.hold(held("b"));
  ring.hold(held("a"));
  expect(ring.read().map(({ key }) => key.id)).toEqual(["b", "a"]);
  ring.letGo("b");
  expect(ring.read().map(({ key }) => key.id)).toEqual(["a"]);
});

it("lets all keys go after a quarter of an hour without use, counted from the last use", () => {
  const { ring, timers } = withTimers();
  ring.hold(held("a"));
  ring.used();
  expect(timers.map(({ ms, off }) => [ms, off])).toEqual([
    [ringMs, true],
    [ringMs, false],
  ]);
  timers[1]?.act();
  expect(ring.read()).toEqual([]);
});

it("tells who shows the keys", () => {
  const { ring } = withTimers();
  let told = 0;
  const stop = ring.subscribe(() => (told += 1));
  ring.hold(held("a"));
  ring.clear();
  stop();
  ring.hold(held("b"));
  expect(told).toBe(2);
});
