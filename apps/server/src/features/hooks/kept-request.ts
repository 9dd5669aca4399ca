import type { HookSignature } from "@hilum/contract";
import { chooseHeaders, readBody, signatureHeaders, type SignedRequest } from "@hilum/host";
import type { HookContent } from "@hilum/store";

/** Of a request that nobody vouches for only the beginning is kept: enough to see what is wrong with it. */
const unsignedBytesMax = 4096;
/** Longer than any scheme's. */
const signatureCharsMax = 2048;

/** What is kept of a request: enough to hand it over again, and to check its signature by another key. */
export function contentOf(
  { target, headers, body }: SignedRequest,
  by: HookSignature,
  { isSigned, answer }: { isSigned: boolean; answer: HookContent["answer"] },
): HookContent {
  const signature = signatureHeaders(by).flatMap((name): [string, string][] => {
    const value = headers[name];
    return value === undefined || value.length > signatureCharsMax ? [] : [[name, value.toWellFormed()]];
  });
  return {
    target: isSigned ? target : target.slice(0, unsignedBytesMax),
    headers: { ...Object.fromEntries(signature), ...chooseHeaders(headers) },
    body: readBody(isSigned ? body : body.subarray(0, unsignedBytesMax)),
    ...(answer === undefined ? {} : { answer }),
  };
}

/** The request again, as it came to `origin`. */
export function requestOf({ target, headers, body }: HookContent, origin: string): SignedRequest {
  const bytes = "text" in body ? Buffer.from(body.text) : Buffer.from(body.base64, "base64");
  return { origin, target, headers, body: bytes };
}
