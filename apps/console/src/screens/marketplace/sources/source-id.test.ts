import { expect, it } from "vitest";
import { sourceIdOf } from "./source-id.ts";

it("makes a short id of a title", () => {
  expect(sourceIdOf("Regional hospitals")).toBe("regional-hospitals");
  expect(sourceIdOf("  Krankenhäuser, Süd!  ")).toBe("krankenhauser-sud");
  expect(sourceIdOf("…")).toBe("");
});

it("does not end an id that is cut off with a hyphen", () => {
  expect(sourceIdOf(`${"a".repeat(39)} b`)).toBe("a".repeat(39));
});
