import { once } from "node:events";
import type { IncomingMessage } from "node:http";
import { request as httpsRequest } from "node:https";
import { Readable } from "node:stream";
import type { KeptServer } from "./kept-servers.ts";

const clientName = "hilum-cli";

/**
 * `fetch` for one server: its certificate must come from the authority that was kept for it, and from no other. A session
 * is shown as the console shows it; the newest cookie that the server sets is handed to `onSession`.
 */
export function createFetch(
  server: KeptServer,
  onSession: (cookie: string) => void,
): (request: Request) => Promise<Response> {
  let session = server.session;
  return async (request) => {
    const headers: Record<string, string> = { ...Object.fromEntries(request.headers), "user-agent": clientName };
    if (server.token === undefined && session !== undefined)
      Object.assign(headers, { cookie: session, origin: server.url, "x-hilum-console": "cli" });
    const body = request.body === null ? undefined : Buffer.from(await request.arrayBuffer());
    const sent = httpsRequest(request.url, {
      method: request.method,
      headers: body === undefined ? headers : { ...headers, "content-length": String(body.length) },
      ...(server.authority === undefined ? {} : { ca: [server.authority] }),
      agent: false,
    });
    sent.end(body);
    const [answer] = (await once(sent, "response")) as [IncomingMessage];
    session = cookieOf(answer) ?? session;
    if (session !== undefined && session !== server.session) onSession(session);
    return toResponse(answer);
  };
}

function cookieOf({ headers }: IncomingMessage): string | undefined {
  const set = headers["set-cookie"]?.find((cookie) => cookie.startsWith("__Host-sid="));
  return set?.split(";")[0];
}

function toResponse(answer: IncomingMessage): Response {
  const status = answer.statusCode ?? 0;
  const headers = new Headers();
  for (const [name, value] of Object.entries(answer.headers))
    if (value !== undefined) headers.set(name, Array.isArray(value) ? value.join(", ") : value);
  const bodyless = status === 204 || status === 205 || status === 304;
  if (bodyless) answer.resume();
  return new Response(bodyless ? null : (Readable.toWeb(answer) as ReadableStream), { status, headers });
}
