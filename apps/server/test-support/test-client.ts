import { Agent, request } from "node:https";
import {
  operations,
  type AnswerOf,
  type BodyOf,
  type OperationId,
  type OperationOf,
  type OperationSpec,
  type ParamsOf,
  type ProblemDocument,
  type QueryOf,
} from "@hilum/contract/api";
import { checkAnswer } from "./check-answer.ts";

export type Headers = Readonly<Record<string, string>>;

export interface SendOptions {
  /** A plain object is sent as JSON; text and bytes as they are. */
  body?: unknown;
  /** Sent beside, or in place of, what the client sends by itself. */
  headers?: Headers;
  /** Names of headers that the client leaves out. */
  without?: readonly string[];
  /** Loopback address to connect from. */
  from?: string;
}

export interface RawAnswer {
  status: number;
  headers: Readonly<Record<string, string | string[] | undefined>>;
  text: string;
  bytes: Buffer;
  /** The body as JSON; throws where it is none. */
  json(): unknown;
  /** The problem document; throws where the answer is none. */
  problem(): ProblemDocument;
  /** The code of the refusal, from a problem document or an OperationOutcome; throws where the answer is neither. */
  code(): string;
}

type Part<Name extends string, T> = Record<never, never> extends T ? { [N in Name]?: T } : { [N in Name]: T };
type BodyPart<T> = [T] extends [undefined] ? { body?: undefined } : { body: T };
export type Input<Id extends OperationId> = Part<"params", ParamsOf<OperationOf<Id>>> &
  Part<"query", QueryOf<OperationOf<Id>>> &
  BodyPart<BodyOf<OperationOf<Id>>> &
  Pick<SendOptions, "headers" | "without" | "from">;
type Args<Id extends OperationId> = Record<never, never> extends Input<Id> ? [input?: Input<Id>] : [input: Input<Id>];

/**
 * Speaks to a test server over HTTPS as one caller. Every answer is held to the contract's schema of its operation, so a test
 * that uses it proves the shape of what it reads.
 */
export interface TestClient {
  /** Calls an operation that must succeed; throws the problem document's words when it does not. */
  ok<Id extends OperationId>(id: Id, ...args: Args<Id>): Promise<AnswerOf<OperationOf<Id>>>;
  /** Calls an operation; any answer will do. */
  call<Id extends OperationId>(id: Id, ...args: Args<Id>): Promise<RawAnswer>;
  /** Sends anything: also what no honest client would. */
  send(method: string, path: string, options?: SendOptions): Promise<RawAnswer>;
  /** The session cookie as `name=value`, or empty. */
  cookie: string;
  readonly token: string | undefined;
  close(): void;
}

/** A caller without credential, with a session once it signs in, or with a bearer token. */
export function createTestClient({
  origin,
  ca,
  token,
  cookie = "",
}: {
  origin: string;
  ca: string;
  token?: string;
  cookie?: string;
}): TestClient {
  const agent = new Agent({ ca, keepAlive: true });
  const client: TestClient = {
    cookie,
    token,
    close: () => agent.destroy(),
    async send(method, path, options = {}) {
      const answer = await exchange(agent, origin, method, path, options, ownHeaders(origin, client));
      keepCookie(client, answer);
      checkAnswer(answer);
      return answer;
    },
    async call(id, ...[input]) {
      const { method, path, ...options } = toRequest(id, input ?? {});
      return await client.send(method, path, options);
    },
    async ok(id, ...args) {
      const answer = await client.call(id, ...args);
      if (answer.status >= 400) throw new Error(`${id} was refused with ${answer.status}: ${answer.text}`);
      return (answer.text === "" ? undefined : answer.json()) as never;
    },
  };
  return client;
}

type LooseInput = { params?: object; query?: object; body?: unknown } & Pick<
  SendOptions,
  "headers" | "without" | "from"
>;

/** The request line of an operation. */
export function toRequest(
  id: OperationId,
  { params = {}, query = {}, ...options }: LooseInput,
): { method: string; path: string } & SendOptions {
  const spec: OperationSpec | undefined = operations.find((operation) => operation.id === id);
  if (spec === undefined) throw new Error(`there is no operation ${id}`);
  const values = params as Record<string, unknown>;
  const path = spec.path.replace(/\{(\w+)\}/g, (_whole, name: string) => encodeURIComponent(String(values[name])));
  const search = new URLSearchParams(
    Object.entries(query).map(([name, value]): [string, string] => [name, String(value)]),
  ).toString();
  return { method: spec.method, path: search === "" ? path : `${path}?${search}`, ...options };
}

/** What the console sends with a session, and a program with a token. */
function ownHeaders(origin: string, { cookie, token }: TestClient): Headers {
  if (token !== undefined) return { authorization: `Bearer ${token}` };
  if (cookie === "") return {};
  return { cookie, origin, "sec-fetch-site": "same-origin", "x-hilum-console": "1" };
}

function keepCookie(client: TestClient, { headers }: RawAnswer): void {
  const first = [headers["set-cookie"] ?? []].flat().find((cookie) => cookie.startsWith("__Host-sid="));
  if (first !== undefined) client.cookie = first.startsWith("__Host-sid=;") ? "" : (first.split(";")[0] ?? "");
}

function exchange(
  agent: Agent,
  origin: string,
  method: string,
  path: string,
  { body, headers = {}, without = [], from }: SendOptions,
  own: Headers,
): Promise<RawAnswer> {
  const data = encode(body);
  const typed = data === undefined || body instanceof Uint8Array ? {} : { "content-type": "application/json" };
  const all: Record<string, string> = {
    ...own,
    ...typed,
    ...(data === undefined ? {} : { "content-length": String(data.byteLength) }),
    ...headers,
  };
  for (const name of without) delete all[name];
  return new Promise((resolve, reject) => {
    const options = {
      method,
      agent: from === undefined ? agent : false,
      headers: all,
      // A test may send any Host; the certificate is asked for by its own name.
      servername: "localhost",
      ...(from === undefined ? {} : { localAddress: from, family: 4, ca: agent.options.ca }),
    };
    const sent = request(origin + path, options, (answer) => {
      const parts: Buffer[] = [];
      answer.on("data", (part: Buffer) => parts.push(part));
      answer.once("error", reject);
      answer.once("end", () => resolve(present(answer.statusCode ?? 0, answer.headers, Buffer.concat(parts))));
    });
    sent.once("error", reject);
    sent.end(data);
  });
}

function codeIn(body: unknown): string {
  const { code, issue } = body as { code?: string; issue?: { details?: { coding?: { code?: string }[] } }[] };
  const found = code ?? issue?.[0]?.details?.coding?.[0]?.code;
  if (found === undefined) throw new Error(`this is no refusal: ${JSON.stringify(body).slice(0, 500)}`);
  return found;
}

function encode(body: unknown): Buffer | undefined {
  if (body === undefined) return undefined;
  if (body instanceof Uint8Array) return Buffer.from(body);
  return Buffer.from(typeof body === "string" ? body : JSON.stringify(body));
}

function present(status: number, headers: RawAnswer["headers"], bytes: Buffer): RawAnswer {
  const text = bytes.toString("utf8");
  return {
    status,
    headers,
    text,
    bytes,
    json: () => JSON.parse(text) as unknown,
    code: () => codeIn(JSON.parse(text)),
    problem() {
      const type = String(headers["content-type"]);
      if (!type.startsWith("application/problem+json"))
        throw new Error(`${status} is no problem document: ${text.slice(0, 500)}`);
      return JSON.parse(text) as ProblemDocument;
    },
  };
}
