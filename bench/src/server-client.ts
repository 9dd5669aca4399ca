import { Agent, request } from "node:https";

/** Requests as a signed-in browser makes them, or as a program with a token does. Bytes are sent as they are, all else as JSON. */
export interface Client {
  call(method: string, path: string, body?: unknown): Promise<{ status: number; body: unknown }>;
  /** The body, or an error that quotes the problem when the answer has another status. */
  expect<T>(status: number, method: string, path: string, body?: unknown): Promise<T>;
  close(): void;
}

export function createClient(url: URL, ca: string, token?: string): Client {
  const agent = new Agent({ ca, keepAlive: true });
  let cookie: string | undefined;

  async function call(method: string, path: string, body?: unknown): Promise<{ status: number; body: unknown }> {
    const raw = body instanceof Uint8Array;
    const bytes = body === undefined ? undefined : raw ? Buffer.from(body) : Buffer.from(JSON.stringify(body));
    const type = raw ? "application/octet-stream" : "application/json";
    const browser = { origin: url.origin, "sec-fetch-site": "same-origin", "x-hilum-console": "1" };
    const headers = {
      ...(bytes === undefined ? {} : { "content-type": type, "content-length": bytes.length }),
      ...(cookie === undefined ? {} : { cookie }),
      ...(token === undefined ? browser : { authorization: `Bearer ${token}` }),
    };
    return await new Promise((resolve, reject) => {
      const outgoing = request(new URL(path, url), { method, agent, headers }, (response) => {
        let text = "";
        response.setEncoding("utf8").on("data", (part: string) => (text += part));
        response.once("error", reject).once("end", () => {
          cookie = response.headers["set-cookie"]?.[0]?.split(";")[0] ?? cookie;
          resolve({ status: response.statusCode ?? 0, body: text === "" ? undefined : JSON.parse(text) });
        });
      });
      outgoing.once("error", reject).end(bytes);
    });
  }

  return {
    call,
    async expect<T>(status: number, method: string, path: string, body?: unknown) {
      const answer = await call(method, path, body);
      if (answer.status !== status)
        throw new Error(`${method} ${path} answered ${answer.status}: ${JSON.stringify(answer.body)}`);
      return answer.body as T;
    },
    close: () => agent.destroy(),
  };
}
