import type { InstalledPackages } from "@hilum/marketplace";
import type { Store } from "@hilum/store";
import { openStates, type JobDocument } from "./job.ts";

/** Removes packages of plugins that are registered no more, and that no job is about to register; answers how many. */
export async function sweepPackages(
  { packages, plugins, marketplace }: Pick<Store, "packages" | "plugins" | "marketplace">,
  installed: Pick<InstalledPackages, "remove">,
): Promise<number> {
  const [rows, registered, jobs] = await Promise.all([
    packages.list(),
    plugins.list(),
    marketplace.list<JobDocument>("job", { states: openStates, limit: 200 }),
  ]);
  const kept = new Set([...registered.map(({ id }) => id), ...jobs.items.map(({ subject }) => subject)]);
  const gone = rows.filter(({ plugin }) => !kept.has(plugin));
  for (const { digest } of gone) {
    // The row first: what is not known is never started.
    await packages.remove(digest);
    await installed.remove(digest);
  }
  return gone.length;
}
