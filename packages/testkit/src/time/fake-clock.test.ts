import { expect, it } from "vitest";
import { createFakeClock } from "./fake-clock.ts";

it("stands still until it is advanced", async () => {
  const clock = createFakeClock({ now: 1_000 });
  expect(clock.now()).toBe(1_000);
  await clock.advance(250);
  expect(clock.now()).toBe(1_250);
  expect(clock.date().toISOString()).toBe("1970-01-01T00:00:01.250Z");
});

it("wakes sleepers in the order they are due, each at its own time", async () => {
  const clock = createFakeClock({ now: 0 });
  const woken: string[] = [];
  const nap = async (name: string, durationMs: number): Promise<void> => {
    await clock.sleep(durationMs);
    woken.push(`${name}@${clock.now()}`);
  };
  void nap("late", 300);
  void nap("early", 100);
  await clock.advance(299);
  expect(woken).toEqual(["early@100"]);
  await clock.advance(1);
  expect(woken).toEqual(["early@100", "late@300"]);
});

it("wakes a sleeper that lies down again within one advance", async () => {
  const clock = createFakeClock({ now: 0 });
  let rounds = 0;
  void (async () => {
    while (rounds < 3) {
      await clock.sleep(10);
      rounds += 1;
    }
  })();
  await clock.advance(25);
  expect(rounds).toBe(2);
});

it("steps the wall clock back without moving monotonic time", async () => {
  const clock = createFakeClock({ now: 10_000 });
  await clock.advance(500);
  clock.set(0);
  expect(clock.now()).toBe(0);
  expect(clock.monotonic()).toBe(500);
});

it("rejects a sleep whose signal aborts", async () => {
  const clock = createFakeClock();
  const controller = new AbortController();
  const sleep = clock.sleep(1_000, controller.signal);
  controller.abort(new Error("stopped"));
  await expect(sleep).rejects.toThrow("stopped");
  expect(clock.sleeping).toBe(0);
});
