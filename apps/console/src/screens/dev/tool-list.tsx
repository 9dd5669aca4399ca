import {
  IconApi,
  IconFileCheck,
  IconHeartbeat,
  IconInbox,
  IconListCheck,
  IconListDetails,
  IconTransfer,
  IconWebhook,
} from "@tabler/icons-react";
import { useRead } from "../../api/use-api.ts";
import { Panel } from "../../look/panel.tsx";
import { Go } from "../../shell/go.tsx";
import { devAddress } from "./dev-page.tsx";

/** What looks into a plugin while it runs. Those that are pages of a plugin lead to the one that is worked on. */
export function ToolList() {
  const plugins = useRead("listPlugins", {});
  const items = plugins.data?.items ?? [];
  const at = (items.find(({ code }) => code === "linked") ?? items[0])?.id;
  const ofPlugin = (tab: string): string => (at === undefined ? "/plugins" : `/plugins/${at}${tab}`);
  const search = at === undefined ? {} : { plugin: at };
  const tools = [
    [
      "Wire inspector",
      "Each frame between Hilum and a plugin, with people’s data masked; hand one over again.",
      devAddress("/dev/wire", search),
      IconTransfer,
    ],
    ["Log tail", "What the plugin writes, as it writes it.", ofPlugin("/logs"), IconListDetails],
    [
      "Webhook inspector",
      "What vendors sent, whether it was believed, and replay.",
      ofPlugin("/webhooks"),
      IconWebhook,
    ],
    [
      "Fixtures",
      "Made-up messages and events to hand to a plugin in test mode.",
      devAddress("/dev/fixtures", search),
      IconInbox,
    ],
    [
      "Manifest",
      "An editor that checks while you type, with the mend of each problem.",
      "/dev/manifest",
      IconFileCheck,
    ],
    [
      "Smoke tests",
      "The small real checks that the plugin brings, with their evidence.",
      ofPlugin("/health"),
      IconHeartbeat,
    ],
    [
      "Conformance",
      "Whether the code does what the protocol says, with a result file to show.",
      devAddress("/dev/conformance", search),
      IconListCheck,
    ],
    ["API explorer", "Every operation: a form to try it, and code for curl, Node and Python.", "/dev/api", IconApi],
  ] as const;
  return (
    <Panel title="Look inside" flush>
      <ul className="tools">
        {tools.map(([title, text, to, Icon]) => (
          <li key={title}>
            <Icon size={20} stroke={1.75} aria-hidden />
            <div>
              <Go to={to} className="strong">
                {title}
              </Go>
              <p className="small dim">{text}</p>
            </div>
          </li>
        ))}
      </ul>
    </Panel>
  );
}
