import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, posix } from "node:path";
import { navigate, readNavigation, type NavigationEntry } from "./navigation.ts";
import { parsePage, renderPage, type SitePage } from "./site-page.ts";

/** Where Markdown becomes pages; files beside the pages that readers open as they are. */
const folders = ["docs", "examples"];
const atRoot = ["ARCHITECTURE.md", "CHANGELOG.md", "CONTRIBUTING.md", "README.md", "SECURITY.md"];
const asTheyAre = /^docs\/(images\/.+\.png|reference\/.+\.json)$/;
const favicon = "apps/console/src/look/favicon.svg";
/** The generator's own folder; it holds what is made from the others. */
const site = "docs/site";

export interface StagedSite {
  pages: readonly SitePage[];
  navigation: readonly NavigationEntry[];
  /** Pictures that pages show and that are not there; the site has their words in their place. */
  missingPictures: readonly string[];
}

/**
 * Lays the repository's pages where the generator reads them: `docs/site/src/content/docs` and `docs/site/public`, both
 * made anew. Throws where a page is in no group of the navigation, or a group names a page that is not there.
 */
export function stageSite(root: string): StagedSite {
  const files = listFiles(root);
  const paths = [
    ...atRoot.filter((path) => existsSync(join(root, path))),
    ...files.filter((path) => path.endsWith(".md")),
  ];
  const pages = paths.map((path) => parsePage(path, readFileSync(join(root, path), "utf8")));
  const navigation = navigate(readNavigation(join(root, site, "navigation.json")), pages);

  const content = join(root, site, "src/content/docs");
  const open = join(root, site, "public");
  for (const folder of [content, open]) rmSync(folder, { recursive: true, force: true });
  const copied = new Set(files.filter((path) => asTheyAre.test(path)));
  for (const page of pages)
    write(join(content, `${page.slug === "" ? "index" : page.slug}.md`), renderPage(page, pages, copied));
  for (const path of copied) copy(join(root, path), join(open, path.replace(/^docs\//, "")));
  copy(join(root, favicon), join(open, "favicon.svg"));
  write(join(root, site, "src/navigation.gen.json"), `${JSON.stringify(navigation, undefined, 2)}\n`);
  return { pages, navigation, missingPictures: findMissingPictures(pages, copied) };
}

function findMissingPictures(pages: readonly SitePage[], files: ReadonlySet<string>): string[] {
  const shown = pages.flatMap(({ path, body }) =>
    [...body.matchAll(/\]\(([^)\s:]+\.png)\)/g)].map(([, target = ""]) => posix.join(posix.dirname(path), target)),
  );
  return [...new Set(shown)].filter((picture) => !files.has(picture)).toSorted();
}

function listFiles(root: string): string[] {
  return folders.flatMap((folder) => walk(root, folder)).toSorted();
}

function walk(root: string, folder: string): string[] {
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = posix.join(folder, entry.name);
    if (path === site || entry.name === "node_modules" || entry.isSymbolicLink()) return [];
    return entry.isDirectory() ? walk(root, path) : [path];
  });
}

function write(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}

function copy(from: string, to: string): void {
  mkdirSync(dirname(to), { recursive: true });
  cpSync(from, to);
}
