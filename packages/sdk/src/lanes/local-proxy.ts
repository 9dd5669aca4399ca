import http from "node:http";
import { connect, createServer, type Socket } from "node:net";
import { joinSockets } from "./join-sockets.ts";

/** What the host put into the environment. */
export interface ProxyEnvironment {
  HILUM_EGRESS_SOCKET?: string | undefined;
  HTTPS_PROXY?: string | undefined;
}

/**
 * Lets the libraries of vendors, which know nothing of the host's socket, use its tunnel: listens where `HTTPS_PROXY` points and
 * passes each connection on to the socket as it is, since both speak HTTP CONNECT. `https` and `fetch` of Node then go there by
 * themselves. Only the sandbox has both variables, and its loopback is the plugin's alone.
 */
export function startLocalProxy(
  environment: ProxyEnvironment,
  onError: (error: Error) => void,
): { close(): void } | undefined {
  const { HILUM_EGRESS_SOCKET: path, HTTPS_PROXY: url } = environment;
  if (path === undefined || url === undefined) return undefined;
  const { hostname, port } = new URL(url);
  if (hostname !== "127.0.0.1" || port === "") return undefined;
  const server = createServer({ allowHalfOpen: true, noDelay: true }, (client) => pass(client, path));
  server.on("error", onError).listen(Number(port), hostname).unref();
  // Since Node 24.14; before, a library has to look at the variable itself.
  const { setGlobalProxyFromEnv }: Partial<typeof http> = http;
  const restore = setGlobalProxyFromEnv?.({ HTTPS_PROXY: url });
  return {
    close() {
      restore?.();
      server.close();
    },
  };
}

function pass(client: Socket, path: string): void {
  joinSockets(client, connect({ path, allowHalfOpen: true }));
}
