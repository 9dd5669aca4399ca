import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import { HilumError, isHilumError } from "@hilum/contract";
import { govern, type CallRecord, type Decision, type Governor } from "../pipeline.ts";
import { pluginContext, type InstanceKey } from "../instance-key.ts";
import type { DecidePlugin, PluginRequest } from "../plugin-decisions.ts";
import type { Ticker } from "../ticker.ts";
import type { AddressRules } from "./address.ts";
import { connectChecked } from "./connect-checked.ts";
import { disclosureOf, type DecideDisclosure, type DisclosingInstance } from "./disclosure.ts";
import type { RecordReceipt } from "./receipt.ts";
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
  discloses: DecideDisclosure;
  recordReceipt: RecordReceipt;
  now(): Date;
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
  way: Way;
  relay: Relay;
}

/** What one tunnel has come to, for its receipt. */
interface Course {
  at: Date;
  beganMs: number;
  decision: "allow" | "deny";
  relay?: Relay;
  end?: RelayEnd;
}

export function createTunnels(
  key: DisclosingInstance,
  ports: TunnelPorts,
  limits: TunnelLimits = tunnelLimits,
): Tunnels {
  const open = new Set<OpenTunnel>();
  let connections = 0;

  return {
    async connect(authority, client, head) {
      const target = parseTarget(authority);
      const course: Course = { at: ports.now(), beganMs: ports.ticker.now(), decision: "deny" };
      try {
        await governed(target, client, head, course);
        record(target, course, course.end);
      } catch (error) {
        record(target, course, isHilumError(error) ? error.code : "server.internal");
        throw error;
      }
    },
    async recheck() {
      await Promise.all([...open].map(recheckOne));
    },
    sweep: (nowMs) => open.forEach(({ relay }) => relay.sweep(nowMs)),
    closeAll: () => open.forEach(({ relay }) => relay.end("closed")),
  };

  function governed(target: Target | undefined, client: Duplex, head: Buffer, course: Course): Promise<void> {
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
        const judged = judgeWay(way, target, ports.rules());
        if (!judged.allow) return judged;
        const disclosed = await discloses(target, way);
        if (disclosed.allow) course.decision = "allow";
        return disclosed;
      },
      perform: () => run(target, way, client, head, course),
      measure: ({ relay, end }) => ({ bytes: relay.bytes, detail: { ...destinationDetail(target), state: end } }),
      release: () => {
        connections -= 1;
      },
      present: () => undefined,
    });
  }

  /** What goes through a tunnel is not looked at, so it may always be what the plugin was handed. */
  function discloses({ host }: Target, way: Way): Decision | Promise<Decision> {
    const addresses = "failure" in way ? [] : way.addresses;
    return ports.discloses(key, disclosureOf(key, { host, addresses, phi: key.phi ?? true }, ports.rules()));
  }

  function record(target: Target | undefined, course: Course, reason: string | undefined): void {
    const { at, beganMs, decision, relay } = course;
    ports.recordReceipt({
      ...{ plugin: key.plugin, instance: key.instance, at, kind: "tunnel", decision },
      ...(target === undefined ? {} : { host: target.host, port: target.port }),
      bytesOut: relay?.bytesOut ?? 0,
      bytesIn: relay === undefined ? 0 : relay.bytes - relay.bytesOut,
      durationMs: Math.round(ports.ticker.now() - beganMs),
      ...(reason === undefined || reason === "closed" ? {} : { reason }),
    });
  }

  async function run(
    target: Target | undefined,
    way: Way,
    client: Duplex,
    head: Buffer,
    course: Course,
  ): Promise<{ relay: Relay; end: RelayEnd }> {
    if (target === undefined) throw new HilumError("destination.invalid");
    if ("failure" in way)
      throw new HilumError("provider.unreachable", {
        detail: "The name of the destination cannot be resolved",
        cause: way.failure,
      });
    const server = await connectChecked(way.addresses, target.port, { timeoutMs: limits.connectMs });
    const relay = begin(client, server, head);
    const tunnel = { target, way, relay };
    open.add(tunnel);
    const end = await relay.ended;
    open.delete(tunnel);
    Object.assign(course, { relay, end });
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
  async function recheckOne({ target, way, relay }: OpenTunnel): Promise<void> {
    try {
      const granted = await ports.decide(key, requestOf(target));
      if (!granted.allow || (await discloses(target, way)).allow !== true) relay.end("revoked");
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
