import { Buffer } from "node:buffer";
import { allowedHeaders } from "../manifest/request-headers.ts";
import { findRequest } from "../manifest/request-template.ts";
import type { DestinationRequest } from "../manifest/manifest.ts";
import type { FetchBody, FetchParams } from "./protocol.ts";

/** What a destination says of the requests that may go there. */
export interface RequestRules {
  id: string;
  requests: readonly DestinationRequest[];
  /** Request headers, in lower case, that the plugin may set beside those every plugin may. */
  headers: readonly string[];
}

/** A request as the host will make it, but for the secret. */
export interface PlannedRequest<Destination extends RequestRules, Target> {
  destination: Destination;
  target: Target;
  method: string;
  /** The template that it was matched with. */
  template: string;
  /** Path and query, encoded. */
  path: string;
  headers: Record<string, string>;
  body: Buffer;
  /** Bytes of request line, headers and body that the plugin chose. */
  bytes: number;
}

export type Plan<Destination extends RequestRules, Target> =
  | { request: PlannedRequest<Destination, Target> }
  | { refusal: RequestRefusal };

/** A decision of policy, in its shape: the request is not of those that the manifest declares. */
export interface RequestRefusal {
  allow: false;
  code: "destination.invalid";
  reason: string;
  detail: string;
}

const urlLengthMax = 8192;
const bodyBytesMax = 786_432;

/**
 * Builds the request anew from what the plugin named: its bytes never reach the wire by themselves (threat 97). What the
 * manifest does not declare is refused, not mended. `targetOf` tells where a destination leads, if its settings say so.
 */
export function planRequest<Destination extends RequestRules, Target>(
  destinations: readonly Destination[],
  params: FetchParams,
  targetOf: (destination: Destination) => Target | undefined,
): Plan<Destination, Target> {
  const destination = destinations.find(({ id }) => id === params.destination);
  if (destination === undefined) return refuse("destination.unknown", "The manifest declares no such destination.");
  const declared = findRequest(destination.requests, params.method, params.path);
  if (declared === undefined)
    return refuse("request.undeclared", "The destination declares no request of this method and path.");
  const target = targetOf(destination);
  if (target === undefined)
    return refuse("destination.unresolved", "A setting that names the host or port of the destination is missing.");
  const headers = allowedHeaders(params.headers ?? {}, destination.headers);
  if (headers === undefined)
    return refuse("header.not_allowed", "The request holds a header that the plugin may not set.");
  const path = withQuery(params.path, params.query ?? {});
  if (path === undefined) return refuse("query.invalid", "The query holds half a character or is too long.");
  if (params.body !== undefined && declared.method === "GET") return refuse("body.not_allowed", "A GET has no body.");
  const body = bodyOf(params.body);
  if (body === undefined || body.bytes.length > bodyBytesMax)
    return refuse("body.invalid", "The body is too large or holds half a character.");
  if (body.type !== undefined) headers["content-type"] ??= body.type;
  return {
    request: {
      ...{ destination, target, method: declared.method, template: declared.path, path, headers, body: body.bytes },
      bytes: path.length + lengthOf(headers) + body.bytes.length,
    },
  };
}

const refuse = (reason: string, detail: string): { refusal: RequestRefusal } => ({
  refusal: { allow: false, code: "destination.invalid", reason, detail },
});

const lengthOf = (headers: Readonly<Record<string, string>>): number =>
  Object.entries(headers).reduce((sum, [name, value]) => sum + name.length + value.length + 4, 0);

function withQuery(path: string, query: Readonly<Record<string, string | string[]>>): string | undefined {
  const encoded = encodePairs(query, encodeURIComponent);
  if (encoded === undefined) return undefined;
  const whole = encoded === "" ? path : `${path}?${encoded}`;
  return whole.length > urlLengthMax ? undefined : whole;
}

/** Undefined where a name or value is not well-formed Unicode. */
function encodePairs(
  pairs: Readonly<Record<string, string | string[]>>,
  encode: (text: string) => string,
): string | undefined {
  const flat = Object.entries(pairs).flatMap(([name, value]) => [value].flat().map((one) => [name, one] as const));
  if (!flat.every(([name, value]) => name.isWellFormed() && value.isWellFormed())) return undefined;
  return flat.map(([name, value]) => `${encode(name)}=${encode(value)}`).join("&");
}

function bodyOf(body: FetchBody | undefined): { bytes: Buffer; type?: string } | undefined {
  if (body === undefined) return { bytes: Buffer.alloc(0) };
  if ("base64" in body) return { bytes: Buffer.from(body.base64, "base64"), type: "application/octet-stream" };
  if ("text" in body)
    return body.text.isWellFormed()
      ? { bytes: Buffer.from(body.text, "utf8"), type: "text/plain; charset=utf-8" }
      : undefined;
  const encoded = encodePairs(body.form, encodeForm);
  return encoded === undefined
    ? undefined
    : { bytes: Buffer.from(encoded, "latin1"), type: "application/x-www-form-urlencoded" };
}

/** application/x-www-form-urlencoded of the URL standard. */
const encodeForm = (text: string): string =>
  encodeURIComponent(text)
    .replaceAll("%20", "+")
    .replaceAll(/[!'()~]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);
