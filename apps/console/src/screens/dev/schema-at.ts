/** The parts of JSON Schema (2020-12) that this console's declarations use. */
export interface JsonSchema {
  type?: string;
  description?: string;
  enum?: readonly unknown[];
  const?: unknown;
  properties?: Readonly<Record<string, JsonSchema>>;
  required?: readonly string[];
  items?: JsonSchema;
  additionalProperties?: JsonSchema | boolean;
  patternProperties?: Readonly<Record<string, JsonSchema>>;
  oneOf?: readonly JsonSchema[];
  anyOf?: readonly JsonSchema[];
  minLength?: number;
  maxLength?: number;
  minimum?: number;
  maximum?: number;
  minItems?: number;
  maxItems?: number;
  pattern?: string;
  default?: unknown;
}

/** The schema of the value at a JSON Pointer; of several forms the first that knows the way. Undefined where none does. */
export function schemaAt(root: JsonSchema, pointer: string): JsonSchema | undefined {
  const steps = pointer
    .split("/")
    .slice(1)
    .map((step) => step.replaceAll("~1", "/").replaceAll("~0", "~"));
  return walk(root, steps);
}

function walk(schema: JsonSchema, [step, ...rest]: readonly string[]): JsonSchema | undefined {
  if (step === undefined) return schema;
  for (const form of [schema, ...(schema.oneOf ?? []), ...(schema.anyOf ?? [])]) {
    const next = form.properties?.[step] ?? (/^\d+$/.test(step) ? form.items : undefined) ?? freeMember(form);
    const found = next === undefined ? undefined : walk(next, rest);
    if (found !== undefined) return found;
  }
  return undefined;
}

const freeMember = ({ additionalProperties }: JsonSchema): JsonSchema | undefined =>
  typeof additionalProperties === "object" ? additionalProperties : undefined;

const nouns: Readonly<Record<string, string>> = {
  string: "text",
  number: "number",
  integer: "whole number",
  boolean: "true or false",
  object: "object",
  array: "list",
};

/** The form of a value in words: "list of texts, 1 to 7 entries". */
export function describeSchema(schema: JsonSchema): string {
  const forms = schema.oneOf ?? schema.anyOf;
  if (forms !== undefined) return `one of ${forms.length} forms`;
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.enum !== undefined) return "one of the values";
  const noun = nouns[schema.type ?? ""] ?? "any value";
  const what = schema.items === undefined ? noun : `list: each ${describeSchema(schema.items)}`;
  const limits =
    range(schema.minLength, schema.maxLength, "characters") ??
    range(schema.minItems, schema.maxItems, "entries") ??
    range(schema.minimum, schema.maximum, "");
  return limits === undefined ? what : `${what}; ${limits}`;
}

function range(min: number | undefined, max: number | undefined, unit: string): string | undefined {
  if (min === undefined && max === undefined) return undefined;
  const text =
    max === undefined ? `at least ${min}` : min === undefined || min === 0 ? `at most ${max}` : `${min} to ${max}`;
  return `${text} ${unit}`.trim();
}
