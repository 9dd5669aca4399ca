import { join } from "node:path";
import { isHilumError, type Log } from "@hilum/contract";
import type { Repair } from "@hilum/contract/api";
import type { Store } from "@hilum/store";
import type { Config } from "../../config.ts";
import type { InstanceRunner } from "../plugins/runner.ts";
import { createCatalogue } from "./catalogue/catalogue.ts";
import { createListingsService } from "./catalogue/listings.ts";
import { createHoldLease } from "./hold-lease.ts";
import { createJobActs, type ActParts } from "./installs/acts.ts";
import type { InstalledCode } from "./installs/installed-code.ts";
import { createInstallsService } from "./installs/installs.ts";
import { createObtainPackage } from "./installs/obtain-package.ts";
import { createPlanner } from "./installs/plan.ts";
import { createInstallHandlers } from "./installs/routes.ts";
import { createJobRunner } from "./installs/run-jobs.ts";
import { sweepPackages, sweepUploads } from "./installs/sweep-packages.ts";
import { createVersionsService } from "./installs/versions.ts";
import { composePublishing } from "./publishing/compose-publishing.ts";
import { createKillSwitch } from "./safety/kill-switch.ts";
import { listMarketplaceRepairs } from "./safety/marketplace-repairs.ts";
import { createSafetyHandlers } from "./safety/routes.ts";
import { stopRevoked } from "./safety/stop-revoked.ts";
import { createSourceKeeper } from "./sources/keep-fresh.ts";
import { createMirrorsService } from "./sources/mirrors.ts";
import { createSourceHandlers } from "./sources/routes.ts";
import { createSourcesService, type SourcesService } from "./sources/sources.ts";
import { createPossibleUpdates } from "./updates/possible-updates.ts";
import { createUpdateHandlers } from "./updates/routes.ts";
import { unusedSince } from "./sweep-age.ts";
import { createUpdatesService } from "./updates/updates.ts";

export interface MarketplaceParts extends Pick<
  ActParts,
  "judge" | "lifecycle" | "acceptPages" | "refreshGrants" | "testMode" | "isShared"
> {
  config: Pick<Config, "dataDir">;
  /** Names this process. */
  boot: string;
  store: Store;
  installed: InstalledCode;
  runner: Pick<InstanceRunner, "tryVersion" | "check" | "status" | "stop">;
  /** Closes the sockets of a remote plugin. */
  closeLinks(key: { plugin: string; instance: string }): void;
  /** Reads the pages of plugins again: their packages were not on this disk when it began. */
  restorePages(): Promise<void>;
  log: Log;
}

/** How often the versions that were switched to, and the sources, are looked at. */
const watchEveryMs = 5_000;
const sourcesEveryMs = 60_000;
const bringEveryMs = 60_000;
const sweepEveryMs = 3_600_000;

/** Marketplaces: what they offer, how it comes here, and what is done about it. */
export async function composeMarketplace(parts: MarketplaceParts) {
  const { config, store, boot, installed, log, testMode, lifecycle, refreshGrants } = parts;
  const dir = join(config.dataDir, "marketplace");
  const uploads = join(dir, "uploads");
  const { packages } = installed;
  const hold = createHoldLease({ store, owner: boot, log });
  const catalogue = createCatalogue({
    store,
    sources: async () =>
      (await sources.entries()).map(({ id, document: { title, precedence } }) => ({ id, title, precedence })),
  });
  const sources: SourcesService = createSourcesService({
    ...{ store, catalogue, dir, testKeys: testMode },
    onRevoked: (context, source, revoked) => stopRevoked({ store, lifecycle, log }, context, source, revoked),
  });
  const listings = createListingsService({ store, catalogue, sources });
  const acts = createJobActs({ ...parts, packages, uploads, fetch: sources.fetchAnew, verify: installed.verify });
  const jobs = createJobRunner({ store, acts, hold, log });
  const plan = createPlanner({ store, catalogue, listings, packages, uploads });
  const installs = createInstallsService({ store, jobs, uploads, plan });
  const possible = createPossibleUpdates({ store, catalogue, plan });
  const updates = createUpdatesService({ store, possible, installs, jobs, hold, log });
  const keepFresh = createSourceKeeper({ sources, hold, log });
  const killSwitch = createKillSwitch({ ...{ store, jobs, refreshGrants, log }, ...parts });
  const versions = createVersionsService({ store, packages, catalogue, listings });
  const publishing = composePublishing({ store, dir, testKeys: testMode, listings });
  const mirrors = createMirrorsService({ sources, store, dir, log });
  await mirrors.sweepDrafts();
  const obtain = createObtainPackage({ store, sources, uploads });
  const bring = async (): Promise<void> => {
    for (const { row, error } of await installed.bringAll())
      log.warn("package.not_here", { plugin: row.plugin, code: isHilumError(error) ? error.code : "unknown" });
  };
  const rounds = createRounds();
  /** What lies here is this process's to sweep; one at a time, because what they look at is everybody's. */
  const sweep = async (): Promise<void> => {
    const before = unusedSince(new Date());
    await hold("marketplace:sweep", async () => {
      await sweepPackages(store, packages);
      await sweepUploads(store, uploads, before);
      await mirrors.sweep(before);
      await publishing.sweep(before);
    });
  };
  return {
    obtain,
    handlers: {
      ...createSourceHandlers({ sources, listings, mirrors }),
      ...createInstallHandlers({ store, installs, versions }),
      ...createUpdateHandlers(updates),
      ...createSafetyHandlers(killSwitch),
      ...publishing.handlers,
    },
    repairs: async (now: Date): Promise<Repair[]> => [
      ...(await listMarketplaceRepairs(store, now)),
      ...(await publishing.repairs(now)),
    ],
    /** Goes on with the jobs that were under way. After enabled instances were started: a job needs them. */
    start(): void {
      rounds.begin(async () => {
        await publishing.restore().catch(() => log.error("publishing.not_restored"));
        await jobs.resume();
        await updates.goOn();
        await sweep();
      });
      rounds.every(watchEveryMs, async () => {
        await jobs.tick();
        await updates.goOn();
      });
      rounds.every(sourcesEveryMs, () => keepFresh(() => new Date()));
      rounds.begin(async () => {
        if (!(await parts.isShared())) return;
        await bring();
        await parts.restorePages();
      });
      rounds.every(bringEveryMs, bring);
      rounds.every(sweepEveryMs, sweep);
    },
    async close(): Promise<void> {
      jobs.stop();
      await rounds.close();
    },
  };
}

/** How long the end of the process waits for a step that is under way. */
const closeMs = 2_000;

/** Work that is done again and again, each kind of it once at a time. */
function createRounds() {
  const timers: NodeJS.Timeout[] = [];
  const going = new Set<Promise<void>>();
  const begin = (work: () => Promise<void>): Promise<void> => {
    const round = work()
      .catch(() => undefined)
      .finally(() => going.delete(round));
    going.add(round);
    return round;
  };
  return {
    begin: (work: () => Promise<void>) => void begin(work),
    every(ms: number, work: () => Promise<void>) {
      let busy = false;
      const round = (): void => {
        if (busy) return;
        busy = true;
        void begin(work).finally(() => (busy = false));
      };
      timers.push(setInterval(round, ms).unref());
    },
    async close(): Promise<void> {
      for (const timer of timers) clearInterval(timer);
      const late = new Promise<void>((resolve) => setTimeout(resolve, closeMs).unref());
      await Promise.race([Promise.all(going), late]);
    },
  };
}
