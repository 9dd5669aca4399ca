import { isHilumError } from "@hilum/contract";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compileRows } from "./row-filter.ts";

const system = "http://terminology.hl7.org/CodeSystem/observation-category";
const observation = (category: string, status: string) => ({
  resourceType: "Observation",
  id: "o",
  status,
  category: [{ coding: [{ system, code: category }] }],
  code: { text: "x" },
});
const categories = ["laboratory", "imaging", "vital-signs"] as const;
const statuses = ["final", "preliminary"] as const;
const criteria = fc
  .tuple(fc.option(fc.constantFrom(...categories)), fc.option(fc.constantFrom(...statuses)))
  .map(([category, status]) => [
    ...(category === null ? [] : [["category", category] as const]),
    ...(status === null ? [] : [["status", status] as const]),
  ]);

describe("the rows of a scope", () => {
  it("threat 49: are what meets all of one rule and none of its exceptions as a whole", () => {
    const rule = fc.record({
      all: criteria,
      none: fc.array(
        criteria.filter((one) => one.length > 0),
        { maxLength: 2 },
      ),
    });
    fc.assert(
      fc.property(
        fc.array(rule, { maxLength: 3 }),
        fc.constantFrom(...categories),
        fc.constantFrom(...statuses),
        (rules, category, status) => {
          const meets = (wanted: readonly (readonly [string, string])[]) =>
            wanted.every(([name, value]) => (name === "category" ? category : status) === value);
          const expected = rules.some(({ all, none }) => meets(all) && !none.some(meets));
          return compileRows("Observation", rules).letsThrough(observation(category, status)) === expected;
        },
      ),
      { numRuns: 500 },
    );
  });

  it("let nothing through where there is no rule, and say when everything is open", () => {
    expect(compileRows("Observation", []).letsThrough(observation("laboratory", "final"))).toBe(false);
    expect(compileRows("Observation", [{ all: [], none: [] }]).everything).toBe(true);
    expect(compileRows("Observation", [{ all: [["status", "final"]], none: [] }]).everything).toBe(false);
    expect(compileRows("Observation", [{ all: [], none: [[["status", "final"]]] }]).everything).toBe(false);
  });

  it("threat 61: open nothing by a filter that cannot be read, or that is none of the content", () => {
    for (const filter of [
      ["nmae", "x"],
      ["_id", "1"],
      ["_lastUpdated", "ge2026"],
      ["status:nope", "final"],
    ] as const)
      expect(() => compileRows("Observation", [{ all: [filter], none: [] }])).toThrow(
        expect.toSatisfy((error: unknown) => isHilumError(error) && error.code === "policy.failed"),
      );
  });
});
