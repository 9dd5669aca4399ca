import { request } from "node:https";
import type { TwilioServer } from "./twilio-server.ts";

export interface TwilioQuestion {
  method: string;
  path: string;
  query?: Readonly<Record<string, string | string[]>>;
  headers?: Readonly<Record<string, string>>;
  /** As it is sent. */
  body?: string;
  /** Basic authentication. */
  user: string;
  password: string;
  timeoutMs?: number;
}

export interface TwilioReply {
  status: number;
  headers: Record<string, string>;
  body: string;
}

/** Why there was no reply. */
export class TwilioUnanswered extends Error {
  readonly why: "timeout" | "certificate" | "lost";
  constructor(why: TwilioUnanswered["why"]) {
    super(`Twilio did not answer: ${why}`);
    this.why = why;
  }
}

/** Asks as a host would in a plugin's place: over TLS, with the secret in its header. Rejects with TwilioUnanswered. */
export function askTwilio(twilio: TwilioServer, question: TwilioQuestion): Promise<TwilioReply> {
  const { method, path, query = {}, headers = {}, body = "", user, password, timeoutMs = 5_000 } = question;
  const pairs = Object.entries(query).flatMap(([name, value]) =>
    [value].flat().map((one): [string, string] => [name, one]),
  );
  const search = new URLSearchParams(pairs).toString();
  const { promise, resolve, reject } = Promise.withResolvers<TwilioReply>();
  const outgoing = request(
    {
      ...{ host: "localhost", port: twilio.port, ca: twilio.authority, agent: false, method },
      path: `${path}${search === "" ? "" : `?${search}`}`,
      auth: `${user}:${password}`,
      timeout: timeoutMs,
      headers: { ...headers, ...(body === "" ? {} : { "content-length": Buffer.byteLength(body) }) },
    },
    (answer) => {
      const chunks: Buffer[] = [];
      answer.on("data", (chunk: Buffer) => chunks.push(chunk));
      answer.on("error", () => reject(new TwilioUnanswered("lost")));
      answer.on("end", () =>
        resolve({
          status: answer.statusCode ?? 0,
          headers: Object.fromEntries(Object.entries(answer.headers).map(([name, value]) => [name, String(value)])),
          body: Buffer.concat(chunks).toString("utf8"),
        }),
      );
    },
  );
  outgoing.on("timeout", () => {
    reject(new TwilioUnanswered("timeout"));
    outgoing.destroy();
  });
  outgoing.on("error", (error: NodeJS.ErrnoException) =>
    reject(new TwilioUnanswered(error.code === "CERT_HAS_EXPIRED" ? "certificate" : "lost")),
  );
  outgoing.end(body);
  return promise;
}
