import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { compareVersions, findConfusableId, HilumError, migrationsBetween, type Manifest } from "@hilum/contract";
import type { BodyOf, InstallPreview, OperationOf } from "@hilum/contract/api";
import { listName, readPackageApart, type InstalledPackages, type ListedFile } from "@hilum/marketplace";
import type { PluginRow, Store } from "@hilum/store";
import { cutOffState } from "../../plugins/cut-off.ts";
import { judgeHostRange } from "../../plugins/host-range.ts";
import { manifestOf } from "../../plugins/load-instance.ts";
import { hilumVersion } from "../../../version.ts";
import { isOffered, type Catalogue, type OfferedListing } from "../catalogue/catalogue.ts";
import type { ListingsService } from "../catalogue/listings.ts";
import { coolingOffUntil, type Present } from "../catalogue/present-listing.ts";
import { compareVersionsOf } from "./differences.ts";
import type { Highest } from "./job.ts";
import { findLeftBehind } from "./left-behind.ts";
import { readAgain } from "./switch-version.ts";

export type Wanted = BodyOf<OperationOf<"previewInstall">>;

/** What would be installed, from where, and what is said of it. */
export interface Candidate {
  manifest: Manifest;
  version: string;
  digest: string;
  bytes: number;
  offer?: OfferedListing;
  list?: readonly ListedFile[];
}

export interface Plan {
  candidate: Candidate;
  current: PluginRow | undefined;
  preview: InstallPreview;
}

type Blocked = InstallPreview["blocked"][number];
type Parts = {
  store: Store;
  catalogue: Catalogue;
  listings: Pick<ListingsService, "present">;
  packages: InstalledPackages;
  uploads: string;
};

/** Finds the version that is meant and says what it changes and what keeps it. Throws `listing.not_found`. */
export function createPlanner({ store, catalogue, listings, packages, uploads }: Parts) {
  async function choose({ plugin, source, version, upload }: Wanted, present: Present): Promise<Candidate> {
    if (upload !== undefined) return await readUpload(uploads, upload, plugin);
    const offers = (await catalogue.ofPlugin(plugin)).filter((one) => source === undefined || one.source === source);
    const first = offers.find(({ listing }) => isOffered(listing))?.source ?? offers[0]?.source;
    const own = offers.filter((one) => one.source === first);
    const offer =
      version === undefined
        ? (own.find((one) => isTakeable(one, present)) ?? own.find(({ listing }) => isOffered(listing)))
        : own.find((one) => one.version === version);
    if (offer === undefined)
      throw new HilumError("listing.not_found", { detail: `No source offers ${plugin} ${version ?? ""}.` });
    const { manifest, bytes } = offer.listing;
    return { manifest, version: offer.version, digest: offer.digest, bytes, offer };
  }

  async function filesOf(current: PluginRow | undefined, candidate: Candidate) {
    if (candidate.list === undefined || current?.package === undefined) return undefined;
    const text = await readFile(join(packages.folderOf(current.package), listName), "utf8").catch(() => undefined);
    if (text === undefined) return undefined;
    return { before: (JSON.parse(text) as { files: ListedFile[] }).files, after: candidate.list };
  }

  async function findBlocks(
    candidate: Candidate,
    current: PluginRow | undefined,
    present: Present,
  ): Promise<Blocked[]> {
    const { manifest, version, offer } = candidate;
    const [pin, highest, kill, before, plugins] = await Promise.all([
      store.marketplace.find<{ reason: string }>("pin", manifest.id),
      store.marketplace.find<Highest>("highest", manifest.id),
      store.marketplace.find("kill", manifest.id),
      current?.package === undefined ? undefined : store.packages.find(current.package),
      store.plugins.list(),
    ]);
    const unfit = judgeHostRange(manifest, hilumVersion);
    const top = highest?.document.version;
    const until = offer && coolingOffUntil(offer.listing, present.coolingOffDays(offer.source), present.now);
    const ids = plugins.map(({ id }) => id).filter((id) => id !== manifest.id);
    const alike = current === undefined ? findConfusableId(manifest.id, ids) : undefined;
    const publisher = offer?.listing.publisher;
    const dependents = plugins.flatMap((row) =>
      row.id === manifest.id
        ? []
        : (manifestOf(row).requires?.plugins ?? [])
            .filter((need) => need.id === manifest.id && !present.fits(version, need.version))
            .map((need) => `${row.name} needs ${need.version}`),
    );
    const unkept = current !== undefined && (await lacksSettings(current, candidate));
    const missing = (manifest.requires?.plugins ?? []).filter(({ id, version: range }) => {
      const there = present.versionOf(id);
      return there === undefined || !present.fits(there, range);
    });
    return [
      ...when(offer?.listing.revoked, (why) => block("package.revoked", why, "Choose another version.", false)),
      ...when(offer?.listing.yanked, (why) =>
        block("package.yanked", why, "Choose another version, or say why.", true),
      ),
      ...when(unfit?.message, (why) => block("plugin.hilum", `It ${why}.`, unfit?.fix ?? "Update Hilum.", false)),
      ...when(alike, (id) =>
        block("manifest.id_confusable", `Its id looks like ${id}.`, "Look whether that is what is meant.", false),
      ),
      ...when(pin?.document.reason, (why) =>
        block("plugin.pinned", `It is held: ${why}`, "Let it go under Versions.", false),
      ),
      ...when(kill?.state === cutOffState ? kill : undefined, () =>
        block("plugin.cut_off", "Its kill switch is on.", "Lift it first.", false),
      ),
      ...when(until, (at) => ({
        ...block(
          "package.cooling_off",
          `It is offered for less days than are waited for, until ${at.slice(0, 10)}.`,
          "Wait, or say why not.",
          true,
        ),
        until: at,
      })),
      ...when(top !== undefined && compareVersions(version, top) < 0 ? top : undefined, (high) =>
        block(
          "package.downgrade",
          `Version ${high} ran here already: an older one may have weaknesses that were mended.`,
          "Say why.",
          true,
        ),
      ),
      ...when(before?.publisher !== undefined && publisher !== before.publisher ? before.publisher : undefined, (old) =>
        block("package.publisher", `What runs was signed by ${old}.`, "Ask both publishers, and say why.", true),
      ),
      ...when(offer === undefined ? "unsigned" : undefined, () =>
        block("package.unsigned", "Nobody signed it: it is taken from a file.", "Say where it comes from.", true),
      ),
      ...when(unkept ? manifest : undefined, () =>
        block(
          "install.settings",
          "They were changed for the version that runs.",
          "Remove the plugin and set it up anew, or stay at this version.",
          false,
        ),
      ),
      ...dependents.map((why) =>
        block("plugin.needed", `${why}.`, "Update that first, or say why it may be without.", true),
      ),
      ...missing.map(({ id, version: range }) =>
        block(
          "plugin.needs",
          `It needs ${id} ${range}${present.versionOf(id) === undefined ? "" : `, and ${present.versionOf(id)} is here`}.`,
          "Install that first.",
          false,
        ),
      ),
    ];
  }

  /** Settings that are in the way back, and are not kept. */
  async function lacksSettings(current: PluginRow, { manifest }: Candidate): Promise<boolean> {
    if (migrationsBetween(manifest, manifestOf(current)).length === 0) return false;
    const { digest } = readAgain(manifest as unknown as PluginRow["manifest"]);
    return (await findLeftBehind(store, { id: current.id, digest })) === undefined;
  }

  return async (wanted: Wanted, now: Date): Promise<Plan> => {
    const present = await listings.present(wanted.plugin, now);
    const [candidate, current] = await Promise.all([choose(wanted, present), store.plugins.find(wanted.plugin)]);
    const { manifest, version, digest, bytes, offer } = candidate;
    const from = current?.version;
    const blocked = await findBlocks(candidate, current, present);
    const order = await orderOf(candidate, present, catalogue);
    const preview: InstallPreview = {
      ...{ plugin: manifest.id, name: manifest.name, kind: kindOf(current, candidate), to: version, digest, bytes },
      ...(from === undefined ? {} : { from }),
      ...(offer === undefined
        ? {}
        : { publisher: offer.listing.publisher, source: { id: offer.source, title: offer.title } }),
      status: offer === undefined ? "unsigned" : offer.listing.revoked === undefined ? "signed" : "revoked",
      differences: compareVersionsOf(current, manifest, await filesOf(current, candidate)),
      ...{ order, blocked },
    };
    return { candidate, current, preview };
  };
}

const when = <T>(value: T | undefined, make: (value: T) => Blocked): Blocked[] =>
  value === undefined ? [] : [make(value)];

const block = (code: string, why: string, fix: string, override: boolean): Blocked => ({
  ...{ code, title: titles[code] ?? "It cannot be installed as things are", why, fix, override },
});

const titles: Readonly<Record<string, string>> = {
  "package.revoked": "Its publisher took this version back",
  "package.yanked": "Its publisher offers this version no more",
  "plugin.hilum": "It does not run on this Hilum",
  "manifest.id_confusable": "Its id can be mistaken for another",
  "plugin.pinned": "The plugin is held at its version",
  "plugin.cut_off": "The plugin was stopped for good",
  "package.cooling_off": "It is not old enough yet",
  "package.downgrade": "It is older than what ran here",
  "package.publisher": "Another publisher signed it",
  "package.unsigned": "It is not signed",
  "plugin.needs": "Another plugin is missing",
  "plugin.needed": "Another plugin needs another version of it",
  "install.settings": "The settings of that version are not kept",
};

const isTakeable = ({ listing, source }: OfferedListing, present: Present): boolean =>
  isOffered(listing) &&
  judgeHostRange(listing.manifest, hilumVersion) === undefined &&
  coolingOffUntil(listing, present.coolingOffDays(source), present.now) === undefined;

function kindOf(current: PluginRow | undefined, { version, digest }: Candidate): InstallPreview["kind"] {
  if (current === undefined) return "install";
  if (current.package === digest) return "reinstall";
  const older = current.version !== undefined && compareVersions(version, current.version) < 0;
  return older ? "downgrade" : "update";
}

/** What it needs and is not here comes first; each is named with who needs it. */
async function orderOf(candidate: Candidate, present: Present, catalogue: Catalogue): Promise<InstallPreview["order"]> {
  const order: InstallPreview["order"] = [];
  const visit = async ({ manifest, version, digest, offer }: Candidate, because: string, above: readonly string[]) => {
    // Two that need each other are named once; which is first does not matter then.
    if (above.includes(manifest.id) || order.some(({ plugin }) => plugin === manifest.id)) return;
    for (const { id, version: range } of manifest.requires?.plugins ?? []) {
      const there = present.versionOf(id);
      if (there !== undefined && present.fits(there, range)) continue;
      const found = (await catalogue.ofPlugin(id)).find(
        (one) => isOffered(one.listing) && present.fits(one.version, range),
      );
      if (found !== undefined)
        await visit(
          {
            ...{ manifest: found.listing.manifest, version: found.version, digest: found.digest },
            ...{ bytes: found.listing.bytes, offer: found },
          },
          `${manifest.name} needs ${id} ${range}.`,
          [...above, manifest.id],
        );
    }
    const from = present.versionOf(manifest.id);
    order.push({
      ...{ plugin: manifest.id, name: manifest.name, to: version, digest, because },
      ...(from === undefined ? {} : { from }),
      ...(offer === undefined ? {} : { source: offer.source }),
    });
  };
  await visit(candidate, "It was asked for.", []);
  return order;
}

async function readUpload(uploads: string, digest: string, plugin: string): Promise<Candidate> {
  const archive = await readFile(join(uploads, `${digest}.hilum`)).catch(() => undefined);
  if (archive === undefined)
    throw new HilumError("listing.not_found", { detail: "There is no such upload. Upload the package again." });
  const { manifest, list } = await readPackageApart(archive);
  if (manifest.id !== plugin)
    throw new HilumError("request.invalid", { detail: `The uploaded package is ${manifest.id}.` });
  return { manifest, version: manifest.version ?? "", digest, bytes: archive.length, list };
}
