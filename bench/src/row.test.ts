import { expect, it } from "vitest";
import { isMet, median, percentile } from "./row.ts";

const row = (value: number, budget?: string) => ({
  figure: "f",
  value,
  unit: "u",
  ...(budget === undefined ? {} : { budget }),
});

it("judges a value by the comparison and number of its budget", () => {
  expect(isMet(row(60_000, ">= 60,000"))).toBe(true);
  expect(isMet(row(59_999, ">= 60,000"))).toBe(false);
  expect(isMet(row(1, "< 1.0"))).toBe(false);
  expect(isMet(row(0.99, "< 1.0"))).toBe(true);
  expect(isMet(row(1.3, "<= 1.3x of few"))).toBe(true);
  expect(isMet(row(1, "> 1"))).toBe(false);
});

it("has no verdict where there is no budget", () => {
  expect(isMet(row(1))).toBeUndefined();
});

it("takes percentiles of values in any order", () => {
  expect(median([3, 1, 2])).toBe(2);
  expect(percentile([4, 3, 2, 1, 0], 1)).toBe(4);
});
