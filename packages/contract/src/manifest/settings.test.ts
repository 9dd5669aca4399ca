import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { checkConfigSchema, secretNames, withDefaults } from "./config-profile.ts";
import type { ConfigProperty, ConfigSchema } from "./manifest.ts";
import { validateSettings, visible } from "./settings.ts";

const schema: ConfigSchema = {
  type: "object",
  required: ["host", "port", "password"],
  properties: {
    host: { type: "string", format: "hostname", title: "Mail server" },
    port: { type: "integer", minimum: 1, maximum: 65_535, default: 587 },
    auth: { type: "boolean", default: true },
    password: { type: "string", secret: true, title: "Password", when: { setting: "auth", in: [true] } },
    tags: { type: "array", items: { type: "string", pattern: "^[a-z]+$" }, maxItems: 2 },
    note: { type: "string", multiline: true },
  },
};
const property = (declared: object) =>
  checkConfigSchema({ type: "object", properties: { a: declared, other: { type: "boolean" } } });

describe("checkConfigSchema", () => {
  it("takes a schema of the profile", () => {
    expect(checkConfigSchema(schema)).toEqual([]);
  });

  it("threat 44: refuses a pattern that is not RE2 and matches the others in linear time", () => {
    expect(property({ type: "string", pattern: "(a)\\1" })).toEqual([
      expect.objectContaining({ pointer: "/properties/a/pattern" }),
    ]);
    expect(property({ type: "string", pattern: "(?=a)a" })).toHaveLength(1);
    expect(property({ type: "string", pattern: "x".repeat(501) })).toHaveLength(1);
    const slow: ConfigSchema = { type: "object", properties: { a: { type: "string", pattern: "^(a+)+$" } } };
    expect(checkConfigSchema(slow)).toEqual([]);
    const begun = process.cpuUsage();
    expect(validateSettings(slow, { a: `${"a".repeat(4000)}!` })).toHaveLength(1);
    expect(process.cpuUsage(begun).user).toBeLessThan(2_000_000);
  });

  it("threat 45: knows no $ref", () => {
    expect(property({ $ref: "https://evil.example/schema" })).toContainEqual(
      expect.objectContaining({ pointer: "/properties/a/$ref" }),
    );
  });

  it.each([
    [{ type: "strng" }, "/properties/a/type"],
    [{ type: "string", secret: true, default: "x" }, "/properties/a/default"],
    [{ type: "integer", default: "5" }, "/properties/a/default"],
    [{ type: "integer", minimum: 5, maximum: 1 }, "/properties/a/minimum"],
    [{ type: "boolean", maxLength: 5 }, "/properties/a/maxLength"],
    [{ type: "string", enum: ["a", 1] }, "/properties/a/enum/1"],
    [{ type: "string", enum: ["a"], enumTitles: ["A", "B"] }, "/properties/a/enumTitles"],
    [{ type: "array" }, "/properties/a"],
    [{ type: "string", when: { setting: "none", in: [true] } }, "/properties/a/when/setting"],
    [{ type: "string", when: { setting: "a", in: [true] } }, "/properties/a/when/setting"],
    [{ type: "string", maxLenght: 5 }, "/properties/a/maxLenght"],
  ])("names what is wrong with %j", (declared, pointer) => {
    expect(property(declared).map((problem) => problem.pointer)).toEqual([pointer]);
  });

  it("never throws", () => {
    fc.assert(fc.property(fc.anything(), (value) => Array.isArray(checkConfigSchema(value))));
  });
});

describe("validateSettings", () => {
  const good = { host: "mail.example.org", password: "pass" };

  it("takes good settings, and defaults and kept secrets for missing ones", () => {
    expect(validateSettings(schema, good)).toEqual([]);
    expect(validateSettings(schema, { host: "2001:db8::1" }, { secretsPresent: ["password"] })).toEqual([]);
  });

  it("asks only for what is shown", () => {
    expect(validateSettings(schema, { host: "a.example" })).toEqual([
      { pointer: "/password", message: "Password is missing", fix: "Enter Password." },
    ]);
    expect(validateSettings(schema, { host: "a.example", auth: false })).toEqual([]);
    expect([...visible(schema, { auth: false })]).not.toContain("password");
  });

  it.each<[string, unknown]>([
    ["host", "https://mail.example.org"],
    ["host", ""],
    ["port", 0],
    ["port", 2.5],
    ["port", "587"],
    ["auth", "yes"],
    ["password", 5],
    ["password", "two\nlines"],
    ["tags", "a"],
    ["note", "hidden\u200b"],
    ["note", "\ud800"],
    ["hots", "x"],
  ])("names %s when it is %j", (name, value) => {
    expect(validateSettings(schema, { ...good, [name]: value }).map(({ pointer }) => pointer)).toEqual([`/${name}`]);
  });

  it("names the entry of a list", () => {
    expect(validateSettings(schema, { ...good, tags: ["a", "B"] }).map(({ pointer }) => pointer)).toEqual(["/tags/1"]);
    expect(validateSettings(schema, { ...good, tags: ["a", "b", "c"] }).map(({ pointer }) => pointer)).toEqual([
      "/tags",
    ]);
  });

  it("never repeats a value in what it says", () => {
    const names = Object.keys(schema.properties);
    fc.assert(
      fc.property(
        fc.constantFrom(...names),
        fc.string({ minLength: 12, maxLength: 40, unit: "grapheme-ascii" }),
        (name, value) =>
          !JSON.stringify(validateSettings(schema, { ...good, [name]: value })).includes(
            JSON.stringify(value).slice(1, -1),
          ),
      ),
    );
  });

  it("takes what withDefaults makes of an empty object wherever all has a default", () => {
    const anyProperty: fc.Arbitrary<ConfigProperty> = fc.oneof(
      fc.boolean().map((value): ConfigProperty => ({ type: "boolean", default: value })),
      fc.nat(100).map((value): ConfigProperty => ({ type: "integer", maximum: 100, default: value })),
      fc
        .stringMatching(/^[a-z]{1,9}$/)
        .map((value): ConfigProperty => ({ type: "string", pattern: "^[a-z]+$", default: value })),
    );
    fc.assert(
      fc.property(fc.dictionary(fc.stringMatching(/^[a-z]{1,8}$/), anyProperty), (properties) => {
        const all: ConfigSchema = { type: "object", properties, required: Object.keys(properties) };
        return checkConfigSchema(all).length > 0 || validateSettings(all, withDefaults(all, {})).length === 0;
      }),
    );
  });

  it("threat 22: takes no setting from a prototype", () => {
    expect(
      withDefaults(schema, JSON.parse('{"__proto__":{"host":"evil.example"}}') as Record<string, unknown>),
    ).toEqual({ port: 587, auth: true });
    expect(validateSettings(schema, Object.create({ host: "evil.example", password: "x" }))).toHaveLength(2);
  });

  it("knows which settings are secret", () => {
    expect(secretNames(schema)).toEqual(["password"]);
  });
});
