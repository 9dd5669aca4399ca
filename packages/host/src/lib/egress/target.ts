import { isIP } from "node:net";

/** Where a tunnel is asked to lead. `host` is as `new URL` writes it, so every spelling of an address is one (threat 83). */
export interface Target {
  host: string;
  port: number;
  /** The host itself is an address; nothing is to be resolved. */
  literal: boolean;
}

/**
 * Reads the authority of a CONNECT request (RFC 9110 section 9.3.6), or `undefined` when it is not plainly `host:port`: user
 * information, paths, white space, percent signs, zone ids and bracketed names are all refused (threats 93, 94).
 */
export function parseTarget(authority: string): Target | undefined {
  const match = /^(\[[0-9a-fA-F:.]{2,45}\]|[^\s:/\\@?#%[\]]{1,253}):([1-9]\d{0,4})$/u.exec(authority);
  if (match === null) return undefined;
  const port = Number(match[2]);
  if (port > 65_535) return undefined;
  const host = normalHost(match[1] ?? "");
  return host === undefined ? undefined : { host, port, literal: isIP(host) !== 0 };
}

function normalHost(text: string): string | undefined {
  if (!URL.canParse(`http://${text}/`)) return undefined;
  const { hostname } = new URL(`http://${text}/`);
  // `localhost.` and `localhost` are one name to a resolver, so they are one here.
  const host = hostname.replace(/^\[|\]$/g, "").replace(/\.$/, "");
  return host === "" ? undefined : host;
}
