import type { Socket } from "node:net";
import type { Agent } from "node:https";
import type { Duplex } from "node:stream";
import { HilumError } from "@hilum/contract";
import { refuseAddress, type AddressRules } from "../address.ts";
import { connectChecked } from "../connect-checked.ts";
import type { ResolveHost } from "../resolve-host.ts";
import type { Target } from "../target.ts";
import { findWay, judgeWay, type Way } from "../way.ts";
import type { Decision } from "../../pipeline.ts";
import type { ConnectTls } from "./connect-tls.ts";

// An import of this module asks for all of its exports, and with them loads a whole HTTP client (14 MB, 100 ms).
const https = process.getBuiltinModule("node:https");

export interface PoolPorts {
  rules(): AddressRules;
  resolveHost: ResolveHost;
  connectTls: ConnectTls;
  /** Monotonic milliseconds. */
  now(): number;
}

export interface PoolLimits {
  connectionsMax: number;
  connectMs: number;
  /** Silence after which a connection is not used again. */
  idleMs: number;
}

/** The connections of one instance to one destination, shared with nobody (threat 106). */
export interface Pool {
  readonly agent: Agent;
  /** Where the next request would go, judged by the rules of now: an open connection, or the addresses of one look-up. */
  decide(): Promise<{ decision: Decision; addresses: readonly string[] }>;
  close(): void;
}

/** How long a judged look-up may be connected to. */
const WAY_MS = 5_000;

export function createPool(target: Target, ports: PoolPorts, limits: PoolLimits): Pool {
  const agent = new https.Agent({
    keepAlive: true,
    maxSockets: limits.connectionsMax,
    maxFreeSockets: 4,
    timeout: limits.idleMs,
    scheduling: "lifo",
  });
  let judged: { way: Way; atMs: number } | undefined;

  async function judge(): Promise<{ decision: Decision; addresses: readonly string[] }> {
    const way = await findWay(target, ports.resolveHost);
    const decision = judgeWay(way, target, ports.rules());
    judged = decision.allow ? { way, atMs: ports.now() } : undefined;
    return { decision, addresses: "failure" in way ? [] : way.addresses };
  }

  async function open(): Promise<Socket> {
    if (judged === undefined || ports.now() - judged.atMs > WAY_MS) {
      const { decision } = await judge();
      if (!decision.allow) throw new HilumError(decision.code);
    }
    const { way } = judged ?? { way: { addresses: [] } };
    if ("failure" in way)
      throw new HilumError("provider.unreachable", {
        detail: "The name of the destination cannot be resolved.",
        cause: way.failure,
      });
    const socket = await connectChecked(way.addresses, target.port, { timeoutMs: limits.connectMs });
    return await ports.connectTls(socket, target, limits.connectMs);
  }

  agent.createConnection = (_options, callback) => {
    void connectFor(callback);
    return undefined;
  };

  async function connectFor(callback: ((error: Error | null, socket: Duplex) => void) | undefined): Promise<void> {
    try {
      callback?.(null, await open());
    } catch (error) {
      // Node's types ask for a socket beside the error, which nobody reads.
      callback?.(error as Error, undefined as never);
    }
  }

  return {
    agent,
    async decide() {
      const idle = Object.values(agent.freeSockets).flatMap((sockets) => sockets ?? []);
      const rules = ports.rules();
      const usable = idle.filter((socket) => isUsable(socket, target.port, rules));
      for (const socket of idle) if (!usable.includes(socket)) socket.destroy();
      if (usable.length === 0) return await judge();
      return { decision: { allow: true }, addresses: usable.map(({ remoteAddress = "" }) => remoteAddress) };
    },
    close: () => agent.destroy(),
  };
}

/** A connection that leads where it may still lead, and on which nothing came that nobody had asked for. */
function isUsable(socket: Socket, port: number, rules: AddressRules): boolean {
  if (socket.destroyed || socket.readableLength > 0) return false;
  return refuseAddress(socket.remoteAddress ?? "", port, rules) === undefined;
}
