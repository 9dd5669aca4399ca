import { expect, it } from "vitest";
import { makeId } from "./make-id.ts";

it("makes ULIDs that sort by their time", () => {
  expect(makeId(1_700_000_000_000)).toMatch(/^01HF7YAT00[0-9A-HJKMNP-TV-Z]{16}$/);
  expect(makeId(2) > makeId(1)).toBe(true);
});

it("repeats none, also where the drawn bytes run out", () => {
  const ids = Array.from({ length: 5_000 }, () => makeId(1));
  expect(new Set(ids).size).toBe(ids.length);
});

it("uses every character of the alphabet about equally often", () => {
  const counts = new Map<string, number>();
  for (let made = 0; made < 4_000; made += 1)
    for (const character of makeId(0).slice(10)) counts.set(character, (counts.get(character) ?? 0) + 1);
  expect(counts.size).toBe(32);
  for (const count of counts.values()) expect(count).toBeGreaterThan(1_600);
});
