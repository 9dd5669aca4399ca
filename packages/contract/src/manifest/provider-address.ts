import type { Problem } from "../errors/hilum-error.ts";
import { parseScope, resolveScope } from "../scopes/parse-scope.ts";
import { isPlainPath } from "./request-template.ts";
import { formatScope, isScope, scopeSettings, type Scope } from "../scopes/scope.ts";

/**
 * An https address of a provider as a manifest writes it. Host, port and parts of the path may be settings:
 * `https://{config.host}/{config.tenant}/token`. `{+config.path}`, at the end, is a path of several segments (RFC 6570
 * section 3.2.3).
 */
export interface ProviderAddress {
  /** `net:https` scope that leads there, settings still in it. */
  scope: Extract<Scope, { kind: "net" }>;
  path: string;
  query: URLSearchParams;
}

const parts =
  /^https:\/\/(\[[^\]]*\]|\{[^}]*\}|[^:/?#{}[\]@\\\s]+)(?::(\{[^}]*\}|\d{1,5}))?((?:\/[^?#\\\s]*)?)(?:\?([^#\\\s]*))?$/;
const placeholder = /\{([^{}]*)\}/g;
const named = /^\+?config\.([A-Za-z][A-Za-z0-9_]*)$/;
const severalSegments = /\{\+[^{}]*\}/;

/** Undefined for what is not such an address: another scheme, user information, a fragment, a setting in the query. */
export function parseProviderAddress(text: string): ProviderAddress | undefined {
  const match = parts.exec(text);
  if (match === null) return undefined;
  const [, host = "", port = "443", path = "", query = ""] = match;
  const scope = parseScope(`net:https://${host}:${port}`);
  if (!isScope(scope) || scope.kind !== "net" || /[{}]/.test(query)) return undefined;
  const rest = path.replaceAll(placeholder, (_whole, inner: string) => (named.test(inner) ? "x" : "{"));
  if (severalSegments.test(path.replace(/\/\{\+[^{}]*\}$/, "")) || severalSegments.test(host + port)) return undefined;
  if (/[{}]/.test(rest) || !URL.canParse(`https://host.example${rest}`)) return undefined;
  return { scope, path: path === "" ? "/" : path, query: new URLSearchParams(query) };
}

/** Settings that the address names. */
export function settingsOfAddress({ scope, path }: ProviderAddress): string[] {
  const inPath = [...path.matchAll(placeholder)].map(([, inner = ""]) => named.exec(inner)?.[1] ?? "");
  return [...scopeSettings(scope), ...inPath];
}

/**
 * The address with its settings filled in. A value in the path is one segment's text, which is escaped, or a whole path
 * without dot segments: it cannot lead elsewhere. A Problem points at the setting that is missing or does not fit.
 */
export function fillProviderAddress(
  address: ProviderAddress,
  settings: Readonly<Record<string, unknown>>,
): { url: URL; scope: string } | Problem {
  const resolved = resolveScope(address.scope, settings);
  if (!isScope(resolved)) return resolved;
  if (resolved.kind !== "net") throw new TypeError("an address leads to a net scope");
  let fault: Problem | undefined;
  const path = address.path.replaceAll(placeholder, (_whole, inner: string) => {
    const name = named.exec(inner)?.[1] ?? "";
    const value = Object.hasOwn(settings, name) ? settings[name] : undefined;
    const text = typeof value === "string" || typeof value === "number" ? String(value).trim() : "";
    if (text === "" || text === "." || text === ".." || !text.isWellFormed()) {
      fault ??= { pointer: `/${name}`, message: `${name} is not set`, fix: "Enter it in the step before." };
      return "";
    }
    if (!inner.startsWith("+")) return encodeURIComponent(text);
    const segments = text.replace(/^\//, "");
    if (isPlainPath(`/${segments}`)) return segments;
    fault ??= { pointer: `/${name}`, message: `${name} is not a path`, fix: "Write it as in oauth2/token." };
    return "";
  });
  if (fault !== undefined) return fault;
  const port = resolved.port === "443" ? "" : `:${resolved.port}`;
  const url = new URL(`https://${resolved.host}${port}${path}`);
  for (const [name, value] of address.query) url.searchParams.append(name, value);
  return { url, scope: formatScope(resolved) };
}
