/**
 * Trims Twilio's own OpenAPI document (MIT, its licence beside it) to the operations that Hilum's plugin calls: paths,
 * parameters, bodies and answers as Twilio writes them, without prose, examples and generator hints.
 *
 *   HILUM_TEST_DATA=<shared test data> node packages/testkit/generate/twilio-api.ts
 */
import { copyFileSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** What the plugin calls; the mock server answers nothing else. */
export const operationIds = [
  "CreateMessage",
  "ListMessage",
  "FetchMessage",
  "ListIncomingPhoneNumber",
  "FetchAccount",
  "FetchBalance",
] as const;

type Json = null | boolean | number | string | Json[] | { [name: string]: Json };
type JsonObject = { [name: string]: Json };

const target = fileURLToPath(new URL("../src/twilio/", import.meta.url));
const methods = new Set(["get", "post", "put", "patch", "delete"]);
/** Members that say nothing about what is valid. */
const prose = new Set(["description", "summary", "example", "examples", "tags", "externalDocs"]);

/** The trimmed document as the text of its file. */
export function trimTwilioApi(text: string): string {
  const { openapi, info, servers, paths, components } = JSON.parse(text) as Record<string, JsonObject>;
  const wanted: ReadonlySet<Json> = new Set(operationIds);
  const kept: JsonObject = {};
  for (const [path, item] of Object.entries(paths as JsonObject)) {
    const operations = Object.entries(item as JsonObject).filter(
      ([name, operation]) => methods.has(name) && wanted.has((operation as JsonObject)["operationId"] ?? null),
    );
    if (operations.length > 0) kept[path] = trim(Object.fromEntries(operations)) as JsonObject;
  }
  const all = (components as JsonObject)["schemas"] as JsonObject;
  const names = reachable(kept, all);
  const schemas = Object.fromEntries([...names].toSorted().map((name) => [name, trim(all[name] ?? null)]));
  const { title, version, license } = info as JsonObject;
  const document = {
    openapi: openapi as unknown as string,
    info: { title: title ?? "", version: version ?? "", license: license ?? null },
    servers: servers as unknown as Json,
    paths: kept,
    components: { securitySchemes: (components as JsonObject)["securitySchemes"] ?? null, schemas },
  };
  return `${JSON.stringify(document, undefined, 1)}\n`;
}

/** Names of the schemas that a value refers to, directly or through others. */
function reachable(value: Json, schemas: JsonObject, found = new Set<string>()): Set<string> {
  if (Array.isArray(value)) for (const one of value) reachable(one, schemas, found);
  else if (value !== null && typeof value === "object")
    for (const [name, member] of Object.entries(value)) {
      const referred = name === "$ref" && typeof member === "string" ? member.split("/").at(-1) : undefined;
      if (referred === undefined) reachable(member, schemas, found);
      else if (!found.has(referred)) {
        found.add(referred);
        reachable(schemas[referred] ?? null, schemas, found);
      }
    }
  return found;
}

/** Without prose. A property may be called `description`: names of properties are kept. */
function trim(value: Json, inProperties = false): Json {
  if (Array.isArray(value)) return value.map((one) => trim(one));
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([name]) => inProperties || !(prose.has(name) || name.startsWith("x-")))
      .map(([name, member]) => [name, trim(member, name === "properties" && !inProperties)]),
  );
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const data = process.env["HILUM_TEST_DATA"];
  if (data === undefined) throw new Error("HILUM_TEST_DATA names the folder of the shared test data");
  const folder = join(data, "vendor-openapi");
  writeFileSync(
    join(target, "twilio-api.gen.json"),
    trimTwilioApi(readFileSync(join(folder, "twilio_api_v2010.json"), "utf8")),
  );
  copyFileSync(join(folder, "LICENSE.twilio"), join(target, "LICENSE.twilio"));
}
