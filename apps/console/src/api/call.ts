import { createHilumClient, isApiProblem } from "@hilum/client";
import type { AnswerOf, BodyOf, Operation, OperationId, ParamsOf, QueryOf } from "@hilum/contract/api";
import { table } from "virtual:hilum-operations";
import { connection } from "./connection.ts";
import type { LooseInput, OperationFacts } from "./operation-facts.ts";
import { session } from "./session-events.ts";

type Given<Value> = Record<never, never> extends Value ? { query?: Value } : { query: Value };
type InputOfOperation<O> = (O extends { params: unknown } ? { params: ParamsOf<O> } : unknown) &
  (O extends { query: unknown } ? Given<QueryOf<O>> : unknown) &
  (O extends { body: unknown } ? { body: BodyOf<O> } : unknown) &
  (O extends { bodyType: "bytes" } ? { bytes: Blob } : unknown) &
  (O extends { headers: unknown } ? { idempotencyKey?: string } : unknown);
type Inputs = { [O in Operation as O["id"]]: InputOfOperation<O> };
type Answers = { [O in Operation as O["id"]]: AnswerOf<O> };

/** What an operation must be given: parameters, query and body as the contract declares them. */
export type InputOf<Id extends OperationId> = Inputs[Id];
export type AnswerById<Id extends OperationId> = Answers[Id];
/** The input, left out where nothing in it is required. */
export type InputArgs<Id extends OperationId> =
  Record<never, never> extends Inputs[Id] ? [input?: Inputs[Id]] : [input: Inputs[Id]];

interface FullInput extends LooseInput {
  bytes?: Blob;
  idempotencyKey?: string;
  /** The plugin and instance whose page had the idea. */
  via?: string;
}

interface Init {
  params: { path?: unknown; query?: unknown; header?: unknown };
  body?: unknown;
  headers?: Record<string, string>;
  bodySerializer?: (body: unknown) => unknown;
  parseAs: "json" | "blob" | "stream";
  signal?: AbortSignal;
}
type Verb = (path: string, init: Init) => Promise<{ data: unknown; response: Response }>;

const client = createHilumClient({
  baseUrl: "",
  csrfHeader: "X-Hilum-Console",
  fetch: (outgoing) => globalThis.fetch(new Request(outgoing, { cache: "no-store", redirect: "error" })),
});

export function factsOf(id: Operation["id"]): OperationFacts {
  const facts = table[id];
  if (facts === undefined) throw new Error(`no operation ${id}`);
  return facts;
}

/** Calls an operation of the API and answers its JSON. Throws ApiProblem. */
export async function call<Id extends OperationId>(id: Id, ...[input]: InputArgs<Id>): Promise<AnswerById<Id>> {
  return (await callAs("json", id, input as FullInput | undefined)).data as AnswerById<Id>;
}

/** The same for a page of a plugin (`plugin/instance`), which the audit log names beside the person. */
export async function callVia<Id extends OperationId>(
  via: string,
  id: Id,
  ...[input]: InputArgs<Id>
): Promise<AnswerById<Id>> {
  return (await callAs("json", id, { ...(input as FullInput | undefined), via })).data as AnswerById<Id>;
}

/** Calls an operation that streams its answer, and answers the stream's text as it arrives. */
export async function callStream(
  id: OperationId,
  input: LooseInput,
  signal: AbortSignal,
): Promise<ReadableStream<Uint8Array>> {
  return (await callAs("stream", id, input, signal)).data as ReadableStream<Uint8Array>;
}

/** What came back of a call, with what a developer wants to know of it. */
export interface Tried {
  status: number;
  requestId: string;
  durationMs: number;
  data: unknown;
}

/** Calls an operation whose input a person put together by hand. Throws ApiProblem. */
export async function tryCall(id: OperationId, input: LooseInput & { bytes?: Blob }): Promise<Tried> {
  const startedAt = performance.now();
  const { data, response } = await callAs("json", id, input);
  return {
    status: response.status,
    requestId: response.headers.get("x-request-id") ?? "",
    durationMs: performance.now() - startedAt,
    data,
  };
}

/** Saves an answer as a file on the person's machine. The name comes from the server where it gives one. */
export async function download(id: OperationId, input: LooseInput, fallbackName: string): Promise<void> {
  const { data, response } = await callAs("blob", id, input);
  const named = /filename="?([^";]+)"?/.exec(response.headers.get("content-disposition") ?? "")?.[1];
  saveFile(data as Blob, named ?? fallbackName);
}

/** The bytes that an operation answers, for what is shown and not saved. Throws ApiProblem. */
export async function callBytes(id: OperationId, input: LooseInput): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(await ((await callAs("blob", id, input)).data as Blob).arrayBuffer());
}

export function saveFile(blob: Blob, name: string): void {
  const url = URL.createObjectURL(blob);
  const anchor = document.createElement("a");
  anchor.href = url;
  anchor.download = name;
  anchor.click();
  URL.revokeObjectURL(url);
}

/**
 * One request. Where the server asks for the password once more, the person is asked and the same request repeated;
 * where the session is over, the console leads to sign-in and back.
 */
async function callAs(
  parseAs: Init["parseAs"],
  id: OperationId,
  input: FullInput = {},
  signal?: AbortSignal,
): ReturnType<Verb> {
  const send = (): ReturnType<Verb> => request(factsOf(id), parseAs, input, signal);
  try {
    return await send();
  } catch (problem) {
    if (!isApiProblem(problem)) throw problem;
    if (problem.code === "request.unauthenticated") session.ended();
    if (problem.code === "request.step_up" && (await session.askStepUp())) return send();
    throw problem;
  }
}

async function request(
  facts: OperationFacts,
  parseAs: Init["parseAs"],
  input: FullInput,
  signal?: AbortSignal,
): ReturnType<Verb> {
  // The client is typed by path, the console by operation: both come from the contract, so the cast loses nothing.
  const verb = client[facts.method as keyof typeof client] as unknown as Verb;
  const { bytes, idempotencyKey, via } = input;
  const headers = {
    ...(via !== undefined && { "X-Hilum-Via": via }),
    ...(bytes !== undefined && { "Content-Type": bytes.type || "application/octet-stream" }),
  };
  try {
    const answer = await verb(facts.path, {
      params: {
        path: input.params,
        query: input.query,
        ...(idempotencyKey !== undefined && { header: { "idempotency-key": idempotencyKey } }),
      },
      ...(bytes === undefined ? { body: input.body } : { body: bytes, bodySerializer: (body) => body }),
      headers,
      parseAs,
      ...(signal !== undefined && { signal }),
    });
    connection.restored();
    session.touched();
    return answer;
  } catch (problem) {
    if (isApiProblem(problem) && problem.code === "client.unanswered") connection.lost();
    else connection.restored();
    throw problem;
  }
}
