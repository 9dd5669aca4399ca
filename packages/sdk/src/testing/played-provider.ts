import { HilumError, type FetchResult } from "@hilum/contract";
import { answerHeaderCharsMax, isAnswerHeader, isRedirect, presentAnswerBody } from "@hilum/contract/wire";
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

/** The provider's answer, or why the host did not wait for it: the reason of `signal`. */
export async function playProvider(
  onFetch: OnFetch,
  request: TestFetchRequest,
  signal: AbortSignal,
): Promise<TestFetchAnswer> {
  const { promise: cut, reject } = Promise.withResolvers<never>();
  signal.addEventListener("abort", () => reject(signal.reason), { once: true });
  try {
    return await Promise.race([onFetch(request), cut]);
  } catch (error) {
    if (!isProviderError(error)) throw error;
    const { sent = "no", retryAfterMs } = error.data;
    throw new HilumError(error.code, {
      ...{ sent, detail: error.detail, cause: error },
      ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    });
  }
}

/** What the plugin gets of the answer. `request` is the template; `bytesMax` is what the destination takes. */
export function presentPlayed(answer: TestFetchAnswer, request: string, bytesMax: number): FetchResult {
  const { status } = answer;
  const { headers, bytes } = read(answer);
  if (isRedirect(status) && headers["location"] !== undefined)
    throw new HilumError("provider.redirected", { sent: "maybe" });
  if (bytes.length > bytesMax) throw new HilumError("provider.response_too_large", { sent: "maybe" });
  const kept = Object.entries(headers)
    .filter(([name]) => isAnswerHeader(name))
    .map(([name, value]) => [name, value.slice(0, answerHeaderCharsMax)]);
  return { status, headers: Object.fromEntries(kept), body: presentAnswerBody(bytes), request };
}

function read({ headers = {}, body = "" }: TestFetchAnswer): { headers: Record<string, string>; bytes: Buffer } {
  const lower = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
  if (typeof body === "string" || body instanceof Uint8Array) return { headers: lower, bytes: Buffer.from(body) };
  return {
    headers: { "content-type": "application/json", ...lower },
    bytes: Buffer.from(JSON.stringify(body)),
  };
}
