import { HilumError, isHilumError, type ErrorCode } from "@hilum/contract";
import { lookup } from "node:dns/promises";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:http";
import { BlockList, connect, isIP, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Duplex } from "node:stream";
import { joinSockets } from "../lanes/join-sockets.ts";

export interface TestEgress {
  readonly socketPath: string;
  close(): Promise<void>;
}

export interface TestEgressOptions {
  /** Whether the plugin holds a grant for `net:tcp://host:port`. */
  allows(scope: string): boolean;
  /** Ranges that an administrator opened; without them only public addresses are reached. */
  privateRanges: readonly string[];
}

/** Addresses that are not public (IANA special-purpose registries, RFC 6890). */
const special = blockList([
  ...[
    "0.0.0.0/8",
    "10.0.0.0/8",
    "100.64.0.0/10",
    "127.0.0.0/8",
    "169.254.0.0/16",
    "172.16.0.0/12",
    "192.0.0.0/24",
    "192.168.0.0/16",
    "198.18.0.0/15",
    "224.0.0.0/3",
    "168.63.129.16/32",
  ],
  ...[
    "::/96",
    "::ffff:0:0/96",
    "64:ff9b::/96",
    "100::/64",
    "2001::/23",
    "2002::/16",
    "fc00::/7",
    "fe80::/10",
    "ff00::/8",
  ],
]);

function blockList(ranges: readonly string[]): BlockList {
  const list = new BlockList();
  for (const range of ranges) {
    const [address = "", bits = ""] = range.split("/");
    list.addSubnet(address, Number(bits), isIP(address) === 6 ? "ipv6" : "ipv4");
  }
  return list;
}

/** The host's egress tunnel in small: HTTP CONNECT on a Unix socket, decided by grants, led to a checked address. */
export async function startTestEgress({ allows, privateRanges }: TestEgressOptions): Promise<TestEgress> {
  const folder = await mkdtemp(join(tmpdir(), "hilum-test-"));
  const socketPath = join(folder, "s");
  const opened = blockList(privateRanges);
  const clients = new Set<Duplex>();
  const server = createServer((_request, response) => response.writeHead(405).end());
  server.on("connection", (client) => clients.add(client.once("close", () => clients.delete(client))));
  server.on("connect", (request, client, head) => {
    client.on("error", () => client.destroy());
    // A Duplex by its type, since a server of HTTP may be handed others; this one listens on a socket.
    void open(request.url ?? "", client as Socket, head).catch((error: unknown) => refuse(client, error));
  });
  await new Promise<void>((resolve) => server.listen(socketPath, resolve));
  return {
    socketPath,
    async close() {
      for (const client of clients) client.destroy();
      await new Promise((resolve) => server.close(resolve));
      await rm(folder, { recursive: true, force: true });
    },
  };

  async function open(authority: string, client: Socket, head: Buffer): Promise<void> {
    const [, host = "", port = ""] = /^(\[[^\]]+\]|[^:]+):(\d+)$/.exec(authority) ?? [];
    if (!allows(`net:tcp://${host.toLowerCase()}:${port}`)) throw new HilumError("policy.denied");
    const address = await findAddress(host.replaceAll(/[[\]]/g, ""));
    const family = isIP(address) === 6 ? "ipv6" : "ipv4";
    if (special.check(address, family) && !opened.check(address, family))
      throw new HilumError("policy.denied", {
        detail: "The address is not public and no range of the administrator holds it",
      });
    const socket = connect({ host: address, port: Number(port), noDelay: true, allowHalfOpen: true });
    socket.once("error", () => refuse(client, new HilumError("provider.unreachable")));
    socket.once("connect", () => {
      socket.removeAllListeners("error");
      client.write("HTTP/1.1 200 Connection established\r\n\r\n");
      if (head.length > 0) socket.write(head);
      joinSockets(client, socket);
    });
  }
}

async function findAddress(host: string): Promise<string> {
  try {
    return (await lookup(host)).address;
  } catch {
    throw new HilumError("provider.unreachable");
  }
}

function refuse(client: Duplex, error: unknown): void {
  if (!client.writable) return;
  const code: ErrorCode = isHilumError(error) ? error.code : "server.internal";
  const { status, fix } = new HilumError(code).spec;
  const body = JSON.stringify({ code, fix });
  client.end(
    `HTTP/1.1 ${status} ${code}\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  );
}
