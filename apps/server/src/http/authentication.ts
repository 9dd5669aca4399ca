import { HilumError, type Actor } from "@hilum/contract";
import type { IncomingHttpHeaders } from "node:http";
import { refuseCrossSite } from "./cross-site.ts";
import type { Peer } from "./request.ts";

export const sessionCookie = "__Host-sid";

/** Turns a credential into who holds it; undefined for one that is unknown, expired or revoked. */
export interface Credentials {
  session(token: string): Promise<Extract<Actor, { kind: "user" }> | undefined>;
  apiToken(token: string): Promise<Extract<Actor, { kind: "token" }> | undefined>;
}

/**
 * Who sends the request. One kind of credential at a time: a bearer token, or the session cookie together with the
 * cross-site checks. A credential that does not hold is 401, never "anonymous" (threats 74, 76).
 */
export async function authenticate(
  method: string,
  headers: IncomingHttpHeaders,
  peer: Peer,
  ownOrigins: () => ReadonlySet<string>,
  credentials: Credentials,
): Promise<Actor> {
  const bearer = readBearer(headers.authorization);
  if (bearer !== undefined) {
    const actor = await credentials.apiToken(bearer);
    if (actor === undefined)
      throw new HilumError("request.unauthenticated", { detail: "The token is unknown, expired or revoked." });
    return actor;
  }
  const cookie = readCookie(headers.cookie, sessionCookie);
  if (cookie !== undefined) {
    const actor = await credentials.session(cookie);
    if (actor !== undefined) {
      refuseCrossSite(method, headers, ownOrigins());
      return actor;
    }
  }
  return { kind: "anonymous", id: "anonymous", peer: peer.address };
}

function readBearer(header: string | undefined): string | undefined {
  if (header === undefined) return undefined;
  const value = /^Bearer ([A-Za-z0-9._~+/=-]{1,512})$/.exec(header)?.[1];
  if (value === undefined)
    throw new HilumError("request.unauthenticated", {
      detail: "The Authorization header is not `Bearer` and a token.",
    });
  return value;
}

/** The first cookie of that name; a second one of the same name is cookie tossing and makes both void (threat 166). */
function readCookie(header: string | undefined, name: string): string | undefined {
  const values = (header ?? "")
    .split(";")
    .map((part) => part.trim())
    .filter((part) => part.startsWith(`${name}=`))
    .map((part) => part.slice(name.length + 1));
  return values.length === 1 && /^[A-Za-z0-9_-]{1,128}$/.test(values[0] ?? "") ? values[0] : undefined;
}

export function sessionCookieHeader(token: string, maxAgeSeconds: number): string {
  return `${sessionCookie}=${token}; Path=/; Secure; HttpOnly; SameSite=Strict; Max-Age=${maxAgeSeconds}`;
}
