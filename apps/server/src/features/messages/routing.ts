import { HilumError, type Context } from "@hilum/contract";
import {
  channels,
  type Channel,
  type Circuit,
  type Route,
  type RouteCandidate,
  type RouteTarget,
} from "@hilum/contract/api";
import type { InstanceKey, InstanceRow, PluginRow, RouteRow, Store } from "@hilum/store";
import { manifestOf } from "../plugins/load-instance.ts";
import type { Circuits } from "./circuits.ts";
import { describeRoute } from "./describe-route.ts";

/** How long a rehearsal keeps messages away from a provider. */
const rehearsalMs = 60_000;

export interface RoutingService {
  list(): Promise<Route[]>;
  /** Throws `instance.not_found` for one that sends no messages, `request.invalid` for one that is named twice. */
  set(context: Context, channel: Channel, to: readonly InstanceKey[]): Promise<Route>;
  /** Throws `instance.not_found` for one that is not in the route. */
  rehearse(channel: Channel, target: InstanceKey): Promise<Route>;
}

export interface RoutingParts {
  store: Store;
  circuits: Circuits;
  running(key: InstanceKey): boolean;
  /** Whether a running instance is handed test messages alone. */
  takesTestsOnly(key: InstanceKey): boolean;
  /** Whether messages that are accepted now are test messages. */
  testMode(): boolean;
  wake(): void;
}

export function createRoutingService(parts: RoutingParts): RoutingService {
  const { store, circuits, running, takesTestsOnly, testMode, wake } = parts;
  async function candidates(): Promise<RouteCandidate[]> {
    const senders = (await store.plugins.list()).filter((plugin) =>
      manifestOf(plugin).capabilities.includes("send_messages"),
    );
    const instances = await store.instances.list();
    return senders.flatMap((plugin) =>
      instances.filter((row) => row.plugin === plugin.id).map((row) => presentCandidate(plugin, row)),
    );
  }

  function presentCandidate(plugin: PluginRow, row: InstanceRow): RouteCandidate {
    const why = whyNot(row);
    return {
      plugin: row.plugin,
      instance: row.instance,
      title: row.instance === "default" ? row.title : `${plugin.name}, ${row.title}`,
      usable: why === undefined,
      ...(why === undefined ? {} : { why }),
    };
  }

  function whyNot(row: InstanceRow): string | undefined {
    if (row.state !== "enabled") return "It is not enabled.";
    if (!running(row)) return "It is enabled and not running.";
    if (!testMode() && takesTestsOnly(row)) return "It is in test mode and takes test messages alone.";
    return undefined;
  }

  function presentCircuit(key: InstanceKey): Circuit {
    const { until, ...reading } = circuits.read(key);
    return { ...reading, ...(until === undefined ? {} : { until: new Date(until).toISOString() }) };
  }

  function present(channel: Channel, row: RouteRow | undefined, all: RouteCandidate[]): Route {
    const targets = (row?.targets ?? []).flatMap((key): RouteTarget[] => {
      const candidate = all.find((one) => isSame(one, key));
      return candidate === undefined ? [] : [{ ...candidate, circuit: presentCircuit(key) }];
    });
    return {
      channel,
      targets,
      candidates: all,
      sentence: describeRoute(channel, targets),
      ...(row === undefined ? {} : { setAt: row.setAt, setBy: row.setBy }),
    };
  }

  return {
    async list() {
      const [rows, all] = await Promise.all([store.routes.list(), candidates()]);
      return channels.map((channel) =>
        present(
          channel,
          rows.find((row) => row.channel === channel),
          all,
        ),
      );
    },
    async set(context, channel, to) {
      const all = await candidates();
      if (to.some((key) => !all.some((candidate) => isSame(candidate, key))))
        throw new HilumError("instance.not_found", { detail: "No instance of that name sends messages." });
      const twice = to.findIndex((key, place) => to.findIndex((other) => isSame(other, key)) < place);
      if (twice !== -1)
        throw new HilumError("request.invalid", {
          problems: [{ pointer: `/to/${twice}`, message: "is in the list already", fix: "Name each instance once." }],
        });
      await store.routes.set(channel, to, { at: context.now().toISOString(), by: context.actor.id });
      // Who saves the order is done rehearsing.
      for (const key of to) if (circuits.read(key).rehearsed) circuits.reset(key);
      wake();
      return present(channel, await store.routes.find(channel), all);
    },
    async rehearse(channel, target) {
      const row = await store.routes.find(channel);
      if (row?.targets.some((key) => isSame(key, target)) !== true)
        throw new HilumError("instance.not_found", { detail: "The route of this channel has no such provider." });
      circuits.rehearse(target, rehearsalMs);
      return present(channel, row, await candidates());
    },
  };
}

const isSame = (a: InstanceKey, b: InstanceKey): boolean => a.plugin === b.plugin && a.instance === b.instance;
