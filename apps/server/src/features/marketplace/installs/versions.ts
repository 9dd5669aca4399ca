import { HilumError, isHilumError, migrationsBetween, type Context } from "@hilum/contract";
import type { PluginVersions } from "@hilum/contract/api";
import { readPackageStatus, type InstalledPackages } from "@hilum/marketplace";
import type { MarketplaceEntry, PackageRow, PluginRow, Store } from "@hilum/store";
import { refuseCutOff } from "../../plugins/cut-off.ts";
import { loadPlugin, manifestOf } from "../../plugins/load-instance.ts";
import type { Catalogue } from "../catalogue/catalogue.ts";
import type { ListingsService } from "../catalogue/listings.ts";
import { presentOffered } from "../catalogue/present-listing.ts";
import { presentJob, type Highest, type JobDocument } from "./job.ts";
import { findLeftBehind, forgetLeftBehind } from "./left-behind.ts";
import { isOpen } from "./run-jobs.ts";
import { readAgain } from "./switch-version.ts";

type Kept = PluginVersions["kept"][number];

export interface VersionsService {
  read(plugin: string, now: Date): Promise<PluginVersions>;
  pin(context: Context, plugin: string, pinned: boolean, reason: string | undefined): Promise<void>;
  /** Throws `install.wrong_state` for the one that runs. */
  forget(plugin: string, digest: string): Promise<void>;
}

interface Pin {
  reason: string;
  at: string;
  by: string;
}

export function createVersionsService({
  store,
  packages,
  catalogue,
  listings,
}: {
  store: Store;
  packages: InstalledPackages;
  catalogue: Catalogue;
  listings: Pick<ListingsService, "present">;
}): VersionsService {
  async function presentKept(row: PackageRow, plugin: PluginRow): Promise<Kept> {
    const { version, digest, source, publisher, installedAt, installedBy } = row;
    const running = plugin.package === digest;
    return {
      ...{ version, digest, status: await statusOf(row), installedAt, installedBy, running },
      ...(source === undefined ? {} : { source }),
      ...(publisher === undefined ? {} : { publisher }),
      rollBack: await judgeRollBack(row, plugin, running),
    };
  }

  /** A version gets back the settings that it had, where those of now were changed for a later one. */
  async function judgeRollBack(row: PackageRow, plugin: PluginRow, running: boolean): Promise<Kept["rollBack"]> {
    if (running) return impossible("This version runs.");
    if (row.revoked !== undefined)
      return impossible(`Its publisher took it back: ${row.revoked}`, "Update to a newer version.");
    const { manifest, digest } = readAgain(row.manifest);
    const migrations = migrationsBetween(manifest, manifestOf(plugin));
    const left = migrations.length === 0 || (await findLeftBehind(store, { id: row.plugin, digest })) !== undefined;
    if (left) return { possible: true };
    const { title, fix } = new HilumError("install.settings").spec;
    return impossible(`${title}: they were changed for the version that runs.`, fix);
  }

  async function statusOf({ digest, listDigest, publisher, revoked, source }: PackageRow): Promise<Kept["status"]> {
    const official = source !== undefined && (await store.marketplace.find("source", source))?.state === "official";
    const signed = publisher === undefined ? {} : { signed: { publisher, vouched: official } };
    const facts = { digest, listDigest, revoked: revoked !== undefined, ...signed };
    return await readPackageStatus(packages, facts).catch((error: unknown) => {
      // Its folder is gone: what is on the disk is not what was installed.
      if (isHilumError(error) && error.code === "package.not_installed") return "modified" as const;
      throw error;
    });
  }

  return {
    async read(id, now) {
      const plugin = await loadPlugin(store, id);
      const [rows, offers, present, pin, jobs, highest] = await Promise.all([
        store.packages.ofPlugin(id),
        catalogue.ofPlugin(id),
        listings.present(id, now),
        store.marketplace.find<Pin>("pin", id),
        store.marketplace.list<JobDocument>("job", { subject: id, limit: 50 }),
        store.marketplace.find<Highest>("highest", id),
      ]);
      const kept = await Promise.all(rows.map((row) => presentKept(row, plugin)));
      const installed = kept.find(({ running }) => running);
      const job = jobs.items.find(({ state }) => isOpen(state));
      return {
        plugin: id,
        ...(installed === undefined ? {} : { installed }),
        kept,
        offered: offers.map((offer) => presentOffered(offer, present)),
        ...(pin === undefined ? {} : { pin: pin.document }),
        ...(highest === undefined ? {} : { highest: highest.document.version }),
        history: jobs.items.map(({ id: of, state, document }) => ({
          ...{ at: document.startedAt, by: document.startedBy, kind: document.kind, to: document.to, job: of },
          state: state as PluginVersions["history"][number]["state"],
          ...(document.from === undefined ? {} : { from: document.from }),
          ...(document.reason === undefined ? {} : { reason: document.reason }),
        })),
        ...(job === undefined ? {} : { job: presentJob(job) }),
      };
    },
    async pin(context, id, pinned, reason) {
      await loadPlugin(store, id);
      await store.marketplace.remove("pin", id);
      if (!pinned) return;
      const document: Pin = {
        ...{ reason: reason ?? "", at: context.now().toISOString(), by: context.actor.id },
      };
      await store.marketplace.put({ kind: "pin", id, subject: id, state: "pinned", document, rowVersion: 0 });
    },
    async forget(id, digest) {
      const plugin = await loadPlugin(store, id);
      const row = await store.packages.find(digest);
      if (row === undefined || row.plugin !== id) throw new HilumError("package.not_installed");
      await refuseCutOff(store, id);
      if (plugin.package === digest) throw new HilumError("install.wrong_state", { detail: "This version runs." });
      const { items } = await store.marketplace.list<JobDocument>("job", { subject: id, limit: 50 });
      if (items.some((job) => isNeeded(job, digest))) throw new HilumError("install.in_progress");
      await forgetLeftBehind(store, { id, digest: readAgain(row.manifest).digest });
      await store.packages.remove(digest);
      await packages.remove(digest);
    },
  };
}

/** A job that is under way may need any version; one that is only watched, what it switched to and what it came from. */
function isNeeded({ state, document }: MarketplaceEntry<JobDocument>, digest: string): boolean {
  if (state !== "watching") return isOpen(state);
  return document.digest === digest || document.previous?.package === digest;
}

const impossible = (why: string, instead?: string): Kept["rollBack"] => ({
  ...{ possible: false, why },
  ...(instead === undefined ? {} : { instead }),
});
