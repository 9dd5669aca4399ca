import { createServer, type AddressInfo, type Socket } from "node:net";

/** A provider behind a TCP port that counts how often it was handed each message. */
export interface CountingProvider {
  readonly port: number;
  /** How often by the message's id. */
  readonly taken: ReadonlyMap<string, number>;
  close(): Promise<void>;
}

/** A line is the id of a message; it is counted at once and answered after `answerMs`. */
export async function startCountingProvider({ answerMs = 5 }: { answerMs?: number } = {}): Promise<CountingProvider> {
  const taken = new Map<string, number>();
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    let text = "";
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
    socket.on("error", () => undefined);
    socket.on("data", (chunk) => {
      const lines = (text + chunk.toString("utf8")).split("\n");
      text = lines.pop() ?? "";
      for (const id of lines) {
        taken.set(id, (taken.get(id) ?? 0) + 1);
        setTimeout(() => socket.write("taken\n"), answerMs);
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    port: (server.address() as AddressInfo).port,
    taken,
    close: () => {
      for (const socket of sockets) socket.destroy();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

/** Addresses whose messages are handed to it; the others are those of conformance cases. */
export const countedDomain = "counted.example.org";

/** The manifest of the plugin that hands messages to a counting provider. */
export const countingSenderManifest = ({ id, version, port }: { id: string; version: string; port: number }) => ({
  ...{ id, version, name: "Counting sender", capabilities: ["send_messages" as const] },
  runtime: { kind: "node" as const, entry: "main.mjs" },
  scopes: [{ scope: `net:tcp://127.0.0.1:${port}`, reason: "Hands messages over." }],
  smokeTests: [{ id: "reach", title: "Reaches its server" }],
});

/** Its program; beside it lies the SDK in one file, as `sdk.mjs`. `take` is a line of JavaScript that each message goes through first. */
export const countingSenderCode = (port: number, take = ""): string => `
import { contactPoints, definePlugin, ProviderError, serve } from "./sdk.mjs";
serve(definePlugin({
  async sendMessages({ communication, idempotencyKey }, { connect, signal }) {
    signal.throwIfAborted();
    const recipients = contactPoints(communication);
    const refused = recipients.flatMap(({ value }, recipient) =>
      value.startsWith("nobody") ? [{ recipient, reply: "unknown" }] : []);
    if (refused.length === recipients.length) throw new ProviderError("provider.recipient");
    const counted = recipients.some(({ value }) => value.endsWith("@${countedDomain}"));
    ${take}
    if (counted) await handOver(connect, idempotencyKey);
    return { providerId: idempotencyKey, ...(refused.length === 0 ? {} : { refused }) };
  },
  smokeTests: { reach: () => [{ id: "reach", title: "Reaches its server", status: "passed", detail: "As it was told." }] },
}));
async function handOver(connect, id) {
  const socket = await connect({ host: "127.0.0.1", port: ${port} });
  try {
    await new Promise((resolve, reject) => {
      socket.once("data", resolve);
      socket.once("error", reject);
      socket.once("close", () => reject(new Error("closed")));
      socket.write(id + "\\n");
    });
  } finally {
    socket.destroy();
  }
}
`;
