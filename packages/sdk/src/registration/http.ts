import { request, type RequestOptions } from "node:https";

export interface PostOptions {
  /** PEM of an authority to trust besides the known ones. */
  ca?: string | undefined;
  token?: string | undefined;
  timeoutMs?: number;
}
export interface Answer {
  status: number;
  body: Record<string, unknown>;
}

const answerBytesMax = 1_048_576;

/** Posts JSON over HTTPS and reads the JSON answer. Rejects with the network's error. */
export function postJson(
  url: URL,
  content: unknown,
  { ca, token, timeoutMs = 15_000 }: PostOptions = {},
): Promise<Answer> {
  const body = JSON.stringify(content);
  const headers: Record<string, string | number> = {
    "content-type": "application/json",
    accept: "application/json, application/problem+json",
    "content-length": Buffer.byteLength(body),
  };
  if (token !== undefined) headers["authorization"] = `Bearer ${token}`;
  const options: RequestOptions = {
    method: "POST",
    headers,
    timeout: timeoutMs,
    agent: false,
    ...(ca === undefined ? {} : { ca }),
  };
  const { promise, resolve, reject } = Promise.withResolvers<Answer>();
  const outgoing = request(url, options, (incoming) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    incoming.on("data", (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes > answerBytesMax) outgoing.destroy(new Error("The answer is too large"));
      else chunks.push(chunk);
    });
    incoming.on("end", () =>
      resolve({ status: incoming.statusCode ?? 0, body: parseObject(Buffer.concat(chunks).toString("utf8")) }),
    );
    incoming.on("error", reject);
  });
  outgoing.on("timeout", () => outgoing.destroy(Object.assign(new Error("No answer in time"), { code: "ETIMEDOUT" })));
  outgoing.on("error", reject);
  outgoing.end(body);
  return promise;
}

function parseObject(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? { ...value } : {};
  } catch {
    return {};
  }
}

/** A member of an answer, if it is text. */
export function textOf(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}
