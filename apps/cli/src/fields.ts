import type { OperationSpec } from "@hilum/contract/api";

/** A JSON Schema, as far as a command line can be made of it. */
interface FieldSchema {
  type?: string | string[];
  enum?: readonly unknown[];
  const?: unknown;
  anyOf?: readonly FieldSchema[];
  items?: FieldSchema;
  properties?: Record<string, FieldSchema>;
  required?: readonly string[];
  minimum?: number;
  maximum?: number;
}

export type FieldKind = "text" | "number" | "switch" | "list" | "json";

/** One value that a command takes. */
export interface Field {
  /** As the API calls it. */
  name: string;
  /** `--test-mode`, or for a part of the path `<plugin>`. */
  flag: string;
  place: "path" | "query" | "body";
  kind: FieldKind;
  required: boolean;
  /** Of a list: what its items are. */
  items?: FieldKind;
  values?: readonly string[];
}

/** The values of an operation: parts of the path in their order, then query and body. */
export function fieldsOf(operation: OperationSpec): Field[] {
  const inPath = [...operation.path.matchAll(/\{(\w+)\}/g)].map(([, name = ""]) => name);
  const schemaOf = (schema: unknown): FieldSchema => schema ?? {};
  const params = schemaOf(operation.params).properties ?? {};
  return [
    ...inPath.map((name): Field => ({
      ...describe(name, params[name] ?? {}),
      flag: `<${name}>`,
      place: "path",
      required: true,
    })),
    ...members(schemaOf(operation.query), "query"),
    ...(operation.bodyType === "bytes" ? [] : members(schemaOf(operation.body), "body")),
  ];
}

/** Whether the body is a document of its own: a manifest, a message. */
export function takesDocument(operation: OperationSpec): boolean {
  const { properties } = (operation.body ?? {}) as FieldSchema;
  return operation.body !== undefined && operation.bodyType !== "bytes" && Object.keys(properties ?? {}).length === 0;
}

function members({ properties = {}, required = [] }: FieldSchema, place: "query" | "body"): Field[] {
  return Object.entries(properties).map(([name, schema]) => ({
    ...describe(name, schema),
    flag: `--${kebab(name)}`,
    place,
    required: required.includes(name),
  }));
}

function describe(name: string, schema: FieldSchema): Pick<Field, "name" | "kind" | "items" | "values"> {
  const kind = kindOf(schema);
  const values = (kind === "list" ? schema.items?.enum : schema.enum)?.map(String);
  return {
    ...{ name, kind },
    ...(kind === "list" ? { items: kindOf(schema.items ?? {}) } : {}),
    ...(values === undefined ? {} : { values }),
  };
}

function kindOf({ type, enum: values, const: only }: FieldSchema): FieldKind {
  if (values !== undefined) return "text";
  if (type === "string" || typeof only === "string") return "text";
  if (type === "integer" || type === "number") return "number";
  if (type === "boolean") return "switch";
  return type === "array" ? "list" : "json";
}

const kebab = (name: string): string => name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
