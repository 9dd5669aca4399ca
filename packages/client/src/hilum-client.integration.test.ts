import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, describe, expect, expectTypeOf, it } from "vitest";
import type { components } from "./api.gen.ts";
import { isApiProblem, type ApiProblem } from "./api-problem.ts";
import { createHilumClient, type HilumClient, type HilumClientOptions } from "./hilum-client.ts";

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

const json = (status: number, body: unknown, headers: Record<string, string> = {}): Answer => {
  return (_request, response) => {
    response.writeHead(status, { "content-type": "application/json", "x-request-id": "req-1", ...headers });
    response.end(JSON.stringify(body));
  };
};
const problem = (status: number, body: unknown, headers: Record<string, string> = {}): Answer =>
  json(status, body, { "content-type": "application/problem+json", ...headers });

/** The problem that a call throws; anything else that it throws fails the test. */
async function problemOf(call: Promise<unknown>): Promise<ApiProblem> {
  const thrown: unknown = await call.then(
    () => "nothing was thrown",
    (error: unknown) => error,
  );
  if (!isApiProblem(thrown)) throw new Error(`not an ApiProblem: ${String(thrown)}`);
  return thrown;
}

describe("the HTTP client", () => {
  let server: Server;
  let answer: Answer;
  let seen: IncomingMessage | undefined;
  let body = "";

  beforeEach(async () => {
    seen = undefined;
    body = "";
    server = createServer((request, response) => {
      seen = request;
      request.setEncoding("utf8").on("data", (text: string) => (body += text));
      request.on("end", () => answer(request, response));
    }).listen(0, "127.0.0.1");
    await once(server, "listening");
  });
  afterEach(() => {
    server.closeAllConnections();
    server.close();
  });

  const client = (options: Partial<HilumClientOptions> = {}): HilumClient =>
    createHilumClient({ baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, ...options });

  it("answers the data of an operation, typed", async () => {
    answer = json(200, { items: [] });
    const { data, response } = await client().GET("/api/v1/messages", { params: { query: { channel: "email" } } });
    expect(data).toEqual({ items: [] });
    expect(response.status).toBe(200);
    expect(seen?.url).toBe("/api/v1/messages?channel=email");
    expectTypeOf(data.items).items.toEqualTypeOf<components["schemas"]["ListedMessage"]>();
  });

  it("knows which methods a path takes and what they need", () => {
    const api = client();
    // @ts-expect-error: the path takes PUT alone.
    void (() => api.GET("/api/v1/account/password"));
    // @ts-expect-error: there is no such channel.
    void (() => api.GET("/api/v1/messages", { params: { query: { channel: "pigeon" } } }));
    // @ts-expect-error: the body is missing.
    void (() => api.PUT("/api/v1/account/password"));
    expect(api).toBeDefined();
  });

  it("fills path parameters, sends bodies as JSON and takes an answer without a body", async () => {
    answer = json(200, { id: "m1", state: "discarded" });
    await client().POST("/api/v1/messages/{message}/discard", {
      params: { path: { message: "a/b" } },
      body: { reason: "Sent by telephone instead" },
    });
    expect([seen?.method, seen?.url, seen?.headers["content-type"]]).toEqual([
      "POST",
      "/api/v1/messages/a%2Fb/discard",
      "application/json",
    ]);
    expect(JSON.parse(body)).toEqual({ reason: "Sent by telephone instead" });
    answer = (_request, response) => response.writeHead(204).end();
    const { response } = await client().DELETE("/api/v1/sessions/current");
    expect(response.status).toBe(204);
  });

  it("sends the token, or the console's header", async () => {
    answer = json(200, { items: [] });
    await client({ token: "secret" }).GET("/api/v1/users");
    expect(seen?.headers.authorization).toBe("Bearer secret");
    await client({ csrfHeader: "x-hilum-console" }).GET("/api/v1/users");
    expect([seen?.headers.authorization, seen?.headers["x-hilum-console"]]).toEqual([undefined, "1"]);
  });

  it("throws a refusal as a problem with everything that the server said", async () => {
    const document = {
      type: "about:blank",
      status: 422,
      code: "manifest.invalid",
      title: "The manifest is not valid",
      detail: "Two places are wrong.",
      fix: "Correct the named places.",
      requestId: "req-7",
      problems: [{ pointer: "/scopes/2", message: "`phi.readd` is not a scope", line: 4 }],
    };
    answer = problem(422, document, { "retry-after": "2" });
    const thrown = await problemOf(client().GET("/api/v1/plugins"));
    const { type: _type, ...fields } = document;
    expect(thrown).toMatchObject({ ...fields, retryAfterMs: 2_000 });
  });

  it.each([
    [
      "a page of something else",
      (_request, response) => response.writeHead(502, { "content-type": "text/html" }).end("<h1>Bad gateway</h1>"),
    ],
    [
      "a refusal that is no JSON",
      (_request, response) => response.writeHead(500, { "content-type": "application/problem+json" }).end("{"),
    ],
    ["a refusal without a code", problem(500, { title: "Oops" })],
    [
      "a success that is no JSON",
      (_request, response) => response.writeHead(200, { "content-type": "application/json" }).end("{"),
    ],
  ] satisfies [string, Answer][])("throws a problem for %s", async (_name, reply) => {
    answer = reply;
    expect(await problemOf(client().GET("/api/v1/plugins"))).toMatchObject({ code: "client.bad_answer" });
  });

  it("does not trust the members of a refusal to have their types", async () => {
    answer = problem(400, {
      code: "request.invalid",
      title: 7,
      detail: null,
      fix: {},
      problems: [{ pointer: 1 }, "x", { pointer: "/a", message: "b" }],
    });
    expect(await problemOf(client().GET("/api/v1/plugins"))).toMatchObject({
      code: "request.invalid",
      title: "",
      detail: "",
      fix: "",
      requestId: "req-1",
      problems: [{ pointer: "/a", message: "b" }],
    });
  });

  it("throws a problem when the link breaks, when nobody listens, and when it is aborted", async () => {
    answer = (request) => request.socket.destroy();
    expect(await problemOf(client().GET("/api/v1/plugins"))).toMatchObject({ status: 0, code: "client.unanswered" });

    const closed = createServer().listen(0, "127.0.0.1");
    await once(closed, "listening");
    const baseUrl = `http://127.0.0.1:${(closed.address() as AddressInfo).port}`;
    closed.close();
    await once(closed, "close");
    expect(await problemOf(client({ baseUrl }).GET("/api/v1/plugins"))).toMatchObject({ code: "client.unanswered" });

    answer = () => {};
    const controller = new AbortController();
    const call = problemOf(client().GET("/api/v1/plugins", { signal: controller.signal }));
    controller.abort();
    expect(await call).toMatchObject({ code: "client.aborted" });
  });
});
