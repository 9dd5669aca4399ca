import { HilumError } from "@hilum/contract";
import type { BodyOf, OperationOf, PublicationPreview } from "@hilum/contract/api";
import { isOf, listingOf, namesOf, readPackageApart, type Evidence } from "@hilum/marketplace";
import { createHash } from "node:crypto";
import type { OfferedListing } from "../catalogue/catalogue.ts";
import { presentListing, type Present } from "../catalogue/present-listing.ts";
import type { OwnMarketplace } from "./own-marketplace.ts";

type Wanted = BodyOf<OperationOf<"previewPublication">>;
type PreviewFile = PublicationPreview["files"][number];

/**
 * The listing of an uploaded package, as its publisher would sign it, and as the marketplace would show it. Throws
 * `publication.incomplete`, `publication.invalid`, `package.invalid`, `listing.invalid`.
 */
export async function previewPublication(
  { publisher, package: digest, changelog, security, screenshots = [], evidence }: Wanted,
  own: Pick<OwnMarketplace, "find">,
  presentOf: (plugin: string, now: Date) => Promise<Present>,
  now: Date,
): Promise<PublicationPreview> {
  const archive = await readUploaded(own, digest, "The package");
  const taken = await readPackageApart(archive);
  const { id: plugin, version = "0.0.0" } = taken.manifest;
  if (!isOf(publisher, plugin))
    throw new HilumError("publication.invalid", { detail: `${plugin} is not a plugin of ${publisher}.` });
  const names = namesOf(publisher, taken.manifest);
  const about = (kind: PreviewFile["custom"]["kind"]): PreviewFile["custom"] => ({ kind, plugin, version });
  const pictures: PreviewFile[] = [];
  for (const [index, { image }] of screenshots.entries()) {
    const bytes = await readUploaded(own, image, `Picture ${index + 1}`);
    pictures.push({ path: names.picture(index + 1), digest: image, bytes: bytes.length, custom: about("image") });
  }
  const listing = listingOf(taken, {
    ...{ publishedAt: now.toISOString(), security },
    ...(changelog === undefined ? {} : { changelog }),
    screenshots: screenshots.map(({ alt }, index) => ({ file: below(publisher, names.picture(index + 1)), alt })),
    ...(evidence === undefined ? {} : { evidence: evidenceOf(evidence, taken.digest) }),
  });
  const text = `${JSON.stringify(listing)}\n`;
  const offer: OfferedListing = {
    ...{ source: "own", title: "Own marketplace", plugin, version, digest: taken.digest },
    listing: {
      ...{ ...listing, publisher, bytes: archive.length, path: names.package, listing: sha256(Buffer.from(text)) },
      screenshots: screenshots.map(({ image, alt }, index) => ({
        ...{ file: below(publisher, names.picture(index + 1)), image, alt },
      })),
    },
  };
  return {
    listing: text,
    files: [
      { path: names.package, digest: taken.digest, bytes: archive.length, custom: about("package") },
      {
        ...{ path: names.listing, digest: sha256(Buffer.from(text)), bytes: Buffer.byteLength(text) },
        custom: about("listing"),
      },
      ...pictures,
    ],
    detail: presentListing(offer, [offer], [], await presentOf(plugin, now)),
  };
}

async function readUploaded(own: Pick<OwnMarketplace, "find">, digest: string, what: string): Promise<Buffer> {
  const bytes = await own.find(digest);
  if (bytes === undefined) throw new HilumError("publication.incomplete", { detail: `${what} was not uploaded.` });
  return bytes;
}

const below = (publisher: string, path: string): string => path.slice(publisher.length + 1);
const sha256 = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");

/** What was run was run over these bytes: whoever signs it says so. */
function evidenceOf(evidence: NonNullable<Wanted["evidence"]>, digest: string): Evidence {
  const { scopesUsed, pages, ...runs } = evidence;
  return {
    ...Object.fromEntries(Object.entries(runs).map(([name, counts]) => [name, { digest, ...counts }])),
    ...(pages === undefined ? {} : { pages: { digest, ...pages } }),
    ...(scopesUsed === undefined ? {} : { scopesUsed: { digest, scopes: scopesUsed } }),
  };
}
