import { isUtf8 } from "node:buffer";
import type { Hook, IngressHandleParams } from "@hilum/contract";
import { signsAddress } from "./signature.ts";
import type { SignedRequest } from "./signed-request.ts";

const headersMax = 32;
const headerCharsMax = 2048;
const queryMax = 64;

/** What a plugin is handed of a webhook whose signature is right: nothing that the host or a proxy has added. */
export function toHandleParams(
  { id, signature }: Pick<Hook, "id" | "signature">,
  { target, headers, body }: SignedRequest,
  receivedAt: Date,
): Omit<IngressHandleParams, "meta"> {
  return {
    hook: id,
    method: "POST",
    query: signsAddress(signature) ? readQuery(target) : {},
    headers: chooseHeaders(headers),
    body: readBody(body),
    receivedAt: receivedAt.toISOString(),
  };
}

/** What a proxy in between writes about the caller, and our own marks, are no words of the vendor. */
const notTheVendors = /^x-(?:forwarded|real|hilum|request-id)/;
const handedOver = /^(?:content-type$|x-|webhook-)/;
/** A frame with such a member name would end the link (threat 22). */
const dangerous: ReadonlySet<string> = new Set(["__proto__", "constructor", "prototype"]);

export function chooseHeaders(headers: SignedRequest["headers"]): Record<string, string> {
  const chosen = Object.entries(headers).flatMap(([name, value]): [string, string][] =>
    value !== undefined && value.length <= headerCharsMax && handedOver.test(name) && !notTheVendors.test(name)
      ? [[name, value.toWellFormed()]]
      : [],
  );
  return Object.fromEntries(chosen.slice(0, headersMax));
}

/** The first value of each name: a second one is no part of what a plugin expects. */
function readQuery(target: string): Record<string, string> {
  const at = target.indexOf("?");
  const query = new Map<string, string>();
  for (const [name, value] of new URLSearchParams(at < 0 ? "" : target.slice(at + 1)))
    if (!dangerous.has(name) && !query.has(name) && query.size < queryMax) query.set(name, value);
  return Object.fromEntries(query);
}

/** Text where it is UTF-8 and no character of it takes six in JSON; a frame has a limit, and base64 a known size. */
export function readBody(body: Buffer): IngressHandleParams["body"] {
  if (!isUtf8(body)) return { base64: body.toString("base64") };
  const text = body.toString("utf8");
  return /[\u0000-\u0008\u000b\u000c\u000e-\u001f]/.test(text) ? { base64: body.toString("base64") } : { text };
}
