import { request } from "node:https";

export interface TlsQuestion {
  port: number;
  /** PEM of the authority that issued the server's certificate. */
  authority: string;
  method: string;
  path: string;
  query?: Readonly<Record<string, string | readonly string[]>>;
  headers?: Readonly<Record<string, string>>;
  /** As it is sent. */
  body?: string | Uint8Array;
  timeoutMs?: number;
}

export interface TlsReply {
  status: number;
  headers: Record<string, string>;
  body: Buffer;
}

/** Why there was no reply. */
export class Unanswered extends Error {
  readonly why: "timeout" | "certificate" | "lost";
  constructor(why: Unanswered["why"]) {
    super(`Nobody answered: ${why}`);
    this.why = why;
  }
}

/** Asks a server on this machine as a host would in a plugin's place. Rejects with Unanswered. */
export function askOverTls(question: TlsQuestion): Promise<TlsReply> {
  const { port, authority, method, path, query = {}, headers = {}, body = "", timeoutMs = 5_000 } = question;
  const pairs = Object.entries(query).flatMap(([name, value]) =>
    [value].flat().map((one): [string, string] => [name, one]),
  );
  const search = new URLSearchParams(pairs).toString();
  const length = typeof body === "string" ? Buffer.byteLength(body) : body.length;
  const { promise, resolve, reject } = Promise.withResolvers<TlsReply>();
  const outgoing = request(
    {
      ...{ host: "localhost", port, ca: authority, agent: false, method, timeout: timeoutMs },
      path: `${path}${search === "" ? "" : `?${search}`}`,
      headers: { ...headers, ...(length === 0 ? {} : { "content-length": length }) },
    },
    (answer) => {
      const chunks: Buffer[] = [];
      answer.on("data", (chunk: Buffer) => chunks.push(chunk));
      answer.on("error", () => reject(new Unanswered("lost")));
      answer.on("end", () =>
        resolve({
          status: answer.statusCode ?? 0,
          headers: Object.fromEntries(Object.entries(answer.headers).map(([name, value]) => [name, String(value)])),
          body: Buffer.concat(chunks),
        }),
      );
    },
  );
  outgoing.on("timeout", () => {
    reject(new Unanswered("timeout"));
    outgoing.destroy();
  });
  outgoing.on("error", (error: NodeJS.ErrnoException) =>
    reject(new Unanswered(/CERT|SELF_SIGNED|ALTNAME/.test(error.code ?? "") ? "certificate" : "lost")),
  );
  outgoing.end(body);
  return promise;
}
