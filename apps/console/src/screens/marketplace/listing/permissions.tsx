import type { ListingDetail } from "@hilum/contract/api";
import { IconBan, IconCalendarEvent, IconFileText, IconPlug, IconWorld } from "@tabler/icons-react";
import { Panel } from "../../../look/panel.tsx";

const icons = [
  ["system/", IconFileText],
  ["net:", IconWorld],
  ["jobs:", IconCalendarEvent],
] as const;

/** What it asks for in plain words, where it may send, and what it can never do. */
export function Permissions({
  listing,
}: {
  listing: Pick<ListingDetail, "permissions" | "hosts" | "phi" | "capabilityNotes">;
}) {
  const { permissions, hosts, phi, capabilityNotes } = listing;
  return (
    <Panel title="What it may do, in plain words" flush>
      <p className="dim" style={{ padding: "0 20px 12px" }}>
        {permissions.length === 0
          ? "It asks for no right: it gets what it is handed, and nothing else."
          : "You decide on each of these before it is enabled."}
      </p>
      <ul className="perm">
        {capabilityNotes.map(({ title, plain, served }) => (
          <li key={title}>
            <IconPlug size={20} stroke={1.75} aria-hidden />
            <div>
              <h3>{title}</h3>
              <p className="small dim">
                {plain} {!served && "This Hilum does not serve it yet, so the plugin cannot be enabled."}
              </p>
            </div>
          </li>
        ))}
        {permissions.map(({ scope, reason, plain }) => (
          <li key={scope}>
            <ScopeIcon scope={scope} />
            <div>
              <h3>{plain}</h3>
              <p className="small dim">{reason}</p>
              <code className="small dim">{scope}</code>
            </div>
          </li>
        ))}
      </ul>
      <div className="cannot">
        <h3>It can never</h3>
        <ul>
          {never({ hosts, phi }).map((text) => (
            <li key={text}>
              <IconBan size={16} aria-hidden />
              {text}
            </li>
          ))}
        </ul>
      </div>
    </Panel>
  );
}

function ScopeIcon({ scope }: { scope: string }) {
  const Icon = icons.find(([begin]) => scope.startsWith(begin))?.[1] ?? IconPlug;
  return <Icon size={20} stroke={1.75} aria-hidden />;
}

/** What the sandbox holds back from every plugin, in the words of this one. */
export function never({ hosts, phi }: Pick<ListingDetail, "hosts" | "phi">): string[] {
  return [
    hosts.length === 0 ? "reach any other machine" : `reach a machine other than ${hosts.join(", ")}`,
    ...(phi === "none" ? ["see patient data"] : []),
    ...(phi === "transit" ? ["keep patient data where you cannot see it"] : []),
    "read files of the server",
    "see passwords and keys of others",
    "change itself without you",
  ];
}
