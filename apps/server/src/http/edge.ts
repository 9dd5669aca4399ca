import { HilumError, type Actor, type Context, type Log } from "@hilum/contract";
import {
  fhirRoot,
  operations,
  recordActions,
  type Operation,
  type OperationId,
  type OperationSpec,
} from "@hilum/contract/api";
import { govern, type Decision, type Governor } from "@hilum/host";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { Readable } from "node:stream";
import { digestOfReason, findReason } from "../features/audit/reasons.ts";
import type { AnnouncedRead, PurposeUnderGlass } from "../features/glass/purpose-under-glass.ts";
import { authenticate, type Credentials } from "./authentication.ts";
import { refuseFramed } from "./cross-site.ts";
import { describePeer } from "./peer.ts";
import { isFhirAddress, presentFhirProblem, readSearch } from "./fhir-dialect.ts";
import { presentProblem, toHilumError } from "./problem.ts";
import { presentProblemPage } from "./problem-page.ts";
import type { AnswerTo, Handlers, Peer, RequestOf } from "./request.ts";
import { createRecord, presentNote, type RecordParts } from "./request-record.ts";
import { createChecks, type Checks } from "./validation.ts";

export interface EdgeOptions extends RecordParts {
  governor: Governor;
  credentials: Credentials;
  handlers: Handlers;
  /** Another purpose than that of the context, where an open glass makes it so. */
  purposeUnderGlass: PurposeUnderGlass;
  /** Keeps the words of a reason that came with a request; the log holds their digest. */
  keepReason(requestId: string, reason: string): Promise<void>;
  decide(actor: Actor, operation: OperationSpec, nowMs: number, params: Readonly<Record<string, unknown>>): Decision;
  publicUrl: URL | undefined;
  ownOrigins(): ReadonlySet<string>;
  log: Log;
  now?(): Date;
}

declare module "fastify" {
  interface FastifyRequest {
    /** Of the address that was asked for; undefined where there is none. */
    operation: OperationSpec | undefined;
    actor: Actor;
    peer: Peer;
    bodyText: string | undefined;
  }
}

/**
 * Binds every operation of the contract to its handler. Each request goes: route, context, decide, intent, perform, outcome,
 * present (DESIGN section 4); the last five are `govern`, the same function that governs plugin calls.
 */
export async function bindOperations(app: FastifyInstance, options: EdgeOptions): Promise<void> {
  app.decorateRequest("operation");
  app.decorateRequest("actor");
  app.decorateRequest("peer");
  app.decorateRequest("bodyText");
  const isRaw = ({ raw = false }: OperationSpec): boolean => raw;
  for (const operation of operations) if (!isRaw(operation)) bind(app, operation, options);
  await app.register(async (outside) => {
    takeBodiesAsTheyCome(outside);
    for (const operation of operations) if (isRaw(operation)) bind(outside, operation, options);
  });
}

/** Bodies reach the handler unread. */
function takeBodiesAsTheyCome(outside: FastifyInstance): void {
  outside.removeAllContentTypeParsers();
  outside.addContentTypeParser("*", (_request, payload, done) => done(null, payload));
}

function bind(app: FastifyInstance, operation: Operation, options: EdgeOptions): void {
  const spec: OperationSpec = operation;
  const checks = createChecks(spec);
  const url = spec.path.replace(/\{([a-z]+)\}/gi, ":$1");
  // Clients send bundles to the base address, with the slash that other addresses begin after.
  const urls = spec.path === fhirRoot ? [url, `${url}/`] : [url];
  for (const address of urls)
    app.route({
      method: spec.method,
      url: address,
      ...(spec.bodyBytesMax === undefined ? {} : { bodyLimit: spec.bodyBytesMax }),
      config: { operation: spec, rateLimit: isCounted(spec) ? publicRate : false },
      onRequest: async (request, reply) => {
        request.operation = spec;
        void reply.header("x-operation-id", spec.id);
        refuseFramed(request.headers);
        request.peer = describePeer(request.raw, options.publicUrl);
        request.actor =
          spec.fromElsewhere === true || spec.raw === true
            ? { kind: "anonymous", id: "anonymous", peer: request.peer.address }
            : await authenticate(
                request.method,
                request.headers,
                request.peer,
                options.ownOrigins,
                options.credentials,
              );
        // Nobody's body is read before it is known that somebody may send it.
        if (spec.access !== "public" && request.actor.kind === "anonymous") await refuseEarly(request, spec, options);
      },
      handler: async (request, reply) => {
        const parsed = readRequest(request, spec, checks);
        const context = createContext(request, options);
        const answer = await governed(context, spec, parsed, request, options);
        return present(request, reply, answer);
      },
    });
}

/** The health probe is asked often by design; what is raw keeps its own counts. */
const isCounted = ({ access, id, raw = false }: OperationSpec): boolean =>
  access === "public" && id !== "getHealth" && !raw;
const publicRate = { max: 120, timeWindow: 60_000 };

function readRequest(request: FastifyRequest, spec: OperationSpec, checks: Checks): RequestOf<OperationId> {
  checks.params?.(request.params);
  const query = request.query;
  const isFhir = spec.dialect === "fhir";
  if (!isFhir && spec.query === undefined && spec.raw !== true && Object.keys(query as object).length > 0)
    throw new HilumError("request.invalid", { detail: "This address takes no query." });
  if (!isFhir) checks.query?.(query);
  checks.headers?.(request.headers);
  if (spec.body !== undefined && request.body === undefined)
    throw new HilumError("request.not_json", { detail: "The body is missing." });
  if (!isFhir) checks.body?.(request.body);
  const bytes =
    spec.bodyType === "bytes" && request.body !== undefined ? (request.body as Readable) : Readable.from([]);
  return {
    params: request.params,
    query,
    body: spec.bodyType === "bytes" ? undefined : request.body,
    ...(request.bodyText === undefined ? {} : { text: request.bodyText }),
    headers: request.headers,
    bytes,
    peer: request.peer,
    ...(spec.raw === true ? { target: request.url } : {}),
    ...(isFhir ? { search: readSearch(request.url) } : {}),
  } as RequestOf<OperationId>;
}

function createContext(request: FastifyRequest, { log, now = () => new Date() }: EdgeOptions): Context {
  return {
    actor: request.actor,
    requestId: request.id,
    purpose: (request.actor.kind === "token" ? request.actor.purpose : undefined) ?? "HOPERAT",
    // Made when somebody asks for it: most requests end before anything could be told to stop.
    get signal() {
      return request.signal;
    },
    now,
    log,
  };
}

async function governed(
  context: Context,
  spec: OperationSpec,
  parsed: RequestOf<OperationId>,
  request: FastifyRequest,
  options: EdgeOptions,
): Promise<AnswerTo<OperationId>> {
  const handler = options.handlers[spec.id as OperationId] as (
    context: Context,
    request: RequestOf<OperationId>,
  ) => Promise<AnswerTo<OperationId>>;
  const said = findReason(parsed.body);
  const record = createRecord(spec, request, options);
  const purpose = await options.purposeUnderGlass(context, announcedOf(spec, request.params));
  if (purpose !== undefined) record.purpose = purpose;
  if (said !== undefined)
    record.detail = { digest: digestOfReason(said.reason), ...(said.override ? { override: true } : {}) };
  return await govern(options.governor, context, record, {
    resolve: () => undefined,
    decide: () => options.decide(context.actor, spec, context.now().getTime(), parsed.params),
    perform: async () => {
      if (said !== undefined) await options.keepReason(context.requestId, said.reason);
      return await handler(context, parsed);
    },
    measure: (answer) => (answer.note === undefined ? undefined : presentNote(answer.note, options)),
  });
}

/** What of an act says whether it is a read under a glass: the glass and the record that it names, what it does with records. */
function announcedOf({ id: operation, dialect }: OperationSpec, params: unknown): AnnouncedRead {
  const { type, id, glass } = (params ?? {}) as Readonly<Record<string, string | undefined>>;
  const letters = dialect === "fhir" ? (recordActions[operation] ?? []) : [];
  // Acts on the glass itself name no record.
  const named = type === undefined || id === undefined || glass === undefined ? {} : { glass };
  return { letters, ...named, ...(type === undefined ? {} : { type }), ...(id === undefined ? {} : { id }) };
}

/** The refusal of somebody unknown goes through the same door, so that it leaves its entry. */
async function refuseEarly(request: FastifyRequest, spec: OperationSpec, options: EdgeOptions): Promise<void> {
  const context = createContext(request, options);
  await govern(
    options.governor,
    context,
    { call: options.nextCall(), action: spec.id, audit: "denials" },
    {
      resolve: () => undefined,
      decide: () => ({ allow: false, code: "request.unauthenticated", reason: "unauthenticated" }),
      perform: () => Promise.reject(new HilumError("request.unauthenticated")),
    },
  );
}

function present(request: FastifyRequest, reply: FastifyReply, answer: AnswerTo<OperationId>): FastifyReply {
  void reply.code(answer.status);
  for (const [name, value] of Object.entries(answer.headers ?? {})) void reply.header(name, value);
  if (answer.stream !== undefined) return reply.send(answer.stream);
  if (answer.body === undefined) return reply.send();
  const type = request.operation?.dialect === "fhir" ? "application/fhir+json" : "application/json";
  return reply.type(`${type}; charset=utf-8`).send(JSON.stringify(answer.body));
}

/** The one place where a thrown value becomes an answer. */
export function answerProblem(
  thrown: unknown,
  request: FastifyRequest,
  reply: FastifyReply,
  log: Log,
  describeCause: (thrown: unknown) => string,
): FastifyReply {
  const error = toHilumError(thrown);
  const isFhir = isFhirAddress(request);
  const document = presentProblem(error, request.id);
  if (document.status >= 500)
    log.error("request.failed", {
      requestId: request.id,
      code: error.code,
      status: document.status,
      reason: describeCause(error),
    });
  if (error.retryAfterMs !== undefined) void reply.header("retry-after", String(Math.ceil(error.retryAfterMs / 1000)));
  if (isFhir) return presentFhirProblem(error, request, reply);
  if (request.operation?.produces === "text/html" && (request.headers.accept ?? "").includes("text/html"))
    return reply.code(document.status).type("text/html; charset=utf-8").send(presentProblemPage(document));
  return reply.code(document.status).type("application/problem+json; charset=utf-8").send(JSON.stringify(document));
}
