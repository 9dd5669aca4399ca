import "@mantine/spotlight/styles.layer.css";
import "./palette.css";
import { Spotlight, type SpotlightActionGroupData } from "@mantine/spotlight";
import { IconArrowUp, IconBolt, IconCornerDownRight, IconPlug, IconSearch } from "@tabler/icons-react";
import { useSyncExternalStore } from "react";
import { useRead } from "../api/use-api.ts";
import { instanceWord } from "../text/words.ts";
import { announce } from "./notices.ts";
import { pageStore } from "./page-store.ts";

const places = [
  ["Dashboard", "/", "home start"],
  ["Repairs", "/repairs", "problems needs attention"],
  ["Plugins", "/plugins", "integrations providers"],
  ["Marketplace", "/marketplace", "store browse install search"],
  ["Marketplace, updates", "/marketplace/updates", "update all versions"],
  ["Marketplace, installs", "/marketplace/installs", "jobs steps approve"],
  ["Marketplace, sources", "/marketplace/sources", "trust mirror air-gapped fingerprint"],
  ["Publish to your marketplace", "/marketplace/publish", "keeper sign hand in release"],
  ["Marketplace, review", "/marketplace/review", "approve submission queue"],
  ["Signing keys", "/marketplace/keys", "create back up unlock passphrase"],
  ["Messages, outbox", "/messages", "sent queue dead letters"],
  ["Messages, routing", "/messages/routing", "channel provider"],
  ["Practice mailbox", "/messages/practice", "test received"],
  ["Records", "/records", "storage browser patients documents fhir"],
  ["Records, requests to break a glass", "/records/glass-requests", "second person agree approve reveal"],
  ["Records, reviews of broken glass", "/records/glasses", "break glass reveal emergency"],
  ["Records, legal holds", "/records/holds", "keep litigation"],
  ["Records, exports", "/records/exports", "give out approval download"],
  ["Records, retention", "/records/retention", "purge old versions keep"],
  ["Records, destruction", "/records/shreddings", "shred erase forget"],
  ["Audit", "/audit", "log entries"],
  ["Vendors", "/vendors", "business associate agreement baa hosts"],
  ["Users", "/users", "people roles invite"],
  ["Tokens of programs", "/users/tokens", "api key"],
  ["Account and preferences", "/account", "password second factor theme font text size contrast"],
  ["Developer tools", "/dev", "workspace loop develop"],
  ["Manifest editor", "/dev/manifest", "hilum.json validate check schema develop"],
  ["Live reload", "/dev/reload", "watch folder develop"],
  ["Wire inspector", "/dev/wire", "frames protocol debug develop"],
  ["Fixtures", "/dev/fixtures", "made-up messages events test develop"],
  ["Conformance", "/dev/conformance", "protocol cases judge develop"],
  ["Package a plugin", "/dev/package", "pack download develop"],
  ["API explorer", "/dev/api", "operations curl node python openapi develop"],
  ["Settings", "/settings", "organisation private ranges"],
  ["Encryption keys", "/settings/keys", "rotate passphrase vault seal"],
  ["Sandbox", "/settings/sandbox", "isolation controls"],
] as const;

const acts = [
  ["Add plugin", "/plugins/add", "register manifest new"],
  ["Scaffold a plugin", "/dev/scaffold", "new begin develop"],
  ["Compose a message", "/messages/compose", "send email new"],
  ["Verify the audit log", "/audit?verify=true", "check chain proof"],
] as const;

export interface PaletteProps {
  go(to: string): void;
}

/** Search and run: what can be done on this page first, then everywhere, then places and plugins. */
export function Palette({ go }: PaletteProps) {
  const page = useSyncExternalStore(pageStore.subscribe, pageStore.read);
  const plugins = useRead("listPlugins", {});
  const parent = page.crumbs.at(-2);
  const icon = { size: 18, stroke: 1.75, "aria-hidden": true } as const;
  const groups: SpotlightActionGroupData[] = [
    {
      group: "On this page",
      actions: [
        ...page.commands.map(({ id, label, words, blocked, run }) => ({
          id,
          label,
          keywords: words ?? "",
          ...(blocked !== undefined && { description: blocked }),
          onClick: () => (blocked === undefined ? run() : announce(blocked)),
          leftSection: <IconBolt {...icon} />,
        })),
        ...(parent?.to === undefined
          ? []
          : [
              {
                id: "up",
                label: `Go up to ${parent.text}`,
                onClick: () => go(parent.to ?? "/"),
                leftSection: <IconArrowUp {...icon} />,
              },
            ]),
      ],
    },
    {
      group: "Actions",
      actions: acts.map(([label, to, words]) => ({
        id: to,
        label,
        keywords: words,
        onClick: () => go(to),
        leftSection: <IconBolt {...icon} />,
      })),
    },
    {
      group: "Go to",
      actions: places.map(([label, to, words]) => ({
        id: to,
        label,
        keywords: words,
        onClick: () => go(to),
        leftSection: <IconCornerDownRight {...icon} />,
      })),
    },
    {
      group: "Plugins",
      actions: (plugins.data?.items ?? []).flatMap(({ id, name, instances }) =>
        instances.map((instance) => ({
          id: `${id}/${instance.instance}`,
          label: instances.length > 1 ? `${name}, ${instance.title}` : name,
          description: `${instanceWord(instance)} · ${id}`,
          onClick: () => go(`/plugins/${id}${instance.instance === "default" ? "" : `?instance=${instance.instance}`}`),
          leftSection: <IconPlug {...icon} />,
        })),
      ),
    },
  ];
  return (
    <Spotlight
      actions={groups.filter(({ actions }) => actions.length > 0)}
      nothingFound="Nothing found. Try another word."
      shortcut={null}
      maxHeight={420}
      scrollable
      transitionProps={{ duration: 0 }}
      searchProps={{
        placeholder: "Search or run an action",
        "aria-label": "Search or run an action",
        leftSection: <IconSearch size={18} aria-hidden />,
      }}
    />
  );
}
