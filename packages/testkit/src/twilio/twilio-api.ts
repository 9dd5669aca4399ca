import { readFileSync } from "node:fs";
import { Ajv, type ValidateFunction } from "ajv";

export type TwilioOperation =
  | "CreateMessage"
  | "ListMessage"
  | "FetchMessage"
  | "ListIncomingPhoneNumber"
  | "FetchAccount"
  | "FetchBalance";

/** What a request holds besides its method and path, as text: the schema says what it should be. */
export interface TwilioParams {
  path: Record<string, string>;
  query: Record<string, string>;
  form: Record<string, string>;
}

/** Twilio's own OpenAPI document, trimmed, as a judge of requests and answers. */
export interface TwilioApi {
  /** The operation that a request is, with what its path holds. */
  find(method: string, path: string): { operation: TwilioOperation; path: Record<string, string> } | undefined;
  /** What is wrong with a request; empty when it is as Twilio describes it. */
  checkRequest(operation: TwilioOperation, params: TwilioParams): string[];
  checkAnswer(operation: TwilioOperation, status: number, body: unknown): string[];
}

interface Schema {
  [name: string]: unknown;
}
interface OperationObject {
  operationId: TwilioOperation;
  parameters?: { name: string; in: "path" | "query"; required?: boolean; schema: Schema }[];
  requestBody?: { content: Record<string, { schema: Schema }> };
  responses: Record<string, { content?: Record<string, { schema: Schema }> }>;
}
interface Document {
  paths: Record<string, Record<string, OperationObject>>;
  components: { schemas: Record<string, Schema> };
}

const document = JSON.parse(readFileSync(new URL("./twilio-api.gen.json", import.meta.url), "utf8")) as Document;

/** Reads the document once. The validators are made of it alone: what it does not describe is refused. */
export function loadTwilioApi(): TwilioApi {
  const ajv = new Ajv({ allErrors: true, coerceTypes: "array", strict: false, formats });
  ajv.addSchema({
    $id: "twilio",
    components: { schemas: mapValues(document.components.schemas, toJsonSchema) },
  });
  const operations = Object.entries(document.paths).flatMap(([path, item]) =>
    Object.entries(item).map(([method, operation]) => ({ method: method.toUpperCase(), path, operation })),
  );
  const compiled = new Map<string, ValidateFunction>();
  const compile = (key: string, schema: () => Schema): ValidateFunction => {
    const known = compiled.get(key) ?? ajv.compile(schema());
    compiled.set(key, known);
    return known;
  };
  const of = (id: TwilioOperation): OperationObject => {
    const found = operations.find(({ operation }) => operation.operationId === id);
    if (found === undefined) throw new Error(`Twilio's document has no operation ${id}`);
    return found.operation;
  };
  const judge = (validate: ValidateFunction, value: unknown, where: string): string[] =>
    validate(value)
      ? []
      : (validate.errors ?? []).map(({ instancePath, message, params }) => {
          const name = "additionalProperty" in params ? ` (${String(params["additionalProperty"])})` : "";
          return `${where}${instancePath}: ${message ?? "is not valid"}${name}`;
        });

  return {
    find(method, path) {
      for (const { operation, ...known } of operations) {
        const values = known.method === method ? matchPath(known.path, path) : undefined;
        if (values !== undefined) return { operation: operation.operationId, path: values };
      }
      return undefined;
    },
    checkRequest(operation, { path, query, form }) {
      const described = of(operation);
      const part = (place: "path" | "query"): Schema => parametersSchema(described, place);
      return [
        ...judge(
          compile(`${operation} path`, () => part("path")),
          { ...path },
          "path",
        ),
        ...judge(
          compile(`${operation} query`, () => part("query")),
          { ...query },
          "query",
        ),
        ...judge(
          compile(`${operation} form`, () => bodySchema(described)),
          { ...form },
          "form",
        ),
      ];
    },
    checkAnswer(operation, status, body) {
      const schema = of(operation).responses[String(status)]?.content?.["application/json"]?.schema;
      if (schema === undefined) return [`the document describes no answer ${status}`];
      return judge(
        compile(`${operation} ${status}`, () => toJsonSchema(schema)),
        structuredClone(body),
        "answer",
      );
    },
  };
}

function parametersSchema({ parameters = [] }: OperationObject, place: "path" | "query"): Schema {
  const own = parameters.filter((parameter) => parameter.in === place);
  return {
    type: "object",
    properties: Object.fromEntries(own.map(({ name, schema }) => [name, toJsonSchema(schema)])),
    required: own.filter(({ required }) => required === true).map(({ name }) => name),
    additionalProperties: false,
  };
}

function bodySchema({ requestBody }: OperationObject): Schema {
  const schema = requestBody?.content["application/x-www-form-urlencoded"]?.schema;
  return schema === undefined ? { type: "object", maxProperties: 0 } : toJsonSchema(schema);
}

/** OpenAPI 3.0 writes `nullable` where JSON Schema has a second type; objects with named members have no others. */
function toJsonSchema(schema: Schema): Schema {
  const { nullable, properties, items, $ref, ...rest } = schema;
  const made: Schema = { ...rest };
  if (typeof $ref === "string") made["$ref"] = $ref.replace(/^#/, "twilio#");
  if (properties !== undefined) {
    made["properties"] = mapValues(properties as Record<string, Schema>, toJsonSchema);
    made["additionalProperties"] ??= false;
  }
  if (items !== undefined) made["items"] = toJsonSchema(items as Schema);
  if (nullable !== true) return made;
  return { anyOf: [made, { type: "null" }] };
}

const mapValues = <A, B>(object: Record<string, A>, map: (value: A) => B): Record<string, B> =>
  Object.fromEntries(Object.entries(object).map(([name, value]) => [name, map(value)]));

/** Values by the names in braces: each is one segment, or the part of one before `.json`. */
function matchPath(template: string, path: string): Record<string, string> | undefined {
  const names = [...template.matchAll(/\{(\w+)\}/g)].map(([, name = ""]) => name);
  const pattern = template.replaceAll(".", "\\.").replaceAll(/\{\w+\}/g, "([^/]+?)");
  const values = new RegExp(`^${pattern}$`).exec(path)?.slice(1);
  return values === undefined ? undefined : Object.fromEntries(names.map((name, at) => [name, values[at] ?? ""]));
}

/** Formats that Twilio's document names. A sender may be a number, a short code or a name. */
const formats = {
  "phone-number": (text: string) => /^(?:whatsapp:)?\+?[\w .-]{1,20}$/.test(text),
  uri: (text: string) => URL.canParse(text) || text.startsWith("/"),
  "date-time": (text: string) => !Number.isNaN(Date.parse(text)),
  "date-time-rfc-2822": (text: string) => !Number.isNaN(Date.parse(text)),
  currency: (text: string) => /^[A-Za-z]{3}$/.test(text),
  "uri-map": true,
  "phone-number-capabilities": true,
  "http-method": true,
  int64: true,
} as const;
