import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { canonicalJson } from "./canonical-json.ts";
import { readPositionedJson } from "./positioned-json.ts";

const read = (text: string) => readPositionedJson(text, { depthMax: 64 });

describe("readPositionedJson", () => {
  it("gives the value that JSON.parse gives", () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 6 }), fc.constantFrom(undefined, 1, "\t"), (value, indent) => {
        const text = JSON.stringify(value, null, indent);
        const { value: got, problems } = read(text);
        return problems.length > 0 || canonicalJson(got) === canonicalJson(JSON.parse(text));
      }),
    );
  });

  it("refuses exactly what JSON.parse refuses", () => {
    const pieces = fc.constantFrom(
      "{",
      "}",
      "[",
      "]",
      ",",
      ":",
      '"a"',
      '"b"',
      "1",
      "-",
      "0",
      ".5",
      "e3",
      "true",
      "null",
      " ",
      "\n",
      "'",
      "\\u0041",
      '"\\u0041"',
      '"',
    );
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 12 }), (parts) => {
        const text = parts.join("");
        let valid = true;
        try {
          JSON.parse(text);
        } catch {
          valid = false;
        }
        return valid === (read(text).value !== undefined);
      }),
      { numRuns: 3000 },
    );
  });

  it("knows the line of members and entries", () => {
    const { lineOf } = read('{\n "a/b": [\n  1,\n  {"~": 2}\n ]}');
    expect(["", "/a~1b", "/a~1b/0", "/a~1b/1", "/a~1b/1/~0", "/none"].map(lineOf)).toEqual([1, 2, 3, 4, 4, undefined]);
  });
});

describe("canonicalJson", () => {
  it("writes the example of RFC 8785 section 3.2.2", () => {
    const value = {
      numbers: [Number("333333333.33333329"), 1e30, 4.5, 2e-3, 0.000000000000000000000000001],
      string: '\u20ac$\u000f\nA\'B"\\\\"/',
      literals: [null, true, false],
    };
    expect(canonicalJson(value)).toBe(
      '{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"string":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}',
    );
  });

  it("orders members by UTF-16 code units, as RFC 8785 section 3.2.3 asks", () => {
    const names = ["\u20ac", "\r", "\ufb33", "1", "\u{1f600}", "\u0080", "\u00f6"];
    const ordered = Object.keys(
      JSON.parse(canonicalJson(Object.fromEntries(names.map((name) => [name, 0])))) as object,
    );
    expect(ordered).toEqual(["1", "\r", "\u0080", "\u00f6", "\u20ac", "\u{1f600}", "\ufb33"]);
  });

  it("threat 25: gives two orders of the same members one text", () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.string(), fc.integer()),
        (value) => canonicalJson(value) === canonicalJson(Object.fromEntries(Object.entries(value).toReversed())),
      ),
    );
  });

  it("throws for what JSON cannot hold", () => {
    for (const value of [Number.NaN, Infinity, "\ud800", 1n, Symbol("x")])
      expect(() => canonicalJson(value)).toThrow(TypeError);
  });
});
