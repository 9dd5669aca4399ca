import type { Repair } from "@hilum/contract/api";
import type { RoutingService } from "./routing.ts";

/** Channels whose messages wait although providers are chosen: none of them can take one. */
export async function listRouteRepairs(routing: Pick<RoutingService, "list">): Promise<Repair[]> {
  return (await routing.list()).flatMap(({ channel, targets, sentence, setAt }): Repair[] => {
    const [first] = targets;
    if (first === undefined || targets.some(({ usable }) => usable)) return [];
    return [
      {
        id: `route:${channel}`,
        severity: "warning",
        title:
          targets.length === 1 ? `${first.title} cannot take messages` : "No provider of a channel can take messages",
        why: sentence,
        fix: "Open Routing: it says beside each provider what stands in the way. Another provider can be added there.",
        since: setAt ?? new Date(0).toISOString(),
        link: { label: "Open Routing", to: "/messages/routing" },
        plugin: first.plugin,
        instance: first.instance,
      },
    ];
  });
}
