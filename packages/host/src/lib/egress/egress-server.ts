import { chmod, mkdir, mkdtemp, rm } from "node:fs/promises";
import type { Server } from "node:http";
import { join } from "node:path";
import type { Duplex } from "node:stream";
import { errorCatalogue, HilumError, isHilumError } from "@hilum/contract";
import type { DisclosingInstance } from "./disclosure.ts";
import { createTurnedResolver } from "./resolve-host.ts";
import { createTunnels, type TunnelLimits, type TunnelPorts, tunnelLimits } from "./tunnel.ts";

// An import of this module asks for all of its exports, and with them loads a whole HTTP client (14 MB, 100 ms).
const { createServer } = process.getBuiltinModule("node:http");

/** How often open tunnels are looked at for a revoked grant; a revocation takes effect within a second (threat 57). */
const RECHECK_MS = 400;
const REQUEST_MS = 5_000;
const RESOLVE_MS = 5_000;

/** The door of one instance to the network: a Unix socket that the sandbox binds. */
export interface EgressDoor {
  readonly socketPath: string;
  close(): Promise<void>;
}

export interface Egress {
  open(key: DisclosingInstance): Promise<EgressDoor>;
}

export interface EgressOptions extends TunnelPorts {
  /** Folder of the process's own state; sockets lie below it in folders that only the process may enter. */
  stateDir: string;
  limits?: Partial<TunnelLimits>;
}

/**
 * Speaks HTTP CONNECT (RFC 9110 section 9.3.6) on one Unix socket per instance. Who asks is known from the socket, so a request
 * cannot claim to be another plugin; nothing but CONNECT is answered.
 */
export function createEgress({ stateDir, limits, ...ports }: EgressOptions): Egress {
  return {
    async open(key) {
      const directory = await makeDirectory(stateDir);
      const socketPath = join(directory, "s");
      const resolveHost = createTurnedResolver(ports.resolveHost, { timeoutMs: RESOLVE_MS, waitersMax: 16 });
      const tunnels = createTunnels(key, { ...ports, resolveHost }, { ...tunnelLimits, ...limits });
      const { server, destroyAll } = createConnectServer((authority, client, head) =>
        tunnels.connect(authority, client, head),
      );
      await listen(server, socketPath);
      let recheckAt = ports.ticker.now() + RECHECK_MS;
      const unsubscribe = ports.ticker.subscribe((nowMs) => {
        tunnels.sweep(nowMs);
        if (nowMs < recheckAt) return;
        recheckAt = nowMs + RECHECK_MS;
        void tunnels.recheck();
      });
      return {
        socketPath,
        async close() {
          unsubscribe();
          tunnels.closeAll();
          destroyAll();
          await new Promise((resolve) => server.close(resolve));
          await rm(directory, { recursive: true, force: true });
        },
      };
    },
  };
}

/** A socket's path may have 107 bytes at most (unix(7)), so the folder's name is short. */
async function makeDirectory(stateDir: string): Promise<string> {
  const parent = join(stateDir, "egress");
  await mkdir(parent, { recursive: true, mode: 0o700 });
  return await mkdtemp(join(parent, "t-"));
}

/** The folder keeps others out, and so does the socket: the sandbox gives it to the plugin's own user. */
async function listen(server: Server, socketPath: string): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(socketPath, resolve);
  });
  await chmod(socketPath, 0o600);
}

function createConnectServer(connect: (authority: string, client: Duplex, head: Buffer) => Promise<void>): {
  server: Server;
  destroyAll(): void;
} {
  const clients = new Set<Duplex>();
  const server = createServer({
    maxHeaderSize: 8192,
    headersTimeout: REQUEST_MS,
    requestTimeout: REQUEST_MS,
    connectionsCheckingInterval: 1000,
  });
  server.maxConnections = 256;
  server.on("connection", (client) => {
    clients.add(client);
    client.once("close", () => clients.delete(client));
  });
  server.on("request", (_request, response) => {
    response.writeHead(405, { allow: "CONNECT", connection: "close", "content-type": "application/json" });
    response.end(bodyOf(new HilumError("request.method", { detail: "This socket takes CONNECT only" })));
  });
  server.on("connect", (request, client, head) => {
    client.on("error", () => client.destroy());
    connect(request.url ?? "", client, head).catch((error: unknown) => refuse(client, error));
  });
  server.on("clientError", (_error, socket) => socket.destroy());
  return { server, destroyAll: () => clients.forEach((client) => client.destroy()) };
}

/** After `200` the bytes are the tunnel's own and the relay has closed it; before it, the refusal is the answer. */
function refuse(client: Duplex, error: unknown): void {
  if (client.destroyed || !client.writable) return;
  const problem = isHilumError(error) ? error : new HilumError("server.internal");
  const body = bodyOf(problem);
  client.end(
    `HTTP/1.1 ${problem.spec.status} ${problem.code}\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`,
  );
}

const bodyOf = ({ code, detail }: HilumError): string =>
  JSON.stringify({ code, detail, fix: errorCatalogue[code].fix });
