import type { Buffer } from "node:buffer";
import type { FetchResult } from "./protocol.ts";

/** An answer as text may grow in its frame by escapes; beyond this it goes as base64. */
const TEXT_CHARS_MAX = 900_000;

/** The longest header value of an answer that is handed on; what is longer is cut. */
export const answerHeaderCharsMax = 2048;

const headersKept = new Set(["content-type", "retry-after", "etag", "location", "x-request-id"]);
const redirects = new Set([300, 301, 302, 303, 307, 308]);

/** Whether a plugin gets to see a header of an answer, named in lower case. */
export const isAnswerHeader = (name: string): boolean => headersKept.has(name) || /^ratelimit(?:-[a-z]+)*$/.test(name);

/** Whether a status with a `location` leads elsewhere: no redirect is followed. */
export const isRedirect = (status: number): boolean => redirects.has(status);

const strict = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** Text where it is UTF-8, so that most plugins need no decoding; bytes otherwise. */
export function presentAnswerBody(bytes: Buffer): FetchResult["body"] {
  let text: string;
  try {
    text = strict.decode(bytes);
  } catch {
    return { base64: bytes.toString("base64") };
  }
  return JSON.stringify(text).length > TEXT_CHARS_MAX ? { base64: bytes.toString("base64") } : { text };
}
