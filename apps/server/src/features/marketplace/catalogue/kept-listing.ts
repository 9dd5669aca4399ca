import { HilumError, isHilumError } from "@hilum/contract";
import { parseListing, type PluginListing, type SignedTarget } from "@hilum/marketplace";

/** A listing as it is kept: what was signed, with what the signed list of files says of the package itself. */
export interface KeptListing extends Omit<PluginListing, "format" | "screenshots"> {
  publisher: string;
  bytes: number;
  /** Path of the package among the source's files. */
  path: string;
  screenshots: { file: string; image: string; alt: string }[];
  /** SHA-256 of the listing's own file: what is the same is not read again. */
  listing: string;
  /** Why its publisher took it back. */
  revoked?: string;
}

/** Throws `source.invalid` that says what is wrong, in words for the list of what was passed over. */
export function readListing(
  bytes: Buffer,
  { plugin, version, publisher }: { plugin: string; version: string; publisher: string },
  files: { package: SignedTarget; listing: SignedTarget; all: ReadonlyMap<string, SignedTarget> },
): KeptListing {
  const { format: _format, screenshots, ...signed } = parse(bytes);
  const { manifest } = signed;
  if (manifest.id !== plugin || manifest.version !== version)
    throw invalid(`its manifest is that of ${manifest.id} ${manifest.version ?? "without a version"}`);
  return {
    ...signed,
    ...{ publisher, bytes: files.package.length, path: files.package.path },
    listing: files.listing.hashes.sha256,
    screenshots: screenshots.map(({ file, alt }) => {
      const target = files.all.get(`${publisher}/${file}`);
      if (target === undefined) throw invalid(`its picture ${file} is not signed`);
      return { file, image: target.hashes.sha256, alt };
    }),
  };
}

function parse(bytes: Buffer): PluginListing {
  try {
    return parseListing(bytes);
  } catch (error) {
    throw invalid(isHilumError(error) ? error.detail.replace(/\.$/, "") : "it cannot be read");
  }
}

export const invalid = (why: string): HilumError => new HilumError("source.invalid", { detail: `${why}.` });
