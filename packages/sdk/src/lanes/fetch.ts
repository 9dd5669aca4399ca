import { Buffer } from "node:buffer";
import type { FetchBody, FetchParams, FetchResult, WireErrorData } from "@hilum/contract";
import { PeerError } from "../protocol/asked-requests.ts";
import type { Peer } from "../protocol/peer.ts";
import { isProviderErrorCode, ProviderError } from "../provider-error.ts";
import { toHilumError } from "./host-refusal.ts";

export interface FetchOptions {
  method?: FetchParams["method"];
  /** The whole path, percent-encoded: `/v1/messages/${encodeURIComponent(id)}`. It must be one of the declared templates. */
  path: string;
  /** Encoded by the host. */
  query?: Readonly<Record<string, string | string[]>>;
  headers?: Readonly<Record<string, string>>;
  /** `form` is sent as application/x-www-form-urlencoded, `json` as application/json, `bytes` as they are. */
  body?: FetchBody | { json: unknown } | { bytes: Uint8Array };
  /** Milliseconds, at most what the destination declares. */
  timeoutMs?: number;
}

/** A provider's answer. Any status is one: what it means is the plugin's to say. */
export interface FetchAnswer {
  readonly status: number;
  /** True for 200 to 299. */
  readonly ok: boolean;
  /** In lower case: content-type, retry-after, etag, location, x-request-id and ratelimit-*. */
  readonly headers: Readonly<Record<string, string>>;
  text(): string;
  /** Throws `provider.bad_answer` where the body is not JSON, so that an HTML page is no crash. */
  json(): unknown;
  bytes(): Uint8Array;
}

/**
 * Asks the host to call a destination that the manifest declares. The host decides, puts the secret in its place and keeps a
 * receipt; the plugin never holds the secret. Throws a ProviderError whose `data.sent` says whether anything may have gone out.
 */
export type Fetch = (destination: string, options: FetchOptions) => Promise<FetchAnswer>;

export function createFetch({ peer, call, signal }: { peer: Peer; call: string; signal(): AbortSignal }): Fetch {
  return async (destination, { method = "GET", body, headers, ...rest }) => {
    const params = {
      ...{ destination, method, call },
      ...rest,
      ...presentBody(body, headers),
    };
    try {
      return createAnswer((await peer.request("http.fetch", params, { signal: signal() })) as FetchResult);
    } catch (error) {
      throw error instanceof PeerError ? failureOf(error) : error;
    }
  };
}

function presentBody(
  body: FetchOptions["body"],
  headers: FetchOptions["headers"],
): Pick<FetchParams, "body" | "headers"> {
  const given = headers === undefined ? {} : { headers: { ...headers } };
  if (body === undefined) return given;
  if ("bytes" in body) return { ...given, body: { base64: Buffer.from(body.bytes).toString("base64") } };
  if (!("json" in body)) return { ...given, body };
  return {
    headers: { "content-type": "application/json", ...headers },
    body: { text: JSON.stringify(body.json) },
  };
}

function createAnswer({ status, headers, body }: FetchResult): FetchAnswer {
  const text = (): string => ("text" in body ? body.text : Buffer.from(body.base64, "base64").toString("utf8"));
  return {
    ...{ status, headers, text },
    ok: status >= 200 && status < 300,
    json() {
      try {
        return JSON.parse(text());
      } catch (error) {
        throw new ProviderError("provider.bad_answer", {
          error,
          sent: "maybe",
          detail: `The provider answered ${status} with something that is not JSON.`,
        });
      }
    },
    bytes: () => ("text" in body ? Buffer.from(body.text, "utf8") : Buffer.from(body.base64, "base64")),
  };
}

/** What the host refused or met. A mistake in the params themselves is a bug of the plugin and no provider's failure. */
function failureOf(error: PeerError): Error {
  const { code, sent = "maybe", retry, retryAfterMs, fix, detail } = error.data as Partial<WireErrorData>;
  if (code === "request.invalid") return toHilumError(error);
  return new ProviderError(isProviderErrorCode(code) ? code : "plugin.failed", {
    ...{ error, sent },
    ...(retry === undefined ? {} : { retry }),
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    ...(fix === undefined ? {} : { fix }),
    ...(detail === undefined ? {} : { detail }),
  });
}
