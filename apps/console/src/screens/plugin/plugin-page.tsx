import type { Instance, OperationId, PluginDetail } from "@hilum/contract/api";
import type { UseQueryResult } from "@tanstack/react-query";
import { NativeSelect } from "@mantine/core";
import type { ReactNode } from "react";
import type { ApiProblem } from "../../api/api-problem.ts";
import { useRead } from "../../api/use-api.ts";
import { Glyph } from "../../look/panel.tsx";
import { Empty } from "../../look/pictures.tsx";
import { Status, StatusIcon, toneOf } from "../../look/status.tsx";
import { Go, GoButton, useGo } from "../../shell/go.tsx";
import { Loaded } from "../../shell/loaded.tsx";
import { Page, type PageProps, type ShownCall } from "../../shell/page.tsx";
import type { Command } from "../../shell/page-store.ts";
import { instanceWord } from "../../text/words.ts";
import { PageGlyph } from "./page-glyph.tsx";
import { usePluginName } from "./plugin-names.ts";

export const tabs = [
  ["Overview", ""],
  ["Setup", "/setup"],
  ["Access", "/access"],
  ["Settings", "/settings"],
  ["Health", "/health"],
  ["Webhooks", "/webhooks"],
  ["Egress", "/egress"],
  ["Logs", "/logs"],
  ["Versions", "/versions"],
] as const;
/** A tab of the console's own, or the name of a further page of the plugin (`pages/{path}`). */
export type Tab = (typeof tabs)[number][0] | `pages/${string}`;

/** `?instance=` of an address; nothing for the default one. */
export const instancePart = (instance: string): string =>
  instance === "default" ? "" : `?instance=${encodeURIComponent(instance)}`;
/** The query of a request about one instance. */
export const instanceQuery = (instance: string): { instance?: string } => (instance === "default" ? {} : { instance });

interface PluginPageProps {
  plugin: string;
  instance: string;
  tab: Tab;
  /** What the title says before the plugin's name; empty on the overview. */
  prefix?: string;
  /** This page's own word in the breadcrumb; the tab's where absent. */
  crumb?: string;
  lead?: ReactNode;
  renderActions?(detail: PluginDetail, instance: Instance): ReactNode;
  reads?: readonly Pick<UseQueryResult<unknown, ApiProblem>, "dataUpdatedAt" | "refetch" | "isFetching">[];
  calls?: readonly ShownCall[];
  offers?: readonly OperationId[];
  commands?: readonly Command[];
  children(detail: PluginDetail, instance: Instance): ReactNode;
}

/** One page of a plugin, for one of its instances: title, state, tabs and the chooser. */
export function PluginPage({
  plugin: id,
  instance: name,
  tab,
  prefix: given,
  crumb,
  lead,
  renderActions,
  reads = [],
  calls = [],
  children,
  ...rest
}: PluginPageProps) {
  const plugin = useRead("getPlugin", { params: { plugin: id } }, { everyMs: 15_000 });
  const detail = plugin.data;
  const instance = detail?.instances.find((candidate) => candidate.instance === name);
  const known = usePluginName()(id);
  const ownTitle = detail?.pages.find(({ name: page }) => page === tab)?.title;
  const prefix = given ?? (ownTitle === undefined ? undefined : `${ownTitle} of`);
  const title = [prefix, detail?.name ?? known].filter((part) => part !== undefined).join(" ");
  const crumbs: PageProps["crumbs"] = [
    { text: "Plugins", to: "/plugins" },
    ...(prefix === undefined ? [] : [{ text: detail?.name ?? known, to: `/plugins/${id}${instancePart(name)}` }]),
  ];
  const own = detail?.code === "included" || detail?.code === "host";
  return (
    <Page
      {...rest}
      title={title}
      crumb={prefix === undefined ? title : (crumb ?? ownTitle ?? tab)}
      lead={lead ?? detail?.description}
      crumbs={crumbs}
      glyph={
        prefix === undefined && detail !== undefined ? <Glyph name={detail.name} size="lg" own={own} /> : undefined
      }
      badges={instance === undefined ? undefined : <Badges instance={instance} />}
      actions={detail !== undefined && instance !== undefined ? renderActions?.(detail, instance) : undefined}
      tabs={<PluginTabs id={id} name={name} tab={tab} detail={detail} instance={instance} />}
      reads={[plugin, ...reads]}
      calls={[["getPlugin", { params: { plugin: id } }], ...calls]}
    >
      <Loaded query={plugin} what="the plugin">
        {(loaded) =>
          instance === undefined ? (
            <section className="panel">
              <Empty
                title={`There is no instance “${name}”`}
                action={<GoButton to={`/plugins/${id}`}>Show the default instance</GoButton>}
              >
                It may have been removed. The plugin has:{" "}
                {loaded.instances.map((candidate) => candidate.instance).join(", ")}.
              </Empty>
            </section>
          ) : (
            children(loaded, instance)
          )
        }
      </Loaded>
    </Page>
  );
}

function Badges({ instance }: { instance: Instance }) {
  return (
    <>
      <Status word={instanceWord(instance)} />
      {instance.testMode && <Status word="Note">Test mode</Status>}
    </>
  );
}

interface TabsProps {
  id: string;
  name: string;
  tab: Tab;
  detail: PluginDetail | undefined;
  instance: Instance | undefined;
}

function PluginTabs({ id, name, tab, detail, instance }: TabsProps) {
  const go = useGo();
  const failing = instance?.health === "failing" && instance.state === "enabled";
  const further = detail?.pages.filter(({ name: page }) => page.startsWith("pages/")) ?? [];
  const path = tab.startsWith("pages/") ? `/${tab}` : (tabs.find(([label]) => label === tab)?.[1] ?? "");
  return (
    <>
      {detail !== undefined && detail.instances.length > 1 && (
        <div className="row" style={{ marginBottom: 14 }}>
          <span className="small dim" id="instance-label">
            Instance
          </span>
          <NativeSelect
            aria-labelledby="instance-label"
            value={name}
            data={detail.instances.map((candidate) => ({
              value: candidate.instance,
              label: `${candidate.title} (${instanceWord(candidate)})`,
            }))}
            onChange={(event) => go(`/plugins/${id}${path}${instancePart(event.currentTarget.value)}`)}
          />
        </div>
      )}
      <nav className="tabs" aria-label="Pages of the plugin">
        {tabs.map(([label, place]) => (
          <Go
            key={label}
            to={`/plugins/${id}${place}${instancePart(name)}`}
            aria-current={label === tab ? "page" : undefined}
          >
            {label}
            {label === "Health" && failing && (
              <span data-tone={toneOf("Failing")}>
                <StatusIcon word="Failing" size={15} />
                <span className="vh"> (failing)</span>
              </span>
            )}
          </Go>
        ))}
        {further.map(({ name: page, title, icon }) => (
          <Go
            key={page}
            to={`/plugins/${id}/${page}${instancePart(name)}`}
            aria-current={page === tab ? "page" : undefined}
          >
            {icon !== undefined && <PageGlyph icon={icon} />}
            {title}
          </Go>
        ))}
      </nav>
    </>
  );
}
