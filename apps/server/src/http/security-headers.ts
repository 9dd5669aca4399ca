import { pagesPath } from "@hilum/contract/bridge";

/** Headers of every answer. HSTS is left to operators with a public name: a local authority on localhost must stay replaceable. */
export const baseHeaders: Readonly<Record<string, string>> = {
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
  "x-frame-options": "DENY",
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
  "permissions-policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=(), browsing-topics=()",
  "x-dns-prefetch-control": "off",
};

/** API answers are never kept by a browser (threat 178) and can load nothing if opened as a page. */
export const apiHeaders: Readonly<Record<string, string>> = {
  ...baseHeaders,
  "cache-control": "no-store",
  "content-security-policy": "default-src 'none'; frame-ancestors 'none'; sandbox",
};

/**
 * What a worker of the console may do: it takes its policy from its own file, not from the page. It runs the console's own
 * code and decoders, and asks nobody for anything, so that a hostile document that it reads can tell nobody.
 */
export const workerPolicy = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'";

/** The console's policy: own files and nonce'd elements only; frames from plugins' pages alone, which are at `origin` too. */
export function consolePolicy(nonce: string, origin: string): string {
  return [
    "default-src 'none'",
    `script-src 'self' 'nonce-${nonce}'`,
    `style-src 'self' 'nonce-${nonce}'`,
    "img-src 'self' data:",
    "font-src 'self'",
    "connect-src 'self'",
    "manifest-src 'self'",
    `frame-src ${origin}${pagesPath}`,
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
  ].join("; ");
}
