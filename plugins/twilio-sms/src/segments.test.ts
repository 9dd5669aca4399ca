import { expect, it } from "vitest";
import { countSegments } from "./segments.ts";

it.each([
  ["", 1],
  ["a".repeat(160), 1],
  ["a".repeat(161), 2],
  ["a".repeat(306), 2],
  ["a".repeat(307), 3],
  ["€".repeat(80), 1],
  ["€".repeat(81), 2],
  ["Grüße, Ça va? ¿Qué tal? Ærø\n", 1],
])("counts plain letters in GSM-7: %#", (text, count) => {
  expect(countSegments(text)).toEqual({ encoding: "GSM-7", count });
});

it.each([
  ["ж".repeat(70), 1],
  ["ж".repeat(71), 2],
  ["ж".repeat(134), 2],
  ["ж".repeat(135), 3],
  [`${"a".repeat(70)}’`, 2],
])("counts in UCS-2 where one letter needs it: %#", (text, count) => {
  expect(countSegments(text)).toEqual({ encoding: "UCS-2", count });
});

it("tears neither a letter behind the escape nor a pair of surrogates between two parts", () => {
  expect(countSegments(`${"a".repeat(152)}€${"a".repeat(152)}`)).toEqual({ encoding: "GSM-7", count: 3 });
  expect(countSegments(`${"ж".repeat(66)}👍${"ж".repeat(66)}`)).toEqual({ encoding: "UCS-2", count: 3 });
});
