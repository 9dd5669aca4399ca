import { expect, it } from "vitest";
import { idOf } from "./trust-form.tsx";

it("makes a short id of a title", () => {
  expect(idOf("Regional hospitals")).toBe("regional-hospitals");
  expect(idOf("  Krankenhäuser, Süd!  ")).toBe("krankenhauser-sud");
  expect(idOf("…")).toBe("");
});

it("does not end an id that is cut off with a hyphen", () => {
  expect(idOf(`${"a".repeat(39)} b`)).toBe("a".repeat(39));
});
