import { PassThrough } from "node:stream";
import type { CloseReason } from "../connection/close-reason.ts";
import { createConnection, type Connection, type ConnectionLimits } from "../connection/connection.ts";
import type { Served } from "../connection/request-desk.ts";
import { createPipeLink } from "../connection/link.ts";
import { createManualTicker } from "./manual-ticker.ts";

export interface WirePair {
  connection: Connection;
  ticker: ReturnType<typeof createManualTicker>;
  /** What the plugin sends, as it stands. */
  say(text: string | Buffer): Promise<void>;
  sayFrame(frame: object): Promise<void>;
  /** What the host has sent since the last call. */
  heard(): Promise<Record<string, unknown>[]>;
  dropped: number[];
  reason(): CloseReason | undefined;
  toPlugin: PassThrough;
}

/** A connection whose other end is the test. */
export function createWirePair({
  served = {},
  limits = {},
}: { served?: Partial<Served>; limits?: Partial<ConnectionLimits> } = {}): WirePair {
  const fromPlugin = new PassThrough();
  const toPlugin = new PassThrough({ writableHighWaterMark: 1024, readableHighWaterMark: 1024 });
  const ticker = createManualTicker();
  const dropped: number[] = [];
  let reason: CloseReason | undefined;
  const connection = createConnection({
    link: createPipeLink({ input: fromPlugin, output: toPlugin }),
    ticker,
    served: { requests: new Map(), notifications: new Map(), ...served },
    limits,
    onClose: (why) => (reason = why),
    onDropped: (count) => void dropped.push(count),
  });
  const say = async (text: string | Buffer): Promise<void> => {
    fromPlugin.write(text);
    await settle();
  };
  return {
    ...{ connection, ticker, dropped, toPlugin, say },
    sayFrame: (frame) => say(`${JSON.stringify({ jsonrpc: "2.0", ...frame })}\n`),
    async heard() {
      await settle();
      const text = String(toPlugin.read() ?? "");
      return text
        .split("\n")
        .filter((line) => line !== "")
        .map((line) => JSON.parse(line) as Record<string, unknown>);
    },
    reason: () => reason,
  };
}

/** The pair after a handshake. */
export async function createReadyPair(options: Parameters<typeof createWirePair>[0] = {}): Promise<WirePair> {
  const pair = createWirePair(options);
  const ready = pair.connection.initialize({}, 1000);
  const [question] = await pair.heard();
  await pair.sayFrame({ id: question?.["id"], result: { protocol: "1", methods: ["initialize"] } });
  await ready;
  return pair;
}

const settle = async (): Promise<void> => {
  for (let turn = 0; turn < 3; turn += 1) await new Promise((resolve) => setImmediate(resolve));
};
