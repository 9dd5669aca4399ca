import type { DestinationRequest } from "./manifest.ts";

/** Characters of a path that a plugin asks for. */
export const pathLengthMax = 2048;

const segmentForm = /^(?:[A-Za-z0-9._~!$&'()*+,;=:@-]|%[0-9A-Fa-f]{2})*$/;
/** Text around at most one `{name}`. */
const templateSegment =
  /^((?:[A-Za-z0-9._~!$&'()*+,;=:@-])*)(?:(\{[A-Za-z][A-Za-z0-9_]{0,63}\})((?:[A-Za-z0-9._~!$&'()*+,;=:@-])*))?$/;

/** What is wrong with a template's path, in a sentence; undefined when it can be used. */
export function templateFault(path: string): string | undefined {
  if (!path.startsWith("/")) return "does not begin with /";
  if (path.includes("//")) return "has an empty segment";
  const segments = path.slice(1).split("/");
  if (!segments.every((segment) => templateSegment.test(segment)))
    return "holds a character that a path may not hold, or more than one `{name}` in a segment";
  return segments.some(isDotSegment) ? "has a segment of dots" : undefined;
}

/**
 * True for a path that means the same to everybody who reads it (RFC 3986 section 3.3): no dot segments in any spelling, no
 * encoded separators or controls, nothing encoded twice, and UTF-8 behind each percent sign.
 */
export function isPlainPath(path: string): boolean {
  if (path.length > pathLengthMax || !path.startsWith("/") || path.includes("//")) return false;
  const segments = path.slice(1).split("/");
  return segments.every((segment) => segmentForm.test(segment) && isPlainSegment(segment));
}

function isPlainSegment(segment: string): boolean {
  let decoded: string;
  try {
    decoded = decodeURIComponent(segment);
  } catch {
    return false;
  }
  return !/[\u0000-\u001f\u007f/\\]/.test(decoded) && !/%[0-9A-Fa-f]{2}/.test(decoded) && !isDotSegment(decoded);
}

/** `..;x` leads upwards as well, on servers that strip what follows the semicolon. */
const isDotSegment = (segment: string): boolean => /^\.{1,2}(?:;|$)/.test(segment);

/** The declared request that this one is, or undefined: then it is denied. */
export function findRequest(
  requests: readonly DestinationRequest[],
  method: string,
  path: string,
): DestinationRequest | undefined {
  if (!isPlainPath(path)) return undefined;
  const asked = path.split("/");
  return requests.find((request) => request.method === method && matches(request.path.split("/"), asked));
}

function matches(template: readonly string[], asked: readonly string[]): boolean {
  return template.length === asked.length && template.every((part, index) => matchesSegment(part, asked[index] ?? ""));
}

function matchesSegment(template: string, segment: string): boolean {
  const [, before = "", name, after = ""] = templateSegment.exec(template) ?? [];
  if (name === undefined) return template === segment;
  return segment.length > before.length + after.length && segment.startsWith(before) && segment.endsWith(after);
}
