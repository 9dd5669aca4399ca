import type { ReadPackage } from "../package/read-package.ts";
import { checkListing } from "./check-listing.ts";
import { listingFormat, type PluginListing } from "./listing.ts";
import { summarizeSbom } from "./summarize-sbom.ts";

/** What a package does not say of itself. */
export type ListingExtras = Pick<PluginListing, "publishedAt"> &
  Partial<
    Pick<PluginListing, "changelog" | "security" | "yanked" | "deprecated" | "screenshots" | "advisories" | "evidence">
  >;

/**
 * The listing of a package, as its publisher signs it: the manifest as it was packed, what it is made of, its README and its changelog,
 * and what `extras` add. Evidence of other bytes is left out. Throws `listing.invalid`.
 */
export function listingOf(taken: ReadPackage, extras: ListingExtras): PluginListing {
  const readme = textOf(taken, /^readme(\.md)?$/i);
  const { changelog = textOf(taken, /^changelog(\.md)?$/i) ?? "", evidence, ...others } = extras;
  const own = Object.entries(evidence ?? {}).filter(([, one]) => one?.digest === taken.digest);
  const listing: PluginListing = {
    ...{ format: listingFormat, manifest: taken.manifest, changelog },
    ...(readme === undefined ? {} : { readme }),
    ...{ security: false, screenshots: [], advisories: [], sbom: summarizeSbom(taken.sbom) },
    ...others,
    ...(own.length === 0 ? {} : { evidence: Object.fromEntries(own) }),
  };
  checkListing(listing);
  return listing;
}

const textOf = ({ files }: ReadPackage, name: RegExp): string | undefined => {
  const file = files.find(({ path }) => name.test(path));
  return file === undefined ? undefined : new TextDecoder().decode(file.bytes);
};

export interface ListedNames {
  package: string;
  listing: string;
  /** Of the picture with this number, from 1. */
  picture(number: number): string;
}

/** Paths below the publisher's name: what a marketplace finds a version by. */
export function namesOf(publisher: string, { id, version = "0.0.0" }: { id: string; version?: string }): ListedNames {
  const stem = `${publisher}/${id}-${version}`;
  return {
    package: `${stem}.hilum`,
    listing: `${stem}.listing.json`,
    picture: (number) => `${stem}-${number}.png`,
  };
}
