import { join } from "node:path";
import type { Log } from "@hilum/contract";
import type { Store } from "@hilum/store";
import type { Config } from "../../config.ts";
import { createCatalogue } from "./catalogue/catalogue.ts";
import { createListingsService } from "./catalogue/listings.ts";
import { createJobActs, type ActParts } from "./installs/acts.ts";
import type { InstalledCode } from "./installs/installed-code.ts";
import { createInstallsService } from "./installs/installs.ts";
import { createPlanner } from "./installs/plan.ts";
import { createInstallHandlers } from "./installs/routes.ts";
import { createJobRunner } from "./installs/run-jobs.ts";
import { createVersionsService } from "./installs/versions.ts";
import { composePublishing } from "./publishing/compose-publishing.ts";
import { stopRevoked } from "./safety/stop-revoked.ts";
import { createMirrorsService } from "./sources/mirrors.ts";
import { createSourceHandlers } from "./sources/routes.ts";
import { createSourcesService, type SourcesService } from "./sources/sources.ts";

export interface MarketplaceParts extends Pick<
  ActParts,
  "runner" | "judge" | "lifecycle" | "acceptPages" | "refreshGrants" | "testMode"
> {
  config: Pick<Config, "dataDir">;
  store: Store;
  installed: InstalledCode;
  log: Log;
}

/** How often the versions that were switched to are looked at. */
const watchEveryMs = 5_000;

/** Marketplaces: what they offer, how it comes here, and what is done about it. */
export function composeMarketplace(parts: MarketplaceParts): {
  handlers: ReturnType<typeof createSourceHandlers> &
    ReturnType<typeof createInstallHandlers> &
    ReturnType<typeof composePublishing>["handlers"];
  /** Goes on with the jobs that were under way. After enabled instances were started: a job needs them. */
  start(): void;
  close(): Promise<void>;
} {
  const { config, store, installed, log, testMode } = parts;
  const dir = join(config.dataDir, "marketplace");
  const uploads = join(dir, "uploads");
  const { packages } = installed;
  let sources: SourcesService | undefined;
  const catalogue = createCatalogue({
    store,
    sources: async () =>
      ((await sources?.entries()) ?? []).map(({ id, document: { title, precedence } }) => ({ id, title, precedence })),
  });
  sources = createSourcesService({
    ...{ store, catalogue, dir, testKeys: testMode },
    onRevoked: (context, source, revoked) =>
      stopRevoked({ store, lifecycle: parts.lifecycle, log }, context, source, revoked),
  });
  const { fetch } = sources;
  const listings = createListingsService({ store, catalogue, sources });
  const acts = createJobActs({ ...parts, packages, uploads, fetch, verify: installed.verify });
  const jobs = createJobRunner({ store, acts, log });
  const installs = createInstallsService({
    ...{ store, jobs, uploads },
    plan: createPlanner({ store, catalogue, listings, packages, uploads }),
  });
  const versions = createVersionsService({ store, packages, catalogue, listings });
  const publishing = composePublishing({ store, dir, testKeys: testMode, listings });
  let going: Promise<void> = publishing.restore().catch(() => log.error("publishing.not_restored"));
  let timer: NodeJS.Timeout | undefined;
  return {
    handlers: {
      ...createSourceHandlers({ sources, listings, mirrors: createMirrorsService({ sources, store, dir }) }),
      ...createInstallHandlers({ store, installs, versions }),
      ...publishing.handlers,
    },
    start() {
      going = going.then(() => jobs.resume());
      timer = setInterval(() => void (going = going.then(() => jobs.tick())), watchEveryMs).unref();
    },
    async close() {
      clearInterval(timer);
      await going;
    },
  };
}
