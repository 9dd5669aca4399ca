import type { Log } from "@hilum/contract";
import { HilumError } from "@hilum/contract";
import { operations } from "@hilum/contract/api";
import rateLimit from "@fastify/rate-limit";
import Fastify, { type FastifyInstance, type FastifyRequest } from "fastify";
import { Readable } from "node:stream";
import { makeId } from "../make-id.ts";
import { describeCause } from "../log.ts";
import { limitBodyTimes, type StreamBody } from "./body-time.ts";
import { serveConsole } from "./console-files.ts";
import { answerProblem, bindOperations, type EdgeOptions } from "./edge.ts";
import { notFhirJson, requireFhirType } from "./fhir-dialect.ts";
import { parseJsonBody } from "./json-body.ts";
import { originOf } from "./own-origins.ts";
import { servePluginPages, type PageOptions } from "./plugin-pages.ts";
import { apiHeaders, baseHeaders } from "./security-headers.ts";

export interface AppOptions extends EdgeOptions, Pick<PageOptions, "findPage"> {
  tls: { cert: string; key: string };
  consoleDir: string;
  log: Log;
  /** Counts an answered request. */
  observe(operation: string, status: number, seconds: number): void;
  /** Throws for a path that is not served now, before anything else is looked at. */
  refuse?(path: string): void;
}

/** Authenticated encryption with forward secrecy alone (RFC 9325 section 4.2). */
const ciphers = [
  "TLS_AES_256_GCM_SHA384",
  "TLS_CHACHA20_POLY1305_SHA256",
  "TLS_AES_128_GCM_SHA256",
  "ECDHE-ECDSA-AES256-GCM-SHA384",
  "ECDHE-RSA-AES256-GCM-SHA384",
  "ECDHE-ECDSA-CHACHA20-POLY1305",
  "ECDHE-RSA-CHACHA20-POLY1305",
  "ECDHE-ECDSA-AES128-GCM-SHA256",
  "ECDHE-RSA-AES128-GCM-SHA256",
].join(":");

/** JSON of a kind of its own: taken where a record is patched, and nowhere else. */
const patchType = "application/json-patch+json";
const jsonTypes = ["application/json", "application/fhir+json", patchType];

/** Operations bring their own checks: Fastify's validator and serializer are never loaded. */
const ownChecksOnly = { buildValidator: refuseSchema, buildSerializer: refuseSchema };

function refuseSchema(): never {
  throw new Error("a route has a schema for Fastify; declare an operation instead");
}

/** The HTTPS application: limits, security headers, problem documents, the operations, the console's files. */
export async function createApp(options: AppOptions): Promise<FastifyInstance> {
  const app = Fastify({
    https: { cert: options.tls.cert, key: options.tls.key, minVersion: "TLSv1.2", honorCipherOrder: true, ciphers },
    logger: false,
    genReqId: () => makeId(),
    bodyLimit: 1_048_576,
    // Bodies have times of their own: those that are streamed may take longer than others.
    requestTimeout: 0,
    connectionTimeout: 0,
    keepAliveTimeout: 30_000,
    forceCloseConnections: true,
    schemaController: { compilersFactory: ownChecksOnly },
    // No route is found and no hook runs for an address that cannot be read.
    frameworkErrors(error, request, reply) {
      void reply.header("x-request-id", request.id).headers(apiHeaders);
      void answerProblem(error, request, reply, options.log, describeCause);
    },
    routerOptions: { ignoreTrailingSlash: false, maxParamLength: 200 },
  });
  // Slow headers end (threat 173).
  app.server.headersTimeout = 15_000;
  const streamBody = limitBodyTimes(app);
  app.removeAllContentTypeParsers();
  app.addContentTypeParser(jsonTypes, { parseAs: "buffer" }, (request, body, done) => {
    try {
      done(null, readJson(request, body as Buffer));
    } catch (error) {
      done(error as Error);
    }
  });
  addByteParser(app, streamBody);
  app.addHook("onRequest", async (request, reply) => {
    void reply.header("x-request-id", request.id);
    void reply.headers(request.url.startsWith("/admin/ui") ? baseHeaders : apiHeaders);
    options.refuse?.(request.url.split("?")[0] ?? "");
  });
  app.addHook("onResponse", async (request, reply) => {
    const { operation } = request;
    if (operation !== undefined) options.observe(operation.id, reply.statusCode, reply.elapsedTime / 1000);
  });
  app.setErrorHandler((error, request, reply) => answerProblem(error, request, reply, options.log, describeCause));
  await app.register(rateLimit, {
    global: false,
    keyGenerator: (request) => request.socket.remoteAddress ?? "unknown",
    errorResponseBuilder: (_request, { ttl }) => new HilumError("request.too_many", { retryAfterMs: ttl }),
  });
  app.setNotFoundHandler((request, reply) => {
    const allowed = methodsAt(request.url.split("?")[0] ?? "");
    if (allowed.length === 0 || allowed.includes(request.method)) throw new HilumError("request.not_found");
    void reply.header("allow", allowed.join(", "));
    throw new HilumError("request.method", { detail: `This address takes ${allowed.join(", ")}.` });
  });
  await bindOperations(app, options);
  const ownOriginOf = (request: FastifyRequest): string => originOf(request.headers.host, options.ownOrigins());
  serveConsole(app, options.consoleDir, ownOriginOf);
  servePluginPages(app, { findPage: options.findPage, consoleDir: options.consoleDir, originOf: ownOriginOf });
  return app;
}

function readJson(request: FastifyRequest, body: Buffer): unknown {
  const { operation } = request;
  if (operation?.bodyType === "bytes") return Readable.from([body]);
  const isPatched = operation?.dialect === "fhir" && operation.method === "PATCH";
  if (!isPatched && (request.headers["content-type"] ?? "").startsWith(patchType))
    throw new HilumError("request.media_type", { detail: "A JSON Patch is sent by PATCH to a record." });
  // Some clients name a type for the body that they do not send.
  if (operation?.body === undefined && body.length === 0) return undefined;
  const isFhir = operation?.dialect === "fhir";
  if (isFhir) requireFhirType(request.headers["content-type"]);
  const value = parseJsonBody(body, isFhir ? { repeats: "refused", nul: "kept" } : {});
  if (operation?.id === "registerPlugin") request.bodyText = body.toString("utf8");
  return value;
}

/** Uploads of any type reach their handler as a stream; every other operation refuses what is not JSON. */
function addByteParser(app: FastifyInstance, streamBody: StreamBody): void {
  app.addContentTypeParser("*", (request, payload, done) => {
    const { operation } = request;
    if (operation?.bodyType === "bytes") done(null, streamBody(request, payload));
    else if (operation?.body === undefined && request.headers["content-length"] === "0") done(null, undefined);
    else done(operation?.dialect === "fhir" ? notFhirJson(operation) : notJson(), undefined);
  });
}

const notJson = (): HilumError =>
  new HilumError("request.media_type", { detail: "The Content-Type is not application/json." });

/** The methods that some operation takes at a path. Neither answer tells whether a record exists. */
function methodsAt(path: string): string[] {
  return [
    ...new Set<string>(
      operations.filter((operation) => templateMatches(operation.path, path)).map((operation) => operation.method),
    ),
  ];
}

function templateMatches(template: string, path: string): boolean {
  const wanted = template.split("/");
  const given = path.split("/");
  return wanted.length === given.length && wanted.every((part, at) => part.startsWith("{") || part === given[at]);
}
