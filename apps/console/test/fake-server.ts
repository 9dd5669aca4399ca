/**
 * Answers the console from fixtures, for pictures and axe runs while developing; it is never shipped. Every request
 * and every answer is held against the contract, so that neither side drifts from it.
 */
import { randomBytes } from "node:crypto";
import { readFile } from "node:fs/promises";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { extname, join } from "node:path";
import { errorCatalogue, type ErrorCode } from "@hilum/contract";
import { operations, type Operation, type OperationSpec } from "@hilum/contract/api";
import { pagesPath } from "@hilum/contract/bridge";
import { Value } from "typebox/value";
import { Format } from "typebox/format";
import { answer } from "./fake-answers.ts";
import { Refusal, type Scenario } from "./scenario.ts";
import { servePluginPage } from "./plugin-page-files.ts";

Format.Set("date-time", (text) => !Number.isNaN(Date.parse(text)));

const types: Record<string, string> = {
  ".js": "text/javascript",
  ".css": "text/css",
  ".svg": "image/svg+xml",
  ".woff2": "font/woff2",
  ".wasm": "application/wasm",
  ".html": "text/html; charset=utf-8",
};

export interface FakeServer {
  origin: string;
  scenario: Scenario;
  /** Requests and answers that break the contract. */
  faults: string[];
  close(): Promise<void>;
}

export async function startFakeServer(distDir: string): Promise<FakeServer> {
  const state: FakeServer = { origin: "", scenario: {}, faults: [], close: () => Promise.resolve() };
  const server: Server = createServer((request, response) => {
    void handle(state, distDir, request, response).catch((fault: unknown) => {
      state.faults.push(String(fault));
      if (!response.headersSent) response.writeHead(500).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  state.origin = typeof address === "object" && address !== null ? `http://127.0.0.1:${address.port}` : "";
  state.close = () => new Promise((resolve) => void (server.closeAllConnections(), server.close(() => resolve())));
  return state;
}

async function handle(
  state: FakeServer,
  distDir: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const url = new URL(request.url ?? "/", "http://localhost");
  if (servePluginPage(distDir, state.origin, url.pathname, response)) return;
  if (!url.pathname.startsWith("/api/")) return servePage(state.origin, distDir, url.pathname, response);
  const operation = operations.find(
    ({ method, path }) => method === request.method && matchPath(path, url.pathname) !== undefined,
  );
  if (operation === undefined) {
    response.writeHead(404).end();
    return;
  }
  const body = await readBody(request);
  const call = {
    params: matchPath(operation.path, url.pathname) ?? {},
    query: Object.fromEntries(url.searchParams),
    body,
  };
  state.faults.push(...requestFaults(operation, call, request));
  try {
    const result = answer(operation.id, call, state.scenario);
    if (operation.id === "tailPluginLogs" || operation.id === "tailFrames")
      return void response.writeHead(200, { "content-type": "text/event-stream" }).write(": open\n\n");
    if (result instanceof Uint8Array)
      return void response.writeHead(200, { "content-type": "application/octet-stream" }).end(result);
    state.faults.push(...answerFaults(operation, result));
    response
      .writeHead(result === undefined ? 204 : 200, {
        "content-type": "application/json",
        "x-request-id": "01JD8R4KREQ",
      })
      .end(result === undefined ? undefined : JSON.stringify(result));
  } catch (thrown) {
    if (!(thrown instanceof Refusal)) throw thrown;
    refuse(response, thrown);
  }
}

function refuse(response: ServerResponse, { code, detail, problems }: Refusal): void {
  const spec = errorCatalogue[code as ErrorCode];
  const document = {
    type: `/errors/${code}`,
    title: spec.title,
    status: spec.status,
    detail: detail ?? spec.title,
    code,
    fix: spec.fix,
    requestId: "01JD8R4KREQ",
    problems,
  };
  response
    .writeHead(spec.status, { "content-type": "application/problem+json", "x-request-id": "01JD8R4KREQ" })
    .end(JSON.stringify(document));
}

function matchPath(template: string, path: string): Record<string, string> | undefined {
  const names: string[] = [];
  const pattern = template.replaceAll(/\{(\w+)\}/g, (_, name: string) => (names.push(name), "([^/]+)"));
  const match = new RegExp(`^${pattern}$`).exec(path);
  return match === null
    ? undefined
    : Object.fromEntries(names.map((name, at) => [name, decodeURIComponent(match[at + 1] ?? "")]));
}

async function readBody(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const text = Buffer.concat(chunks).toString();
  return text !== "" && request.headers["content-type"] === "application/json" ? JSON.parse(text) : undefined;
}

function requestFaults(
  operation: Operation,
  call: { params: unknown; query: unknown; body: unknown },
  request: IncomingMessage,
): string[] {
  const spec: OperationSpec = operation;
  const faults: string[] = [];
  if (request.headers["x-hilum-console"] !== "1") faults.push(`${spec.id}: no X-Hilum-Console header`);
  for (const part of ["params", "query", "body"] as const) {
    const schema = spec[part];
    if (schema === undefined) continue;
    const value = part === "body" ? call.body : readParts(schema, call[part]);
    for (const { instancePath, message } of Value.Errors(schema, value))
      faults.push(`${spec.id}: ${part}${instancePath} ${message}`);
  }
  return faults;
}

/** Parts of an address are text; those that the contract calls integers or booleans are read as such. */
function readParts(schema: unknown, values: unknown): unknown {
  const { properties = {} } = schema as { properties?: Record<string, { type?: string }> };
  return Object.fromEntries(
    Object.entries(values as Record<string, string>).map(([name, text]) => [
      name,
      properties[name]?.type === "integer"
        ? Number(text)
        : properties[name]?.type === "boolean"
          ? text === "true"
          : text,
    ]),
  );
}

function answerFaults(operation: Operation, result: unknown): string[] {
  const schemas = Object.values((operation as OperationSpec).responses).filter((schema) => schema !== null);
  if (schemas.length === 0 || schemas.some((schema) => Value.Check(schema, result))) return [];
  return [
    `${operation.id}: the fixture does not fit: ${JSON.stringify(Value.Errors(schemas[0]!, result)).slice(0, 400)}`,
  ];
}

async function servePage(origin: string, distDir: string, path: string, response: ServerResponse): Promise<void> {
  const name = path.replace(/^\/admin\/ui\//, "");
  if (name.startsWith("assets/")) {
    const file = await readFile(join(distDir, name));
    response
      .writeHead(200, {
        "content-type": types[extname(name)] ?? "application/octet-stream",
        // As the server does it: a worker takes its policy from its own file.
        ...(extname(name) === ".js" && {
          "content-security-policy": "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'",
        }),
      })
      .end(file);
    return;
  }
  const nonce = randomBytes(16).toString("base64url");
  const page = (await readFile(join(distDir, "index.html"), "utf8")).replaceAll("__HILUM_NONCE__", nonce);
  const policy = `default-src 'none'; script-src 'self' 'nonce-${nonce}'; style-src 'self' 'nonce-${nonce}'; img-src 'self' data:; font-src 'self'; connect-src 'self'; frame-src ${origin}${pagesPath}; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; require-trusted-types-for 'script'`;
  response.writeHead(200, { "content-type": types[".html"], "content-security-policy": policy }).end(page);
}
