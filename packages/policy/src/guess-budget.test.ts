import { isHilumError } from "@hilum/contract";
import { describe, expect, it } from "vitest";
import { createGuessBudget } from "./guess-budget.ts";

const limits = { missesMax: 3, windowMs: 60_000 };

function budgetAt(start = 0) {
  const clock = { ms: start };
  return { clock, budget: createGuessBudget(limits, () => clock.ms) };
}
const codeOf = (act: () => void): string | undefined => {
  try {
    act();
    return undefined;
  } catch (error) {
    return isHilumError(error) ? error.code : String(error);
  }
};

describe("the budget of guesses", () => {
  it("threat 51: stops who searched for many different values that are not there, for the rest of the window", () => {
    const { clock, budget } = budgetAt();
    for (const what of ["a", "b", "c"]) {
      expect(codeOf(() => budget.admit("token:t"))).toBeUndefined();
      budget.miss("token:t", what);
    }
    expect(codeOf(() => budget.admit("token:t"))).toBe("search.guessing");
    clock.ms = limits.windowMs - 1;
    expect(codeOf(() => budget.admit("token:t"))).toBe("search.guessing");
    clock.ms = limits.windowMs;
    expect(codeOf(() => budget.admit("token:t"))).toBeUndefined();
  });

  it("counts the same search once, and nobody else's", () => {
    const { budget } = budgetAt();
    for (let at = 0; at < 10; at++) budget.miss("token:t", "a");
    for (const what of ["b", "c"]) budget.miss("token:u", what);
    expect(codeOf(() => budget.admit("token:t"))).toBeUndefined();
    expect(codeOf(() => budget.admit("token:u"))).toBeUndefined();
    expect(budget.guessers()).toEqual([]);
  });

  it("names for a day who was stopped", () => {
    const { clock, budget } = budgetAt(1000);
    for (const what of ["a", "b", "c", "d"]) budget.miss("token:t", what);
    expect(budget.guessers()).toEqual([{ actor: "token:t", since: 1000 }]);
    clock.ms += 86_400_001;
    expect(budget.guessers()).toEqual([]);
  });
});
