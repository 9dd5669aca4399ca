import type { IncomingMessage } from "node:http";
import type { Peer } from "./request.ts";

const forwardingHeaders = ["forwarded", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "x-real-ip", "via"];

/**
 * The other end of a connection. `local` needs all of: loopback peer address, loopback Host, no Origin, no forwarding
 * header, no public URL configured (DESIGN section 5): a browser page or a proxy can never pass as this machine.
 */
export function describePeer(request: IncomingMessage, publicUrl: URL | undefined): Peer {
  const address = request.socket.remoteAddress ?? "unknown";
  const local =
    publicUrl === undefined &&
    isLoopbackAddress(address) &&
    isLoopbackHost(request.headers.host ?? "") &&
    request.headers.origin === undefined &&
    forwardingHeaders.every((name) => request.headers[name] === undefined);
  return { address, local, client: describeClient(request.headers["user-agent"] ?? "") };
}

export function isLoopbackAddress(address: string): boolean {
  return address === "::1" || /^(?:::ffff:)?127\./.test(address);
}

/** Accepts `localhost`, 127.0.0.0/8 and [::1], each with an optional port. */
export function isLoopbackHost(host: string): boolean {
  return /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::\d{1,5})?$/i.test(host);
}

/** Browser and system in two words; the header itself is never kept. */
function describeClient(userAgent: string): string {
  const browser = /Edg\//.test(userAgent)
    ? "Edge"
    : /Firefox\//.test(userAgent)
      ? "Firefox"
      : /Chrome\//.test(userAgent)
        ? "Chrome"
        : /Safari\//.test(userAgent)
          ? "Safari"
          : "A program";
  const system = /Windows/.test(userAgent)
    ? "Windows"
    : /Android/.test(userAgent)
      ? "Android"
      : /iPhone|iPad/.test(userAgent)
        ? "iOS"
        : /Mac OS/.test(userAgent)
          ? "macOS"
          : /Linux/.test(userAgent)
            ? "Linux"
            : "";
  return system === "" ? browser : `${browser} on ${system}`;
}
