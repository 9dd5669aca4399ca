import { isHilumError } from "@hilum/contract";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { patchResource } from "./patch-record.ts";

const person = { resourceType: "Patient", id: "p", name: [{ family: "Quillfeather" }], birthDate: "1970-03-02" };

function refusalOf(steps: unknown): { code: string; text: string } | undefined {
  try {
    patchResource(person, steps);
    return undefined;
  } catch (error) {
    if (!isHilumError(error)) throw error;
    return { code: error.code, text: JSON.stringify([error.detail, error.problems]) };
  }
}

describe("a JSON Patch", () => {
  it("changes a copy", () => {
    const patched = patchResource(person, [
      { op: "add", path: "/gender", value: "other" },
      { op: "copy", from: "/name/0/family", path: "/name/0/text" },
      { op: "remove", path: "/birthDate" },
    ]);
    expect(patched).toEqual({
      ...{ resourceType: "Patient", id: "p", gender: "other" },
      name: [{ family: "Quillfeather", text: "Quillfeather" }],
    });
    expect(person).toHaveProperty("birthDate");
  });

  it.each([
    [[{ op: "test", path: "/birthDate", value: "1980" }]],
    [[{ op: "remove", path: "/absent" }]],
    [[{ op: "replace", path: "/name/7/family", value: "x" }]],
    [[{ op: "add", path: "no pointer", value: 1 }]],
    [[{ op: "add", path: "/gender" }]],
    [[{ op: "melt", path: "/gender" }]],
    [[null]],
    [{ resourceType: "Parameters" }],
    [[{ op: "replace", path: "", value: 7 }]],
    [[{ op: "copy", path: "", from: "/absent" }]],
    [Array.from({ length: 201 }, () => ({ op: "test", path: "/id", value: "p" }))],
  ])("is refused with its place and no value of the record: %j", (steps) => {
    const refusal = refusalOf(steps);
    expect(refusal?.code).toBe("record.patch_failed");
    expect(refusal?.text).not.toMatch(/Quillfeather|1970/);
  });

  it("threat 22: reaches no prototype", () => {
    for (const path of ["/__proto__/admin", "/constructor/prototype/admin", "/name/0/__proto__/admin"])
      expect(refusalOf([{ op: "add", path, value: true }])?.code).toBe("record.patch_failed");
    expect(({} as { admin?: boolean }).admin).toBeUndefined();
  });

  it("stops copies that double with each step", () => {
    const steps = [
      { op: "add", path: "/note", value: ["x".repeat(1000)] },
      ...Array.from({ length: 60 }, () => ({ op: "copy", from: "/note", path: "/note/-" })),
    ];
    expect(refusalOf(steps)?.code).toBe("record.patch_failed");
  });

  it("never throws anything else, whatever comes", () => {
    const step = fc.record(
      {
        op: fc.constantFrom("add", "remove", "replace", "move", "copy", "test"),
        path: fc.constantFrom("", "/", "/name", "/name/0", "/name/-", "/id", "/~1", "/~2", "/name/0/given/3"),
        from: fc.constantFrom("/name", "/name/0", "/absent", ""),
        value: fc.jsonValue(),
      },
      { requiredKeys: ["op", "path"] },
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 5 }), (steps) => {
        const refusal = refusalOf(steps);
        return refusal === undefined || refusal.code === "record.patch_failed";
      }),
      { numRuns: 500 },
    );
  });
});
