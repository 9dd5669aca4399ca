import { HilumError, type Context } from "@hilum/contract";
import { channels, type Channel, type Route } from "@hilum/contract/api";
import type { InstanceKey, InstanceRow, RouteRow, Store } from "@hilum/store";
import { manifestOf } from "../plugins/load-instance.ts";

export interface RoutingService {
  list(): Promise<Route[]>;
  set(context: Context, channel: Channel, to: InstanceKey | null): Promise<Route>;
}

const channelWords: Readonly<Record<Channel, string>> = { email: "E-mails", sms: "Text messages", fax: "Faxes" };

export function createRoutingService({
  store,
  running,
  wake,
}: {
  store: Store;
  running(key: InstanceKey): boolean;
  wake(): void;
}): RoutingService {
  async function candidates(): Promise<Route["candidates"]> {
    const senders = (await store.plugins.list()).filter((plugin) =>
      manifestOf(plugin).capabilities.includes("send_messages"),
    );
    const instances = await store.instances.list();
    return senders.flatMap((plugin) =>
      instances.filter((row) => row.plugin === plugin.id).map((row) => presentCandidate(row)),
    );
  }

  function presentCandidate(row: InstanceRow): Route["candidates"][number] {
    const why =
      row.state !== "enabled" ? "It is not enabled." : running(row) ? undefined : "It is enabled and not running.";
    return {
      plugin: row.plugin,
      instance: row.instance,
      title: row.title,
      usable: why === undefined,
      ...(why === undefined ? {} : { why }),
    };
  }

  function present(channel: Channel, row: RouteRow | undefined, all: Route["candidates"]): Route {
    const chosen = all.find((candidate) => candidate.plugin === row?.plugin && candidate.instance === row?.instance);
    return {
      channel,
      candidates: all,
      sentence: describe(channel, chosen),
      ...(row === undefined ? {} : { plugin: row.plugin, instance: row.instance, setAt: row.setAt, setBy: row.setBy }),
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
      if (to !== null && !all.some((candidate) => candidate.plugin === to.plugin && candidate.instance === to.instance))
        throw new HilumError("instance.not_found", { detail: "No instance of that name sends messages." });
      await store.routes.set(channel, to, { at: context.now().toISOString(), by: context.actor.id });
      wake();
      return present(channel, await store.routes.find(channel), all);
    },
  };
}

function describe(channel: Channel, chosen: Route["candidates"][number] | undefined): string {
  const what = channelWords[channel];
  if (chosen === undefined) return `${what} wait: no provider is chosen.`;
  return chosen.usable
    ? `${what} go to ${chosen.title}.`
    : `${what} wait for ${chosen.title}. ${chosen.why ?? ""}`.trim();
}
