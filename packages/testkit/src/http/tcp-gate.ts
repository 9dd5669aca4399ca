import { connect, createServer, type AddressInfo, type Server, type Socket } from "node:net";

/** A port of its own that leads to a server whose port changes. Closed, nobody gets through, and who is through is cut off. */
export interface TcpGate {
  /** Known from the first opening on; the same after each. */
  readonly port: number;
  open(to: number): Promise<void>;
  close(): Promise<void>;
}

export function createTcpGate(): TcpGate {
  const sockets = new Set<Socket>();
  let server: Server | undefined;
  let port = 0;

  const keep = (socket: Socket): Socket => {
    sockets.add(socket);
    return socket.once("close", () => sockets.delete(socket)).on("error", () => undefined);
  };
  return {
    get port() {
      return port;
    },
    async open(to) {
      const gate = createServer({ allowHalfOpen: true }, (coming) => {
        const going = keep(connect({ port: to, host: "127.0.0.1", allowHalfOpen: true }));
        keep(coming).pipe(going).pipe(coming);
        // What one has sent is still on its way to the other.
        coming.once("close", () => going.destroySoon());
        going.once("close", () => coming.destroySoon());
      });
      await new Promise<void>((resolve) => gate.listen(port, "127.0.0.1", resolve));
      port = (gate.address() as AddressInfo).port;
      server = gate;
    },
    async close() {
      const closed = new Promise((resolve) => (server === undefined ? resolve(undefined) : server.close(resolve)));
      for (const socket of sockets) socket.destroy();
      await closed;
      server = undefined;
    },
  };
}
