import { readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import type { InstalledPackages } from "@hilum/marketplace";
import type { Store } from "@hilum/store";
import { openStates, type JobDocument, type JobEntry } from "./job.ts";

/**
 * Removes packages of plugins that are registered no more and that no job is about to register, and folders of packages that are not known,
 * as another process leaves them that forgot one. Answers how many.
 */
export async function sweepPackages(
  store: Pick<Store, "packages" | "plugins" | "marketplace">,
  installed: Pick<InstalledPackages, "list" | "remove">,
): Promise<number> {
  const { packages, plugins } = store;
  // In the order against that in which they come about, so that none is looked for before it is there: a job, a folder, a row, a plugin.
  const folders = await installed.list();
  const rows = await packages.list();
  const jobs = await listOpenJobs(store);
  const registered = await plugins.list();
  const kept = new Set([...registered.map(({ id }) => id), ...jobs.map(({ subject }) => subject)]);
  const gone = rows.filter(({ plugin }) => !kept.has(plugin)).map(({ digest }) => digest);
  // The row first: what is not known is never started.
  for (const digest of gone) await packages.remove(digest);
  const awaited = new Set(jobs.map(({ document }) => document.digest));
  for (const digest of folders)
    if (!awaited.has(digest) && (await packages.find(digest)) === undefined) await installed.remove(digest);
  return gone.length;
}

/** Removes packages that were uploaded before that moment and that no job will take; answers how many. */
export async function sweepUploads(store: Pick<Store, "marketplace">, uploads: string, before: Date): Promise<number> {
  const names = await readdir(uploads).catch(() => []);
  const awaited = new Set((await listOpenJobs(store)).map(({ document }) => `${document.digest}.hilum`));
  let removed = 0;
  for (const name of names) {
    const path = join(uploads, name);
    const uploaded = (await stat(path).catch(() => undefined))?.mtime;
    if (uploaded === undefined || uploaded >= before || awaited.has(name)) continue;
    await rm(path, { force: true });
    removed += 1;
  }
  return removed;
}

async function listOpenJobs({ marketplace }: Pick<Store, "marketplace">): Promise<JobEntry[]> {
  const found: JobEntry[] = [];
  for (let cursor: string | undefined; ;) {
    const page = await marketplace.list<JobDocument>("job", {
      ...{ states: openStates, limit: 200 },
      ...(cursor === undefined ? {} : { cursor }),
    });
    found.push(...(page.items as JobEntry[]));
    if (page.next === undefined) return found;
    cursor = page.next;
  }
}
