import {
  allowedHeaders,
  findRequest,
  formatScope,
  HilumError,
  isScope,
  parseScope,
  resolveScope,
  type FetchParams,
  type FetchResult,
  type Manifest,
} from "@hilum/contract";
import { Buffer } from "node:buffer";
import { isProviderError } from "../provider-error.ts";

/** A request that the plugin asked the host to make, after the host allowed it. */
export interface TestFetchRequest {
  destination: string;
  method: string;
  path: string;
  /** The declared template that it is. */
  request: string;
  query: Readonly<Record<string, string | string[]>>;
  /** In lower case, without the secret. */
  headers: Readonly<Record<string, string>>;
  /** The body as bytes would be read; `form` where it was one. */
  body: { text: string; form?: Readonly<Record<string, string | string[]>> } | undefined;
}

/** What the provider answers. An object as `body` is sent as JSON. */
export interface TestFetchAnswer {
  status: number;
  headers?: Readonly<Record<string, string>>;
  body?: string | Uint8Array | Readonly<Record<string, unknown>> | readonly unknown[];
}

/** Plays the provider. Throw a ProviderError for what the host itself would meet: `provider.timeout`, `provider.certificate`, ... */
export type OnFetch = (request: TestFetchRequest) => TestFetchAnswer | Promise<TestFetchAnswer>;

export interface HostFetchOptions {
  manifest: Manifest;
  settings: Readonly<Record<string, unknown>>;
  /** Whether the plugin holds a grant for the resolved scope. */
  allows(scope: string): boolean;
  onFetch: OnFetch | undefined;
  fetches: TestFetchRequest[];
}

/** `http.fetch` as the host decides it, with a scripted provider behind it instead of the network. */
export async function answerFetch(
  { manifest, settings, allows, onFetch, fetches }: HostFetchOptions,
  params: FetchParams,
): Promise<FetchResult> {
  const { method, path, query = {}, body } = params;
  const destination = (manifest.destinations ?? []).find(({ id }) => id === params.destination);
  const declared = destination === undefined ? undefined : findRequest(destination.requests, method, path);
  const headers = allowedHeaders(params.headers ?? {}, destination?.headers ?? []);
  if (destination === undefined || declared === undefined || headers === undefined)
    throw new HilumError("destination.invalid", { sent: "no" });
  const parsed = parseScope(destination.scope);
  const scope = isScope(parsed) ? resolveScope(parsed, settings) : parsed;
  if (!isScope(scope)) throw new HilumError("destination.invalid", { sent: "no", detail: scope.message });
  if (!allows(formatScope(scope))) throw new HilumError("policy.denied", { sent: "no" });
  const request: TestFetchRequest = {
    ...{ destination: destination.id, method, path, request: declared.path, query, headers },
    body: readBody(body),
  };
  fetches.push(request);
  if (onFetch === undefined)
    throw new HilumError("provider.unreachable", {
      sent: "no",
      detail: "This test plays no provider: give `onFetch`.",
    });
  return presentAnswer(await play(onFetch, request), declared.path);
}

async function play(onFetch: OnFetch, request: TestFetchRequest): Promise<TestFetchAnswer> {
  try {
    return await onFetch(request);
  } catch (error) {
    if (!isProviderError(error)) throw error;
    const { sent = "no", retryAfterMs } = error.data;
    throw new HilumError(error.code, {
      ...{ sent, detail: error.detail, cause: error },
      ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    });
  }
}

function readBody(body: FetchParams["body"]): TestFetchRequest["body"] {
  if (body === undefined) return undefined;
  if ("text" in body) return { text: body.text };
  if ("base64" in body) return { text: Buffer.from(body.base64, "base64").toString("utf8") };
  const pairs = Object.entries(body.form).flatMap(([name, value]) =>
    [value].flat().map((one): [string, string] => [name, one]),
  );
  return { text: new URLSearchParams(pairs).toString(), form: body.form };
}

function presentAnswer({ status, headers = {}, body = "" }: TestFetchAnswer, request: string): FetchResult {
  const lower = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
  if (status >= 300 && status < 400 && status !== 304 && lower["location"] !== undefined)
    throw new HilumError("provider.redirected", { sent: "maybe" });
  if (body instanceof Uint8Array)
    return { status, headers: lower, body: { base64: Buffer.from(body).toString("base64") }, request };
  if (typeof body === "string") return { status, headers: lower, body: { text: body }, request };
  return {
    ...{ status, request },
    headers: { "content-type": "application/json", ...lower },
    body: { text: JSON.stringify(body) },
  };
}
