import type { Type as TypeBox } from "typebox";

/** The builders that the HTTP API is described with. */
type Builders = Pick<
  typeof TypeBox,
  | "Array"
  | "Boolean"
  | "Enum"
  | "Integer"
  | "Literal"
  | "Null"
  | "Number"
  | "Object"
  | "Optional"
  | "Record"
  | "String"
  | "Union"
  | "Unknown"
>;

type Options = object | undefined;
type Made = Record<string, unknown>;

/** TypeBox's own functions know a schema by these members, which do not count as members of the JSON. */
function make(kind: unknown, schema: Made, isOptional = false): Made {
  Object.defineProperty(schema, "~kind", { value: kind, enumerable: false, writable: true, configurable: true });
  if (isOptional)
    Object.defineProperty(schema, "~optional", { value: true, enumerable: false, writable: true, configurable: true });
  return schema;
}

const builders = {
  Array: (items: Made, options: Options) => make("Array", { type: "array", items, ...options }),
  Boolean: (options: Options) => make("Boolean", { type: "boolean", ...options }),
  Enum: (values: readonly (string | number)[], options: Options) => make("Enum", { enum: [...values], ...options }),
  Integer: (options: Options) => make("Integer", { type: "integer", ...options }),
  Literal: (value: string | number | boolean, options: Options) =>
    make("Literal", { type: typeof value, const: value, ...options }),
  Null: (options: Options) => make("Null", { type: "null", ...options }),
  Number: (options: Options) => make("Number", { type: "number", ...options }),
  Object: makeObject,
  Optional: (schema: Made) => make(schema["~kind"], { ...schema }, true),
  Record: (key: Made, value: Made, options: Options) =>
    Array.isArray(key["enum"])
      ? makeObject(Object.fromEntries(key["enum"].map((name) => [name, value])), options)
      : make("Record", { type: "object", patternProperties: { "^.*$": value }, ...options }),
  String: (options: Options) => make("String", { type: "string", ...options }),
  Union: (anyOf: readonly Made[], options: Options) => make("Union", { anyOf: [...anyOf], ...options }),
  Unknown: (options: Options) => make("Unknown", { ...options }),
};

/** What is optional here may be required elsewhere: being so is a mark on a copy of the schema. */
function makeObject(properties: Record<string, Made>, options: Options): Made {
  const required = Object.keys(properties).filter((name) => properties[name]?.["~optional"] !== true);
  const listed = required.length === 0 ? {} : { required };
  return make("Object", { type: "object", ...listed, properties, ...options });
}

/**
 * TypeBox's builders by its own types, making the same JSON Schema (2020-12) by the code above: TypeBox itself is 370
 * modules, a quarter of what the server would load at its start. A test holds the two equal.
 */
export const Type = builders as unknown as Builders;
