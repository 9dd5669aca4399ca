import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compareResources, elementOf } from "./compare-resources.ts";

describe("the difference between two versions of a record", () => {
  it("names each leaf that was changed, added or taken away, and not when it was written", () => {
    const before = {
      resourceType: "Patient",
      meta: { versionId: "1", lastUpdated: "2026-11-01T00:00:00Z" },
      name: [{ family: "Doe", given: ["Jane", "Q."] }],
      active: true,
    };
    const after = {
      resourceType: "Patient",
      meta: { versionId: "2", lastUpdated: "2026-11-02T00:00:00Z" },
      name: [{ family: "Roe", given: ["Jane"] }],
      active: true,
      gender: "female",
    };
    expect(compareResources(before, after)).toEqual([
      { path: "name[0].family", before: "Doe", after: "Roe" },
      { path: "gender", before: undefined, after: "female" },
      { path: "name[0].given[1]", before: "Q.", after: undefined },
    ]);
  });

  it("finds none in a record and itself, and says the same backwards", () => {
    const resource = fc.dictionary(fc.string({ minLength: 1 }), fc.jsonValue());
    fc.assert(
      fc.property(resource, (one) => {
        expect(compareResources(one, one)).toEqual([]);
      }),
    );
    fc.assert(
      fc.property(resource, resource, (one, other) => {
        expect(compareResources(one, other).length).toBe(compareResources(other, one).length);
      }),
    );
  });

  it("tells the element that a leaf lies in", () => {
    expect(["name[0].family", "gender", "code.coding[1].code"].map(elementOf)).toEqual(["name", "gender", "code"]);
  });
});
