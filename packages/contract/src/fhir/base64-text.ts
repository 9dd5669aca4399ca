/** UTF-8 text as base64 (RFC 4648 section 4), in Node and in browsers alike. */
export function encodeText(text: string): string {
  const bytes = new TextEncoder().encode(text);
  let binary = "";
  // fromCharCode takes its bytes as arguments, of which there may not be too many.
  for (let start = 0; start < bytes.length; start += 8192)
    binary += String.fromCharCode(...bytes.subarray(start, start + 8192));
  return btoa(binary);
}

/** The text of base64-encoded UTF-8. Bytes that are no UTF-8 become U+FFFD; throws on what is no base64. */
export function decodeText(base64: string): string {
  const binary = atob(base64);
  return new TextDecoder().decode(Uint8Array.from(binary, (character) => character.charCodeAt(0)));
}
