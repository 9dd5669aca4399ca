import { createHilumClient, isApiProblem, type HilumClient } from "@hilum/client";
import type { OperationSpec } from "@hilum/contract/api";
import { createFetch } from "./connection.ts";
import type { KeptServer } from "./kept-servers.ts";
import type { Call } from "./read-arguments.ts";
import type { Terminal } from "./terminal.ts";

/** An answer: JSON, or a stream that is handed on as it comes. */
export type Answer = { data: unknown } | { stream: ReadableStream<Uint8Array>; type: string; name?: string };

export interface Sender {
  send(operation: OperationSpec, call: Pick<Call, "params" | "query" | "body" | "upload">): Promise<Answer>;
}

type LooseCall = (path: string, init: object) => Promise<{ data: unknown; response: Response }>;

/**
 * Asks one server, by the generated client. An act that asks for the password once more is asked for at the terminal and
 * repeated; where nobody can be asked, its refusal is the answer. Throws an ApiProblem.
 */
export function createSender(server: KeptServer, terminal: Terminal, onSession: (cookie: string) => void): Sender {
  const client = createHilumClient({
    baseUrl: server.url,
    fetch: createFetch(server, onSession),
    ...(server.token === undefined ? {} : { token: server.token }),
  });

  async function sendOnce(
    operation: OperationSpec,
    { params, query, body, upload }: Parameters<Sender["send"]>[1],
  ): Promise<Answer> {
    const call = client[operation.method as keyof HilumClient] as unknown as LooseCall;
    const isStream = operation.produces !== undefined;
    const { data, response } = await call(operation.path, {
      params: { path: params, query },
      parseAs: isStream ? "stream" : "json",
      ...(body === undefined ? {} : { body }),
      ...(upload === undefined
        ? {}
        : {
            body: upload.bytes,
            bodySerializer: (bytes: unknown) => bytes,
            headers: { "content-type": upload.contentType },
          }),
    });
    if (!isStream) return { data };
    const name = /filename="([^"]+)"/.exec(response.headers.get("content-disposition") ?? "")?.[1];
    return {
      stream: data as ReadableStream<Uint8Array>,
      type: response.headers.get("content-type") ?? "",
      ...(name === undefined ? {} : { name }),
    };
  }

  return {
    async send(operation, call) {
      try {
        return await sendOnce(operation, call);
      } catch (error) {
        if (!isApiProblem(error) || error.code !== "request.step_up") throw error;
        const password = await terminal.askSecret("This needs your password once more: ");
        if (password === undefined) throw error;
        await client.POST("/api/v1/account/step-up", { body: { password } });
        return await sendOnce(operation, call);
      }
    },
  };
}
