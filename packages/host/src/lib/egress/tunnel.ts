import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import { HilumError } from "@hilum/contract";
import { govern, type CallRecord, type Decision, type Governor } from "../pipeline.ts";
import { pluginContext, type InstanceKey } from "../instance-key.ts";
import type { DecidePlugin, PluginRequest } from "../plugin-decisions.ts";
import type { Ticker } from "../ticker.ts";
import type { AddressRules } from "./address.ts";
import { connectChecked } from "./connect-checked.ts";
import { createRelay, type Relay, type RelayEnd } from "./relay.ts";
import type { ResolveHost } from "./resolve-host.ts";
import { parseTarget, type Target } from "./target.ts";
import { findWay, judgeWay, type Way } from "./way.ts";

export interface TunnelLimits {
  /** Tunnels of one instance open at once. */
  connectionsMax: number;
  connectMs: number;
  idleMs: number;
  bytesMax: number;
}

export const tunnelLimits: TunnelLimits = {
  connectionsMax: 32,
  connectMs: 10_000,
  idleMs: 5 * 60_000,
  bytesMax: 1024 ** 3,
};

export interface TunnelPorts {
  governor: Governor;
  decide: DecidePlugin;
  rules(): AddressRules;
  resolveHost: ResolveHost;
  ticker: Ticker;
  nextCall(): string;
}

/** The tunnels of one instance. */
export interface Tunnels {
  /** Answers one CONNECT request. Resolves when its tunnel has ended; rejects when it was refused and nothing was written to `client`. */
  connect(authority: string, client: Duplex, head: Buffer): Promise<void>;
  /** Closes tunnels whose grant is gone. */
  recheck(): Promise<void>;
  sweep(nowMs: number): void;
  closeAll(): void;
}

interface OpenTunnel {
  target: Target;
  relay: Relay;
}

export function createTunnels(key: InstanceKey, ports: TunnelPorts, limits: TunnelLimits = tunnelLimits): Tunnels {
  const open = new Set<OpenTunnel>();
  let connections = 0;

  return {
    connect(authority, client, head) {
      const target = parseTarget(authority);
      let way: Way = { addresses: [] };
      return govern(ports.governor, pluginContext(key), recordOf(key, ports.nextCall(), target), {
        resolve: () => target,
        admit: () => {
          if (connections >= limits.connectionsMax)
            throw new HilumError("lane.full", {
              detail: `The plugin has ${limits.connectionsMax} tunnels open already`,
            });
          connections += 1;
          return undefined;
        },
        decide: async (): Promise<Decision> => {
          if (target === undefined) return { allow: false, code: "destination.invalid", reason: "destination.invalid" };
          const granted = await ports.decide(key, requestOf(target));
          if (!granted.allow) return granted;
          way = await findWay(target, ports.resolveHost);
          return judgeWay(way, target, ports.rules());
        },
        perform: () => run(target, way, client, head),
        measure: ({ relay, end }) => ({ bytes: relay.bytes, detail: { ...destinationDetail(target), state: end } }),
        release: () => {
          connections -= 1;
        },
        present: () => undefined,
      });
    },
    async recheck() {
      await Promise.all([...open].map(recheckOne));
    },
    sweep: (nowMs) => open.forEach(({ relay }) => relay.sweep(nowMs)),
    closeAll: () => open.forEach(({ relay }) => relay.end("closed")),
  };

  async function run(
    target: Target | undefined,
    way: Way,
    client: Duplex,
    head: Buffer,
  ): Promise<{ relay: Relay; end: RelayEnd }> {
    if (target === undefined) throw new HilumError("destination.invalid");
    if ("failure" in way)
      throw new HilumError("provider.unreachable", {
        detail: "The name of the destination cannot be resolved",
        cause: way.failure,
      });
    const server = await connectChecked(way.addresses, target.port, { timeoutMs: limits.connectMs });
    const relay = begin(client, server, head);
    const tunnel = { target, relay };
    open.add(tunnel);
    const end = await relay.ended;
    open.delete(tunnel);
    return { relay, end };
  }

  function begin(client: Duplex, server: Socket, head: Buffer): Relay {
    client.write("HTTP/1.1 200 Connection Established\r\n\r\n");
    const relay = createRelay(client, server, limits, ports.ticker.now);
    if (head.length > 0) client.unshift(head);
    if (client.destroyed) relay.end("closed");
    return relay;
  }

  /** An error while deciding is a deny here as well: the tunnel closes. */
  async function recheckOne({ target, relay }: OpenTunnel): Promise<void> {
    try {
      if ((await ports.decide(key, requestOf(target))).allow !== true) relay.end("revoked");
    } catch {
      relay.end("revoked");
    }
  }
}

const requestOf = ({ host, port }: Target): PluginRequest => ({
  lane: "egress",
  action: "connect",
  scope: `net:tcp://${host.includes(":") ? `[${host}]` : host}:${port}`,
});

function recordOf({ plugin, instance }: InstanceKey, call: string, target: Target | undefined): CallRecord {
  return {
    call,
    action: "egress.connect",
    audit: "intent",
    plugin,
    instance,
    resource: "Endpoint",
    detail: destinationDetail(target),
  };
}

/** The audit log takes tokens only; a name asked for by a plugin may be anything. */
export const destinationDetail = (target: Target | undefined): Record<string, string | number> =>
  target === undefined
    ? {}
    : { host: target.host.replaceAll(/[^A-Za-z0-9_.:-]/g, "_").slice(0, 120), port: target.port };
