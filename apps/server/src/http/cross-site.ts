import { HilumError } from "@hilum/contract";
import type { IncomingHttpHeaders } from "node:http";

/** The header that a page of another site cannot send without a preflight, which is never answered. */
export const consoleHeader = "x-hilum-console";

/** Where the browser puts what it loads, when it is a document inside another one. */
const framed: ReadonlySet<unknown> = new Set(["iframe", "frame", "embed", "object", "fencedframe"]);

/**
 * Refuses what a page in a frame could send, whoever it is for (threats 139, 141): nothing of the API is a document for
 * frames, and an opaque origin, which calls itself `null`, has no business here even without a cookie.
 */
export function refuseFramed(headers: IncomingHttpHeaders): void {
  if (framed.has(headers["sec-fetch-dest"])) throw refused("It was made for a frame.");
  if (headers.origin === "null") throw refused("It comes from a page without an origin.");
}

/**
 * Refuses what another site could make a signed-in browser send (threat 156): with a session cookie, a request needs the
 * console's header, an Origin that is exactly ours where there is one, and Sec-Fetch-Site `same-origin`. Unsafe methods
 * need the Origin.
 */
export function refuseCrossSite(method: string, headers: IncomingHttpHeaders, ownOrigins: ReadonlySet<string>): void {
  const safe = method === "GET" || method === "HEAD";
  const origin = headers.origin;
  const site = headers["sec-fetch-site"];
  refuseFramed(headers);
  if (origin !== undefined && !ownOrigins.has(origin)) throw refused("Its Origin is another one.");
  if (origin === undefined && !safe) throw refused("It has no Origin.");
  if (site !== undefined && site !== "same-origin" && !(safe && site === "none"))
    throw refused("The browser says it comes from elsewhere.");
  if (
    headers[consoleHeader] === undefined &&
    !(
      safe &&
      (headers["sec-fetch-mode"] === "navigate" ||
        headers["sec-fetch-dest"] === "empty" ||
        headers["sec-fetch-dest"] === "document")
    )
  ) {
    throw refused(`It lacks the header ${consoleHeader}.`);
  }
}

function refused(detail: string): HilumError {
  return new HilumError("request.cross_site", { detail: `The request was refused as cross-site. ${detail}` });
}
