import fc from "fast-check";
import { expect, it } from "vitest";
import { countMembers, findRepeatedMember } from "./repeated-member.ts";

it("finds the line of a member that stands twice in one object, however it is spelled, and not in two", () => {
  expect(findRepeatedMember('{"a":1,\n"b":{"a":1},"c":[{"a":1},{"a":"\\"a\\":{"}]}')).toBeUndefined();
  expect(findRepeatedMember('{"a":1,\n"b":{"x":1,\n\n"\\u0078" :2}}')).toBe(4);
  expect(findRepeatedMember('[{"a":{}},{"a":1,"a":1}]')).toBe(1);
});

it("counts as many members as a text without repeats has, and finds none in it", () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      const text = JSON.stringify(value);
      const colons = text.replaceAll(/"(?:[^"\\]|\\.)*"/g, "").split(":").length - 1;
      expect(countMembers(JSON.parse(text))).toBe(colons);
      expect(findRepeatedMember(text)).toBeUndefined();
    }),
  );
});
