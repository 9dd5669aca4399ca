import { connect, type Socket } from "node:net";
import { HilumError } from "@hilum/contract";
import { normalAddress } from "./address.ts";

/**
 * Connects to an address that was judged, never to a name, and looks once more at where the socket really leads before a byte
 * passes (threats 87, 88). The addresses are tried in turn.
 */
export async function connectChecked(
  addresses: readonly string[],
  port: number,
  { timeoutMs }: { timeoutMs: number },
): Promise<Socket> {
  let last: unknown;
  for (const address of addresses) {
    try {
      return await connectOne(address, port, timeoutMs);
    } catch (error) {
      last = error;
    }
  }
  throw new HilumError("provider.unreachable", { cause: last });
}

async function connectOne(address: string, port: number, timeoutMs: number): Promise<Socket> {
  const socket = connect({ host: address, port, allowHalfOpen: true, noDelay: true });
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const timer = setTimeout(() => reject(new Error("connect timed out")), timeoutMs);
  socket.once("connect", resolve);
  socket.once("error", reject);
  try {
    await promise;
    if (normalAddress(socket.remoteAddress ?? "") !== normalAddress(address))
      throw new Error("connected elsewhere than asked");
    return socket;
  } catch (error) {
    socket.on("error", () => {});
    socket.destroy();
    throw error;
  } finally {
    clearTimeout(timer);
    socket.off("connect", resolve);
    socket.off("error", reject);
  }
}
