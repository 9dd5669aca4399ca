/** The OpenAPI 3.1 description of the HTTP API, built from the same declarations that the server validates with. */
import type { TSchema } from "typebox";
import * as browser from "./browser.ts";
import * as conformance from "./conformance.ts";
import * as custody from "./custody.ts";
import * as devtools from "./devtools.ts";
import * as disclosures from "./disclosures.ts";
import * as glasses from "./glasses.ts";
import * as glassRequests from "./glass-requests.ts";
import * as hooks from "./hooks.ts";
import * as egress from "./egress.ts";
import * as fhir from "./fhir.ts";
import * as identity from "./identity.ts";
import * as installs from "./installs.ts";
import * as marketplace from "./marketplace.ts";
import * as keys from "./keys.ts";
import * as messages from "./messages.ts";
import type { OperationSpec } from "./operation.ts";
import * as packages from "./packages.ts";
import * as pages from "./pages.ts";
import * as platform from "./platform.ts";
import * as plugins from "./plugins.ts";
import * as publishing from "./publishing.ts";
import * as repairs from "./repairs.ts";
import * as routes from "./routes.ts";
import * as safety from "./safety.ts";
import * as schemas from "./schemas.ts";
import * as setup from "./setup.ts";
import * as stores from "./stores.ts";
import * as upgrades from "./upgrades.ts";
import * as wire from "./wire-inspector.ts";

type JsonObject = Record<string, unknown>;

const described: readonly OperationSpec[] = [
  ...platform.platformOperations,
  ...identity.identityOperations,
  ...plugins.pluginOperations,
  ...setup.setupOperations,
  ...hooks.hookOperations,
  ...egress.egressOperations,
  ...messages.messageOperations,
  ...routes.routeOperations,
  ...repairs.repairOperations,
  ...keys.keyOperations,
  ...pages.pageOperations,
  ...devtools.devtoolsOperations,
  ...marketplace.marketplaceOperations,
  ...publishing.publishingOperations,
  ...browser.browserOperations,
  ...glasses.glassOperations,
  ...glassRequests.glassRequestOperations,
  ...disclosures.disclosureOperations,
  ...custody.custodyOperations,
  ...fhir.fhirOperations,
  ...stores.storeOperations,
];

/** Schema object -> its exported name. What is exported by name becomes a component, what is not stays in place. */
const names = new Map<unknown, string>(
  [
    schemas,
    platform,
    identity,
    plugins,
    hooks,
    messages,
    routes,
    egress,
    fhir,
    browser,
    glasses,
    glassRequests,
    disclosures,
    custody,
    stores,
    repairs,
    keys,
    setup,
    pages,
    devtools,
    conformance,
    upgrades,
    wire,
    packages,
    marketplace,
    installs,
    safety,
    publishing,
  ]
    .flatMap((module) => Object.entries(module))
    .filter(([name, value]) => /^[A-Z]/.test(name) && isObjectSchema(value))
    .map(([name, value]) => [value, name]),
);

/**
 * A JSON document (OpenAPI 3.1.1), the same for the same declarations. Roles, audit class, step-up and the place in the
 * Admin Console are in `x-roles`, `x-audit`, `x-step-up` and `x-console`.
 */
export function buildOpenApi(): object {
  const paths: Record<string, JsonObject> = {};
  for (const operation of described) {
    paths[operation.path] = {
      ...paths[operation.path],
      [operation.method.toLowerCase()]: describeOperation(operation),
    };
  }
  return {
    openapi: "3.1.1",
    info: { title: "Hilum", version: "1", summary: "Everything that the Admin Console does, for programs." },
    tags: [...new Set(described.map(({ tag }) => tag))].map((name) => ({ name })),
    paths,
    components: {
      schemas: describeComponents(paths),
      securitySchemes: {
        session: { type: "apiKey", in: "cookie", name: "__Host-sid", description: "The Admin Console's session." },
        token: { type: "http", scheme: "bearer", description: "A program's token, made under Users, Tokens." },
      },
    },
  };
}

function describeOperation(operation: OperationSpec): JsonObject {
  const parameters = [
    ...describeParameters("path", operation.params),
    ...describeParameters("query", operation.query),
    ...describeParameters("header", operation.headers),
  ];
  return {
    operationId: operation.id,
    tags: [operation.tag],
    summary: operation.summary,
    security:
      operation.access === "public"
        ? []
        : operation.access === "plugin"
          ? [{ token: [] }]
          : [{ session: [] }, { token: [] }],
    ...(parameters.length === 0 ? {} : { parameters }),
    ...describeBody(operation),
    responses: describeResponses(operation),
    "x-roles": operation.access,
    "x-audit": operation.audit,
    "x-console": operation.console,
    ...(operation.stepUp === true ? { "x-step-up": true } : {}),
  };
}

function describeParameters(place: "path" | "query" | "header", schema: TSchema | undefined): JsonObject[] {
  if (schema === undefined) return [];
  const { properties = {}, required = [] } = schema as { properties?: JsonObject; required?: readonly string[] };
  return Object.entries(properties).map(([name, member]) => ({
    name,
    in: place,
    required: place === "path" || required.includes(name),
    schema: describeSchema(member),
  }));
}

function describeBody({ body, bodyType, dialect }: OperationSpec): JsonObject {
  if (bodyType === "bytes") return { requestBody: { required: true, content: { "application/octet-stream": {} } } };
  if (body === undefined) return {};
  return { requestBody: { required: true, content: { [jsonTypeOf(dialect)]: { schema: describeSchema(body) } } } };
}

const jsonTypeOf = (dialect: OperationSpec["dialect"]): string =>
  dialect === "fhir" ? "application/fhir+json" : "application/json";

function describeResponses({ responses, produces, dialect }: OperationSpec): JsonObject {
  const answers = Object.entries(responses).map(([status, schema]) => {
    const content =
      schema === null
        ? produces === undefined
          ? undefined
          : { [produces]: {} }
        : { [jsonTypeOf(dialect)]: { schema: describeSchema(schema) } };
    return [status, { description: describeStatus(Number(status)), ...(content === undefined ? {} : { content }) }];
  });
  const problem =
    dialect === "fhir"
      ? { "application/fhir+json": { schema: { $ref: "#/components/schemas/FhirResource" } } }
      : { "application/problem+json": { schema: { $ref: "#/components/schemas/ProblemDocument" } } };
  return {
    ...Object.fromEntries(answers),
    default: { description: "Refused: what, where and the mend", content: problem },
  };
}

function describeStatus(status: number): string {
  const words: Record<number, string> = {
    101: "The connection becomes a WebSocket",
    200: "Done",
    201: "Made",
    202: "Accepted; it waits",
    204: "Done; there is no body",
  };
  return words[status] ?? "Answered";
}

/** The named schemas that something refers to. */
function describeComponents(paths: JsonObject): JsonObject {
  const all = Object.fromEntries([...names].map(([schema, name]) => [name, describeMembers(schema)]));
  const text = JSON.stringify([paths, all]);
  return Object.fromEntries(Object.entries(all).filter(([name]) => text.includes(`"#/components/schemas/${name}"`)));
}

/** A named schema as a reference, any other with its members described. */
function describeSchema(schema: unknown): unknown {
  const name = names.get(schema);
  return name === undefined ? describeMembers(schema) : { $ref: `#/components/schemas/${name}` };
}

function describeMembers(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(describeSchema);
  if (typeof schema !== "object" || schema === null) return schema;
  return Object.fromEntries(Object.entries(schema).map(([key, value]) => [key, describeSchema(value)]));
}

function isObjectSchema(value: unknown): boolean {
  return typeof value === "object" && value !== null && "type" in value && value.type === "object";
}
