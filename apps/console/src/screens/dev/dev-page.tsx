import "./dev.css";
import type { OperationId } from "@hilum/contract/api";
import { useEffect, useRef } from "react";
import { Advice } from "../../look/problem.tsx";
import { useMay } from "../../session/account.ts";
import { Go } from "../../shell/go.tsx";
import { Page, type PageProps } from "../../shell/page.tsx";

const devTabs = [
  ["Overview", "/dev"],
  ["Scaffold", "/dev/scaffold"],
  ["Manifest", "/dev/manifest"],
  ["Live reload", "/dev/reload"],
  ["Wire inspector", "/dev/wire"],
  ["Fixtures", "/dev/fixtures"],
  ["Conformance", "/dev/conformance"],
  ["Package", "/dev/package"],
  ["Upgrade", "/dev/upgrade"],
  ["API explorer", "/dev/api"],
] as const;
type DevTab = (typeof devTabs)[number][0];

/** Which plugin, and which instance of it, a tool works on. */
export interface DevSearch {
  plugin?: string;
  instance?: string;
}

/** The address of a tool for a plugin; the tabs keep it, so that a developer stays with the plugin at hand. */
export function devAddress(to: string, { plugin, instance }: DevSearch): string {
  if (plugin === undefined) return to;
  const rest = instance === undefined || instance === "default" ? "" : `&instance=${encodeURIComponent(instance)}`;
  return `${to}?plugin=${encodeURIComponent(plugin)}${rest}`;
}

interface DevPageProps extends Omit<PageProps, "tabs" | "crumbs" | "crumb"> {
  tab: DevTab;
  /** Kept in the addresses of the other tools. */
  search?: DevSearch;
  /** Without a role for it there is nothing to show. */
  guard?: OperationId;
}

/** One page of the developer tools, with the way to the others. */
export function DevPage({ tab, search = {}, guard = "getApiDescription", children, ...page }: DevPageProps) {
  const may = useMay(guard);
  const { calls, offers, reads, actions, ...plain } = page;
  const told = may.allowed
    ? { ...plain, ...(calls && { calls }), ...(offers && { offers }), ...(reads && { reads }), actions }
    : plain;
  return (
    <Page
      {...told}
      crumbs={tab === "Overview" ? [] : [{ text: "Developer tools", to: "/dev" }]}
      crumb={tab}
      tabs={<DevTabs at={tab} search={search} />}
    >
      {may.allowed ? (
        children
      ) : (
        <Advice tone="info" title={may.reason}>
          An administrator can give you another role in Users.
        </Advice>
      )}
    </Page>
  );
}

function DevTabs({ at, search }: { at: DevTab; search: DevSearch }) {
  const nav = useRef<HTMLElement>(null);
  useEffect(() => {
    // On a narrow screen the row scrolls: where one is must be in sight.
    const current = nav.current?.querySelector<HTMLElement>("[aria-current]");
    if (nav.current !== null && current !== null && current !== undefined)
      nav.current.scrollLeft = current.offsetLeft - (nav.current.clientWidth - current.offsetWidth) / 2;
  }, []);
  return (
    <nav className="tabs" aria-label="Developer tools" ref={nav}>
      {devTabs.map(([label, to]) => (
        <Go key={to} to={devAddress(to, search)} aria-current={label === at ? "page" : undefined}>
          {label}
        </Go>
      ))}
    </nav>
  );
}
