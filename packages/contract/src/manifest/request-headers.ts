/** Request headers that every plugin may set. */
export const requestHeaders: ReadonlySet<string> = new Set([
  "accept",
  "content-type",
  "idempotency-key",
  "if-match",
  "if-none-match",
]);

/** Values of visible ASCII with blanks or tabs inside (RFC 9110 section 5.5): no line ends, so nothing can be split. */
const headerValue = /^[\x21-\x7e](?:[\x20-\x7e\t]*[\x21-\x7e])?$/;
const headerCharsMax = 2048;

/** The headers in lower case, or undefined when one may not be set, stands twice or has a value that no header has. */
export function allowedHeaders(
  given: Readonly<Record<string, string>>,
  declared: readonly string[],
): Record<string, string> | undefined {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(given)) {
    const known = name.toLowerCase();
    if (!(requestHeaders.has(known) || declared.includes(known)) || Object.hasOwn(headers, known)) return undefined;
    if (value.length > headerCharsMax || !headerValue.test(value)) return undefined;
    headers[known] = value;
  }
  return headers;
}
