import { HilumError, type Context } from "@hilum/contract";
import type { AnswerOf, ListingDetail, OperationOf } from "@hilum/contract/api";
import type { Store } from "@hilum/store";
import { satisfies } from "semver";
import { stateOf } from "../sources/present-source.ts";
import type { SourcesService } from "../sources/sources.ts";
import { isOffered, type Catalogue, type OfferedListing, type Query } from "./catalogue.ts";
import { presentListing, type Present } from "./present-listing.ts";

export interface ListingsService {
  search(context: Context, query: Query): Promise<AnswerOf<OperationOf<"searchMarketplace">>>;
  read(context: Context, plugin: string, of: { source?: string; version?: string }): Promise<ListingDetail>;
  image(plugin: string, image: string, source: string | undefined): Promise<Buffer>;
  /** What is here, for judging offers of one plugin. */
  present(plugin: string, now: Date): Promise<Present>;
}

const imageBytesMax = 5 * 1_048_576;

export function createListingsService({
  store,
  catalogue,
  sources,
}: {
  store: Store;
  catalogue: Catalogue;
  sources: Pick<SourcesService, "entries" | "fetch">;
}): ListingsService {
  async function offersOf(plugin: string, source: string | undefined): Promise<OfferedListing[]> {
    const offers = (await catalogue.ofPlugin(plugin)).filter((one) => source === undefined || one.source === source);
    if (offers.length === 0) throw new HilumError("listing.not_found", { detail: `No source offers ${plugin}.` });
    return offers;
  }

  async function present(plugin: string, now: Date): Promise<Present> {
    const [plugins, entries] = await Promise.all([store.plugins.list(), sources.entries()]);
    const own = plugins.find(({ id }) => id === plugin);
    return {
      installed:
        own?.package === undefined || own.version === undefined
          ? undefined
          : { version: own.version, digest: own.package },
      versionOf: (id) => plugins.find((row) => row.id === id)?.version,
      fits: (version, range) => satisfies(version, range, { includePrerelease: true }),
      coolingOffDays: (source) => entries.find(({ id }) => id === source)?.document.policy.coolingOffDays ?? 0,
      now,
    };
  }

  return {
    present,
    async search(context, query) {
      const [found, entries] = await Promise.all([catalogue.search(query), sources.entries()]);
      const behind = entries.filter(({ document }) => stateOf(document, context.now()) !== "fresh");
      return {
        ...found,
        behind: behind.map(({ id, document: { title, refreshedAt } }) => ({
          ...{ source: id, title },
          ...(refreshedAt === undefined ? {} : { asOf: refreshedAt }),
        })),
      };
    },
    async read(context, plugin, { source, version }) {
      const offers = await offersOf(plugin, source);
      // The first in order that offers it, as an install takes it.
      const first = offers.find(({ listing }) => isOffered(listing)) ?? offers[0];
      const own = offers.filter((one) => one.source === first?.source);
      const chosen =
        version === undefined
          ? (own.find(({ listing }) => isOffered(listing)) ?? own[0])
          : own.find((one) => one.version === version);
      if (chosen === undefined)
        throw new HilumError("listing.not_found", { detail: `${plugin} ${version ?? ""} is not offered.` });
      const all = await catalogue.ofPlugin(plugin);
      const others = [...new Set(all.map((one) => one.source))]
        .filter((id) => id !== chosen.source)
        .flatMap((id) => all.find((one) => one.source === id && isOffered(one.listing)) ?? []);
      return presentListing(chosen, own, others, await present(plugin, context.now()));
    },
    async image(plugin, image, source) {
      for (const offer of await offersOf(plugin, source)) {
        const found = offer.listing.screenshots.find((one) => one.image === image);
        if (found === undefined) continue;
        const bytes = await sources.fetch(offer.source, image);
        if (bytes.length > imageBytesMax || !isPng(bytes))
          throw new HilumError("listing.not_found", { detail: "The picture is no PNG of at most 5 MiB." });
        return bytes;
      }
      throw new HilumError("listing.not_found", { detail: "The listing has no such picture." });
    },
  };
}

const isPng = (bytes: Buffer): boolean => bytes.subarray(0, 8).toString("hex") === "89504e470d0a1a0a";
