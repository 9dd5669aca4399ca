import type { PageFault } from "@hilum/contract/api";
import type { Store } from "@hilum/store";
import type { Handlers } from "../../http/request.ts";
import { loadInstance } from "../plugins/load-instance.ts";
import type { LogHub } from "../plugins/log-hub.ts";

/** What a person reads in the plugin's log. */
const faultWords: Readonly<Record<PageFault, string>> = {
  second_load: "it loaded another document inside its frame",
  not_started: "it did not start",
  unresponsive: "it stopped responding",
  flood: "it sent too many messages, or one too large",
  protocol: "it sent a message that is not of the protocol",
  focus: "it took the focus out of a dialog of the console",
};

export function createPageHandlers({
  store,
  logs,
}: {
  store: Pick<Store, "plugins" | "instances">;
  logs: Pick<LogHub, "write">;
}): Handlers<"reportPluginPage"> {
  return {
    reportPluginPage: async (_context, { params, query, body: { page, fault } }) => {
      const key = { plugin: params.plugin, instance: query.instance ?? "default" };
      await loadInstance(store, key);
      const text = `The console took the page ${page} away: ${faultWords[fault]}.`;
      logs.write(key, { level: "warn", source: "host", text });
      return { status: 200, body: { ok: true }, note: { detail: { route: page, state: fault } } };
    },
  };
}
