import { expect, it } from "vitest";
import { Type as TypeBox } from "typebox";
import { Type } from "./type.ts";

/** One of each builder, with and without options, made by either library. */
const samples = (T: typeof Type): unknown[] => {
  const text = T.String({ minLength: 1, pattern: "^a" });
  const member = T.Object({ a: text, b: T.Optional(text), c: T.Optional(T.Array(T.Integer({ minimum: 1 }))) });
  return [
    T.Array(T.String()),
    T.Array(T.String(), { maxItems: 3 }),
    T.Boolean(),
    T.Enum(["a", "b"]),
    T.Enum(["a", "b"] as const),
    T.Integer({ maximum: 5 }),
    T.Literal("word"),
    T.Literal(true),
    T.Literal(3),
    T.Null(),
    T.Number(),
    member,
    T.Object({}, { additionalProperties: true }),
    T.Object({ a: T.Optional(T.String()) }, { additionalProperties: false }),
    T.Object({ again: T.Optional(member), must: member }),
    T.Record(T.String(), T.Integer()),
    T.Record(T.String({ maxLength: 100 }), T.Unknown()),
    T.Record(T.String(), T.Boolean(), { maxProperties: 2 }),
    T.Record(T.Enum(["x", "y"]), T.Integer()),
    T.Union([member, T.Null()]),
    T.Union([T.Literal("a"), T.Literal("b")], { description: "either" }),
    T.Unknown(),
    T.String({ format: "date-time" }),
  ];
};

it("makes the JSON Schema that TypeBox makes", () => {
  expect(JSON.parse(JSON.stringify(samples(Type)))).toEqual(JSON.parse(JSON.stringify(samples(TypeBox))));
});

it("marks it as TypeBox's own functions want it marked", () => {
  expect(samples(Type).map(marksOf)).toEqual(samples(TypeBox).map(marksOf));
});

it("leaves the schema required that it makes an optional copy of", () => {
  const text = Type.String();
  const { required } = Type.Object({ a: Type.Optional(text), b: text });
  expect(required).toEqual(["b"]);
});

/** The hidden members of a schema and of all that are in it. */
function marksOf(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return undefined;
  const names = Object.getOwnPropertyNames(value).toSorted();
  return names.map((name) => {
    const member: unknown = Reflect.get(value, name);
    return [name, name.startsWith("~") ? member : marksOf(member)];
  });
}
