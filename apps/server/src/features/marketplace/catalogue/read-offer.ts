import { HilumError, isHilumError } from "@hilum/contract";
import {
  isOf,
  parseRevocations,
  revocationsName,
  type Revocation,
  type SignedTarget,
  type Source,
} from "@hilum/marketplace";
import type { ListingRow } from "@hilum/store";
import { invalid, readListing, type KeptListing } from "./kept-listing.ts";

export interface Offer {
  rows: ListingRow[];
  skipped: { path: string; why: string }[];
  revocations: Revocation[];
}

interface Custom {
  kind?: unknown;
  plugin?: unknown;
  version?: unknown;
}

/** A listing is read; pictures and packages are fetched when somebody wants them. */
const listingBytesMax = 1_048_576;

/**
 * Everything that a source offers, from the list that was verified. A listing that is not valid is passed over and named: one
 * publisher's mistake does not take the others' away. What is the same as `before` is not read again.
 */
export async function readOffer(
  source: { id: string; client: Pick<Source, "fetch" | "isUnlogged">; publishers: readonly string[] },
  targets: readonly SignedTarget[],
  before: readonly ListingRow[],
): Promise<Offer> {
  const taken = targets.filter(
    ({ publisher }) => source.publishers.length === 0 || source.publishers.includes(publisher),
  );
  const all = new Map(taken.map((target) => [target.path, target]));
  const known = new Map(before.map((row) => [`${row.plugin} ${row.version}`, row]));
  const skipped: Offer["skipped"] = [];
  const revocations = await readRevocations(source.client, taken, skipped);
  const offer: Offer = { rows: [], skipped, revocations };
  for (const target of taken) {
    const { kind, plugin, version } = (target.custom ?? {}) as Custom;
    if (kind !== "package" || typeof plugin !== "string" || typeof version !== "string") continue;
    if (source.client.isUnlogged(target)) {
      offer.skipped.push({ path: target.path, why: new HilumError("source.not_logged").spec.title });
      continue;
    }
    try {
      const listing = all.get(`${target.publisher}/${plugin}-${version}.listing.json`);
      const row = known.get(`${plugin} ${version}`);
      const document = await readOne(source.client, { plugin, version, target, listing }, all, row);
      const revoked = offer.revocations.find((one) => one.plugin === plugin && one.version === version);
      offer.rows.push({
        ...{ source: source.id, plugin, version, digest: target.hashes.sha256 },
        document: { ...document, ...(revoked === undefined ? {} : { revoked: revoked.reason }) },
      });
    } catch (error) {
      // What the network or the keeper did is not the publisher's mistake.
      if (!isHilumError(error) || error.code !== "source.invalid") throw error;
      offer.skipped.push({ path: target.path, why: error.detail });
    }
  }
  return offer;
}

async function readOne(
  client: Pick<Source, "fetch">,
  of: { plugin: string; version: string; target: SignedTarget; listing: SignedTarget | undefined },
  all: ReadonlyMap<string, SignedTarget>,
  known: ListingRow | undefined,
): Promise<KeptListing> {
  const { plugin, version, target, listing } = of;
  if (!isOf(target.publisher, plugin)) throw invalid(`${plugin} is not below the name of ${target.publisher}`);
  if (listing === undefined) throw invalid("no listing is signed beside it");
  if (listing.length > listingBytesMax) throw invalid("its listing is longer than 1 MiB");
  const kept = known?.document as unknown as KeptListing | undefined;
  if (kept?.listing === listing.hashes.sha256 && known?.digest === target.hashes.sha256) {
    const { revoked: _revoked, ...same } = kept;
    return same;
  }
  const bytes = await client.fetch(listing);
  return readListing(bytes, { plugin, version, publisher: target.publisher }, { package: target, listing, all });
}

/** A list that cannot be read takes nothing back, and is named: it is the publisher's mistake alone. */
async function readRevocations(
  client: Pick<Source, "fetch">,
  targets: readonly SignedTarget[],
  skipped: Offer["skipped"],
): Promise<Revocation[]> {
  const found: Revocation[] = [];
  for (const target of targets) {
    if (target.path !== `${target.publisher}/${revocationsName}`) continue;
    const bytes = await client.fetch(target);
    try {
      found.push(...parseRevocations(bytes, target.publisher));
    } catch (error) {
      if (!isHilumError(error)) throw error;
      skipped.push({ path: target.path, why: error.detail });
    }
  }
  return found;
}
