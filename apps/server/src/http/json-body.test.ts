import { describe, expect, it } from "vitest";
import { parseJsonBody } from "./json-body.ts";

const parse = (text: string): unknown => parseJsonBody(Buffer.from(text));

describe("parseJsonBody", () => {
  it("reads what JSON.parse reads", () => {
    expect(parse('{"a":[1,true,null,"\\u00e9}{"]}')).toEqual({ a: [1, true, null, "é}{"] });
  });

  it("threat 21: refuses a million levels before it parses them", () => {
    expect(() => parse("[".repeat(1_000_000))).toThrow("nested more than 64 deep");
    expect(parse(`${"[".repeat(64)}${"]".repeat(64)}`)).toBeInstanceOf(Array);
  });

  it("does not count brackets inside strings", () => {
    expect(parse(JSON.stringify({ a: '[{"'.repeat(100) }))).toEqual({ a: '[{"'.repeat(100) });
  });

  it.each([
    '{"__proto__":{"admin":true}}',
    '{"\\u005f_proto__":{"admin":true}}',
    '{"a":{"constructor":{"prototype":{"admin":true}}}}',
    '{"a":{"constructor":{"prot\\u006ftype":{"admin":true}}}}',
  ])("threat 22: refuses %s, however it is spelled", (text) => {
    expect(() => parse(text)).toThrow("member name");
  });

  it("threat 23, 24: refuses broken UTF-8 and half surrogates", () => {
    expect(() => parseJsonBody(Buffer.from([0x22, 0xc3, 0x28, 0x22]))).toThrow("UTF-8");
    expect(() => parse('{"a":"\\ud800"}')).toThrow("surrogate");
  });

  it("refuses U+0000, which no database keeps, but for who judges it by rules of their own", () => {
    for (const text of ['{"a":["x\\u0000"]}', '{"a\\u0000":1}']) expect(() => parse(text)).toThrow("U+0000");
    expect(parseJsonBody(Buffer.from('"\\u0000"'), { nul: "kept" })).toBe("\0");
    expect(parse(String.raw`"\\u0000"`)).toBe(String.raw`\u0000`);
  });

  it("refuses a member that stands twice, where it is told to, with the line of the second", () => {
    const twice = '{\n  "a": 1,\n  "b": { "c": 1, "c": 1 }\n}';
    expect(parse(twice)).toEqual({ a: 1, b: { c: 1 } });
    expect(() => parseJsonBody(Buffer.from(twice), { repeats: "refused" })).toThrow("line 3");
    const once = '{"a":"x: \\": {","b":[{"a":1},{"a":1}]}';
    expect(parseJsonBody(Buffer.from(once), { repeats: "refused" })).toEqual(JSON.parse(once));
  });

  it("names the line where the text stops being JSON", () => {
    expect(() => parse('{\n  "a": 1,\n  "b" 2\n}')).toThrow("line 3");
    expect(() => parse("")).toThrow("empty");
  });
});
