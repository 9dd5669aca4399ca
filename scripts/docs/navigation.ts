import { readFileSync } from "node:fs";
import type { SitePage } from "./site-page.ts";

/** A group of the navigation: the pages that it names, in this order, or every page of a folder. */
export type NavigationGroup = { label: string; collapsed?: boolean } & (
  | { pages: readonly string[] }
  | { folder: string }
);

/** A group as the generator takes it. */
export interface NavigationEntry {
  label: string;
  collapsed: boolean;
  items: { label: string; slug: string }[];
}

export function readNavigation(path: string): NavigationGroup[] {
  return JSON.parse(readFileSync(path, "utf8")) as NavigationGroup[];
}

/** Puts each page into its group. Throws where a page but the home page is in none or in two, or a name leads nowhere. */
export function navigate(groups: readonly NavigationGroup[], pages: readonly SitePage[]): NavigationEntry[] {
  const counts = new Map(pages.map(({ path }) => [path, 0]));
  const entries = groups.map((group) => {
    const members = membersOf(group, pages);
    for (const { path } of members) counts.set(path, (counts.get(path) ?? 0) + 1);
    const items = members.map(({ title, slug }) => ({ label: title, slug }));
    return { label: group.label, collapsed: group.collapsed ?? false, items };
  });
  const faults = [...counts].filter(([path, count]) => count !== (path === "docs/index.md" ? 0 : 1));
  if (faults.length > 0)
    throw new Error(
      `docs/site/navigation.json: ${faults.map(([path, count]) => `${path} is in ${count} groups`).join("; ")}. Each page belongs in one.`,
    );
  return entries;
}

function membersOf(group: NavigationGroup, pages: readonly SitePage[]): SitePage[] {
  if ("folder" in group) return pages.filter(({ path }) => path.startsWith(`${group.folder}/`));
  return group.pages.map((path) => {
    const page = pages.find((candidate) => candidate.path === path);
    if (page === undefined) throw new Error(`docs/site/navigation.json names ${path}, which is not there`);
    return page;
  });
}
