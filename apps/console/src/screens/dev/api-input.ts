import type { OperationSpec } from "@hilum/contract/api";
import type { LooseInput } from "../../api/operation-facts.ts";
import type { JsonSchema } from "./schema-at.ts";

export const parts = ["params", "query", "body"] as const;
export type Part = (typeof parts)[number];

/** How a value is entered: as words, as one of several, or as JSON where it has an inside of its own. */
export type FieldKind = "text" | "number" | "choice" | "json" | "secret";

/** One input of an operation, as its schema declares it. */
export interface ApiField {
  /** Unique within the operation: `query.limit`; `body` for a body as a whole. */
  key: string;
  part: Part;
  /** Empty for a body as a whole. */
  name: string;
  kind: FieldKind;
  required: boolean;
  schema: JsonSchema;
}

const secretName = /password|secret|passphrase/i;

/** The fields of a form for an operation, made of its schemas. */
export function fieldsOf(operation: Pick<OperationSpec, Part | "bodyType">): ApiField[] {
  return parts.flatMap((part) => {
    if (part === "body" && operation.bodyType === "bytes") return [];
    const schema: JsonSchema | undefined = operation[part];
    if (schema === undefined) return [];
    // A body that may hold more than is declared is written as a whole.
    const isOpen = part === "body" && schema.additionalProperties === true;
    const members = isOpen ? [] : Object.entries(schema.properties ?? {});
    if (members.length === 0)
      return part === "body" ? [{ key: "body", part, name: "", kind: "json", required: true, schema } as const] : [];
    return members.map(([name, member]) => ({
      key: `${part}.${name}`,
      part,
      name,
      kind: secretName.test(name) && member.type === "string" ? "secret" : kindOf(member),
      required: schema.required?.includes(name) ?? false,
      schema: member,
    }));
  });
}

function kindOf({ type, enum: values }: JsonSchema): FieldKind {
  if (values !== undefined || type === "boolean") return "choice";
  if (type === "integer" || type === "number") return "number";
  return type === "string" ? "text" : "json";
}

/** What a choice offers, as text. */
export const choicesOf = ({ enum: values, type }: JsonSchema): string[] =>
  values?.map(String) ?? (type === "boolean" ? ["true", "false"] : []);

export interface ReadInput {
  input: LooseInput;
  /** By key: what is missing or is not what it must be. The server judges the rest. */
  faults: Readonly<Record<string, string>>;
}

/** Makes the request's input of what was typed. What was left empty is left out. */
export function readInput(fields: readonly ApiField[], typed: Readonly<Record<string, string>>): ReadInput {
  const input: Record<Part, Record<string, unknown>> = { params: {}, query: {}, body: {} };
  const faults: Record<string, string> = {};
  let whole: unknown;
  for (const field of fields) {
    const text = typed[field.key] ?? "";
    if (text.trim() === "") {
      if (field.required) faults[field.key] = "This is needed.";
      continue;
    }
    const read = readValue(field, text);
    if ("fault" in read) faults[field.key] = read.fault;
    else if (field.name === "") whole = read.value;
    else input[field.part][field.name] = read.value;
  }
  const hasBody = fields.some(({ part }) => part === "body");
  return {
    input: {
      ...(Object.keys(input.params).length > 0 && { params: input.params }),
      ...(Object.keys(input.query).length > 0 && { query: input.query }),
      ...(hasBody && { body: whole ?? input.body }),
    },
    faults,
  };
}

function readValue({ kind, schema }: ApiField, text: string): { value: unknown } | { fault: string } {
  if (kind === "number") {
    const value = Number(text);
    const isRight = Number.isFinite(value) && (schema.type !== "integer" || Number.isInteger(value));
    return isRight ? { value } : { fault: "Write a number." };
  }
  if (kind === "choice" && schema.type === "boolean") return { value: text === "true" };
  if (kind !== "json") return { value: text };
  try {
    return { value: JSON.parse(text) as unknown };
  } catch {
    return { fault: "This is no JSON yet." };
  }
}

/** The same input for a sample that is shown and copied: what is secret stays out of it. */
export function withoutSecrets(fields: readonly ApiField[], { body, ...rest }: LooseInput): LooseInput {
  const secrets = new Set(fields.filter(({ kind }) => kind === "secret").map(({ name }) => name));
  if (secrets.size === 0 || typeof body !== "object" || body === null)
    return body === undefined ? rest : { ...rest, body };
  return {
    ...rest,
    body: Object.fromEntries(Object.entries(body).map(([name, value]) => [name, secrets.has(name) ? "…" : value])),
  };
}
