import { randomUUID } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { HilumError, isHilumError, parseManifest, type Context, type Log } from "@hilum/contract";
import type { LiveReload, Reload } from "@hilum/contract/api";
import { manifestDigest } from "@hilum/contract/digest";
import { buildPages, pageEntry, watchFolder, type FolderWatch } from "@hilum/devtools";
import type { PluginRow, Store } from "@hilum/store";
import type { HealthService } from "../plugins/health.ts";
import type { LifecycleService } from "../plugins/lifecycle.ts";
import { loadPlugin } from "../plugins/load-instance.ts";
import { linkedFolder } from "./linked-folder.ts";

const reloadsKept = 20;
const filesNamed = 20;

/** Starts the enabled instances of a linked folder anew when its files change. In memory: off again when Hilum stops. */
export interface LiveReloadService {
  read(plugin: string): Promise<LiveReload>;
  set(context: Context, plugin: string, on: boolean): Promise<LiveReload>;
  close(): Promise<void>;
}

type Parts = {
  store: Store;
  lifecycle: Pick<LifecycleService, "restart">;
  health: Pick<HealthService, "check">;
  /** What pages are built with. */
  pages: Parameters<typeof buildPages>[1];
  log: Log;
  watch?: typeof watchFolder;
  now?(): Date;
};

interface Watched {
  watch: FolderWatch | undefined;
  since: Date;
  problem?: LiveReload["problem"];
  reloads: Reload[];
  /** Files that changed while a reload was under way, and when the first did. */
  waiting: { files: Set<string>; sinceMs: number } | undefined;
  working: Promise<void> | undefined;
}

export function createLiveReloadService({
  store,
  lifecycle,
  health,
  pages,
  log,
  watch = watchFolder,
  now = () => new Date(),
}: Parts): LiveReloadService {
  const watched = new Map<string, Watched>();

  function changed(plugin: string, files: readonly string[], sinceMs: number): void {
    const entry = watched.get(plugin);
    if (entry === undefined) return;
    entry.waiting ??= { files: new Set(), sinceMs };
    for (const file of files) entry.waiting.files.add(file);
    entry.working ??= work(plugin, entry).finally(() => (entry.working = undefined));
  }

  /** One reload after the other; what changes meanwhile makes one more. */
  async function work(plugin: string, entry: Watched): Promise<void> {
    for (let next = entry.waiting; next !== undefined; next = entry.waiting) {
      entry.waiting = undefined;
      const done = await reload(plugin, [...next.files]).catch(failed);
      entry.reloads.unshift({
        at: now().toISOString(),
        files: [...next.files].toSorted().slice(0, filesNamed),
        durationMs: Math.round(performance.now() - next.sinceMs),
        ...done,
      });
      entry.reloads.length = Math.min(entry.reloads.length, reloadsKept);
      if (done.outcome === "reloaded") await askHealth(plugin);
    }
  }

  async function reload(
    id: string,
    files: readonly string[],
  ): Promise<Pick<Reload, "outcome" | "instances" | "code" | "detail" | "fix">> {
    const plugin = await loadPlugin(store, id);
    const folder = linkedFolder(plugin);
    const difference = await manifestFault(plugin, folder);
    if (difference !== undefined) return { outcome: "manifest_changed", instances: 0, ...difference };
    if (files.some((file) => file.startsWith("pages/")) && files.every((file) => file !== "build.ts"))
      await buildPages(folder, pages).catch(ignoreWithoutPages(folder));
    const instances = (await store.instances.list(id)).filter(
      ({ state }) => state === "enabled" || state === "quarantined",
    );
    for (const { plugin: of, instance } of instances) await lifecycle.restart(contextOf(), { plugin: of, instance });
    return { outcome: instances.length === 0 ? "not_running" : "reloaded", instances: instances.length };
  }

  /** A check that was under way found the plugin gone for a moment: what it says now is what counts. */
  async function askHealth(plugin: string): Promise<void> {
    const instances = await store.instances.list(plugin).catch(() => []);
    for (const { instance } of instances.filter(({ state }) => state === "enabled"))
      await health.check(contextOf(), { plugin, instance }).catch(() => log.warn("live_reload.no_health", { plugin }));
  }

  const contextOf = (): Context => ({
    actor: { kind: "system", id: "system:live-reload" },
    requestId: randomUUID(),
    purpose: "HSYSADMIN",
    signal: new AbortController().signal,
    now,
    log,
  });

  function end(plugin: string, error: unknown): void {
    const entry = watched.get(plugin);
    if (entry === undefined) return;
    entry.watch?.close();
    entry.watch = undefined;
    const code = (error as NodeJS.ErrnoException | undefined)?.code ?? "unknown";
    entry.problem = {
      code: "plugin.code_unreadable",
      detail: `The folder cannot be watched any more (${code}).`,
      fix: "Put the folder back, then turn live reload off and on.",
    };
    log.warn("live_reload.ended", { plugin, reason: code });
  }

  async function read(plugin: string): Promise<LiveReload> {
    await loadPlugin(store, plugin);
    const entry = watched.get(plugin);
    if (entry === undefined) return { plugin, on: false, reloads: [] };
    return {
      plugin,
      on: true,
      since: entry.since.toISOString(),
      reloads: [...entry.reloads],
      ...(entry.watch === undefined ? {} : { watching: entry.watch.kind }),
      ...(entry.problem === undefined ? {} : { problem: entry.problem }),
    };
  }

  return {
    read,
    async set(context, plugin, on) {
      const folder = linkedFolder(await loadPlugin(store, plugin));
      watched.get(plugin)?.watch?.close();
      watched.delete(plugin);
      if (on) {
        const entry: Watched = {
          watch: undefined,
          since: context.now(),
          reloads: [],
          waiting: undefined,
          working: undefined,
        };
        watched.set(plugin, entry);
        entry.watch = await watch(folder, {
          onChange: (files, sinceMs) =>
            changed(
              plugin,
              files.filter((file) => !file.startsWith("dist/ui/")),
              sinceMs,
            ),
          onEnd: (error) => end(plugin, error),
        }).catch((cause: unknown) => {
          watched.delete(plugin);
          throw new HilumError("plugin.code_unreadable", { detail: "The linked folder cannot be read.", cause });
        });
      }
      return await read(plugin);
    },
    async close() {
      const entries = [...watched.values()];
      for (const { watch: open } of entries) open?.close();
      watched.clear();
      await Promise.all(entries.map(({ working }) => working ?? Promise.resolve()));
    },
  };
}

/** Why the code must not run under the manifest that is registered; undefined where nothing of it changed. */
async function manifestFault(
  { digest, id }: PluginRow,
  folder: string,
): Promise<Pick<Reload, "code" | "detail" | "fix"> | undefined> {
  const text = await readFile(join(folder, "hilum.json"), "utf8");
  const parsed = parseManifest(text);
  if (!parsed.ok) {
    const [first] = parsed.problems;
    const line = first?.line === undefined ? "" : ` line ${first.line},`;
    return {
      code: parsed.code,
      detail: `hilum.json${line} ${first?.pointer ?? ""}: ${first?.message ?? "it is not valid"}`,
      fix: first?.fix ?? "Correct it; the plugin runs on as it was.",
    };
  }
  if (parsed.manifest.id === id && manifestDigest(parsed.canonical) === digest) return undefined;
  return {
    code: "request.conflict",
    detail: "hilum.json differs from the manifest that is registered; the plugin runs on as it was.",
    fix: "Link the folder again under Plugins, Add, and approve the revision.",
  };
}

function failed(error: unknown): Pick<Reload, "outcome" | "instances" | "code" | "detail" | "fix"> {
  const known = isHilumError(error) ? error : new HilumError("plugin.code_unreadable", { cause: error });
  return { outcome: "failed", instances: 0, code: known.code, detail: known.detail, fix: known.spec.fix };
}

/** A folder with pages that are built elsewhere has no `pages/main.tsx`. */
function ignoreWithoutPages(folder: string): (error: unknown) => Promise<void> {
  return async (error) => {
    const has = await readFile(join(folder, pageEntry)).then(
      () => true,
      () => false,
    );
    if (has) throw error;
  };
}
