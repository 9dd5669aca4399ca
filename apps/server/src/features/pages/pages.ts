import { HilumError, isHilumError, pagesOf, type DeclaredPage, type Log } from "@hilum/contract";
import type { OwnPage } from "@hilum/contract/api";
import { pagesPath } from "@hilum/contract/bridge";
import type { PluginRow, Store } from "@hilum/store";
import { manifestOf } from "../plugins/load-instance.ts";
import { integrityOf, readPageFiles, type PageFiles } from "./page-files.ts";

/** What a request for a page's document or files is answered with. */
export interface AcceptedPage extends PageFiles {
  folder: string;
  title: string;
  scriptIntegrity: string;
  styleIntegrity?: string;
}

/**
 * Pages of plugins: their bytes are read when a person registers or enables the plugin, kept in memory and served by
 * digest. After a restart only the same bytes are taken again; others are refused until a person accepts them.
 */
export interface PagesService {
  /** Reads a plugin's pages anew and takes what is there. A page that cannot be read is refused alone. */
  accept(plugin: PluginRow): Promise<void>;
  /** At the start of the process. */
  restore(): Promise<void>;
  forget(plugin: string): Promise<void>;
  /** The pages as the console shows them. */
  present(plugin: PluginRow): OwnPage[];
  find(plugin: string, digest: string): AcceptedPage | undefined;
}

type Kept = { pages: Map<string, AcceptedPage>; refusals: Map<string, HilumError> };
type Parts = { store: Pick<Store, "plugins" | "platform">; log: Log };

export function createPagesService({ store, log }: Parts): PagesService {
  const kept = new Map<string, Kept>();
  const factOf = (plugin: string): string => `plugin_pages:${plugin}`;

  async function read(plugin: PluginRow): Promise<Kept> {
    const found: Kept = { pages: new Map(), refusals: new Map() };
    for (const page of declaredBy(plugin)) {
      try {
        found.pages.set(page.name, await readPage(plugin, page));
      } catch (error) {
        if (!isHilumError(error)) throw error;
        found.refusals.set(page.name, error);
      }
    }
    return found;
  }

  return {
    async accept(plugin) {
      const found = await read(plugin);
      kept.set(plugin.id, found);
      const digests = [...found.pages].map(([name, { digest }]) => [name, digest]);
      const known = digests.length === 0 ? null : JSON.stringify(Object.fromEntries(digests));
      if (known !== null || (await store.platform.fact(factOf(plugin.id))) !== undefined)
        await store.platform.setFact(factOf(plugin.id), known);
    },
    async restore() {
      for (const plugin of await store.plugins.list()) {
        if (declaredBy(plugin).length === 0) continue;
        const found = await read(plugin);
        // What comes with Hilum is replaced together with it, by whoever installs the new version.
        if (plugin.code !== "included") {
          const accepted = readDigests(await store.platform.fact(factOf(plugin.id)));
          for (const [name, { digest }] of found.pages) {
            if (accepted.get(name) === digest) continue;
            found.pages.delete(name);
            found.refusals.set(name, new HilumError("page.changed"));
            log.warn("plugin_page.refused", { plugin: plugin.id, code: "page.changed" });
          }
        }
        kept.set(plugin.id, found);
      }
    },
    async forget(plugin) {
      kept.delete(plugin);
      await store.platform.setFact(factOf(plugin), null);
    },
    present: (plugin) => declaredBy(plugin).map((page) => presentPage(plugin, page, kept.get(plugin.id))),
    find: (plugin, digest) => [...(kept.get(plugin)?.pages.values() ?? [])].find((page) => page.digest === digest),
  };
}

const declaredBy = (plugin: PluginRow): DeclaredPage[] => pagesOf(manifestOf(plugin));

async function readPage(plugin: PluginRow, page: DeclaredPage): Promise<AcceptedPage> {
  if (plugin.codePath === undefined)
    throw new HilumError("page.unreadable", { detail: "The plugin was registered without its folder." });
  const files = await readPageFiles(plugin.id, plugin.codePath, page);
  return {
    ...files,
    folder: `${pagesPath}${plugin.id}/${files.digest}`,
    title: `${page.title} of ${plugin.name}`,
    scriptIntegrity: integrityOf(files.script),
    ...(files.style === undefined ? {} : { styleIntegrity: integrityOf(files.style) }),
  };
}

function presentPage(plugin: PluginRow, { name, title, icon }: DeclaredPage, found: Kept | undefined): OwnPage {
  const shown = { name, title, ...(icon === undefined ? {} : { icon }) };
  const page = found?.pages.get(name);
  if (page !== undefined) return { ...shown, src: `${page.folder}/page.html` };
  const refusal =
    found?.refusals.get(name) ?? new HilumError("page.unreadable", { detail: `${plugin.name} was not read yet.` });
  return {
    ...shown,
    problem: { code: refusal.code, title: refusal.spec.title, why: refusal.detail, fix: refusal.spec.fix },
  };
}

function readDigests(fact: string | undefined): Map<string, unknown> {
  return new Map(fact === undefined ? [] : Object.entries(JSON.parse(fact) as Record<string, unknown>));
}
