import { capabilities, compareVersions, describeScope, isScope, parseScope, phiClassOf } from "@hilum/contract";
import type { ListingDetail, OfferedVersion } from "@hilum/contract/api";
import { judgeQuality } from "@hilum/marketplace";
import { judgeHostRange } from "../../plugins/host-range.ts";
import { hilumVersion } from "../../../version.ts";
import { isOffered, type OfferedListing } from "./catalogue.ts";

/** What is here already: by it an offer is new, an update, or the same. */
export interface Present {
  /** Version and digest of the package that the plugin's code is. */
  installed: { version: string; digest: string } | undefined;
  /** Versions of other plugins, for those that it needs. */
  versionOf(plugin: string): string | undefined;
  fits(version: string, range: string): boolean;
  coolingOffDays(source: string): number;
  now: Date;
}

const dayMs = 86_400_000;

/** Until when a version waits; undefined where it may be taken, or mends a weakness. */
export function coolingOffUntil(
  { publishedAt, security }: { publishedAt: string; security: boolean },
  days: number,
  now: Date,
): string | undefined {
  const until = Date.parse(publishedAt) + days * dayMs;
  return security || until <= now.getTime() ? undefined : new Date(until).toISOString();
}

export function presentOffered({ version, digest, source, listing }: OfferedListing, present: Present): OfferedVersion {
  const { bytes, publishedAt, changelog, security, yanked, revoked, manifest } = listing;
  const cooling = coolingOffUntil(listing, present.coolingOffDays(source), present.now);
  const unfit = judgeHostRange(manifest, hilumVersion);
  return {
    ...{ version, digest, bytes, publishedAt, changelog, security },
    ...(yanked === undefined ? {} : { yanked }),
    ...(revoked === undefined ? {} : { revoked }),
    ...(cooling === undefined ? {} : { coolingOffUntil: cooling }),
    ...(unfit === undefined ? {} : { unfit: `It ${unfit.message}.` }),
    installed: present.installed?.digest === digest,
  };
}

/** One version of a plugin at one source, with everything beside it; `offers` are those of that source, newest first. */
export function presentListing(
  chosen: OfferedListing,
  offers: readonly OfferedListing[],
  others: readonly OfferedListing[],
  present: Present,
): ListingDetail {
  const { listing, title, source, version, digest } = chosen;
  const { manifest, publisher, publishedAt, security, deprecated, bytes, readme } = listing;
  const { name, description = "", license, homepage, requires } = manifest;
  const { installed, now } = present;
  const firstPublishedAt = offers.map((one) => one.listing.publishedAt).toSorted()[0] ?? publishedAt;
  const judged = judgeQuality({ listing, digest, publisher, firstPublishedAt, now });
  const newest = offers.find((one) => isOffered(one.listing));
  const update =
    newest !== undefined && installed !== undefined && compareVersions(newest.version, installed.version) > 0;
  return {
    ...{ plugin: manifest.id, name, description, publisher, version, publishedAt, security, digest, bytes },
    source: { id: source, title },
    capabilities: manifest.capabilities.map((id) => ({ name: id, title: capabilities[id].title })),
    phi: phiClassOf(manifest),
    quality: judged.level,
    qualityCriteria: judged.criteria,
    ...(license === undefined ? {} : { license }),
    ...(homepage === undefined ? {} : { homepage }),
    ...(readme === undefined ? {} : { readme }),
    ...(deprecated === undefined ? {} : { deprecated }),
    ...(installed === undefined ? {} : { installed: installed.version }),
    ...(update ? { update: newest.version } : {}),
    versions: offers.map((one) => presentOffered(one, present)),
    screenshots: listing.screenshots.map(({ image, alt }) => ({ image, alt })),
    capabilityNotes: manifest.capabilities.map((id) => {
      const { title: called, plain, served } = capabilities[id];
      return { title: called, plain, served };
    }),
    ...rightsOf(manifest.scopes ?? []),
    needs: (requires?.plugins ?? []).map(({ id: plugin, version: range }) => {
      const there = present.versionOf(plugin);
      const fits = there !== undefined && present.fits(there, range);
      return { plugin, range, fits, ...(there === undefined ? {} : { present: there }) };
    }),
    ...(requires?.hilum === undefined ? {} : { requiresHilum: requires.hilum }),
    sbom: { ...listing.sbom, advisories: listing.advisories },
    others: others.map((one) => ({ source: one.source, title: one.title, version: one.version })),
  };
}

/** What a version asks for in words, and where it may send. */
export function rightsOf(scopes: readonly { scope: string; reason: string }[]): {
  permissions: ListingDetail["permissions"];
  hosts: string[];
} {
  const permissions = scopes.map(({ scope, reason }) => {
    const parsed = parseScope(scope);
    return { scope, reason, plain: isScope(parsed) ? describeScope(parsed) : scope };
  });
  const hosts = scopes.flatMap(({ scope }) =>
    scope.startsWith("net:") ? [scope.replace(/^net:(?:https|tcp):\/\//, "")] : [],
  );
  return { permissions, hosts: [...new Set(hosts)] };
}
