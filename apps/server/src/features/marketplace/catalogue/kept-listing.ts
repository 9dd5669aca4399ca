import { HilumError, isHilumError, parseManifest, type Manifest } from "@hilum/contract";
import { SignedListing } from "@hilum/contract/api";
import type { SignedTarget } from "@hilum/marketplace";
import { createCheck } from "../../../http/validation.ts";

/** A listing as it is kept: what was signed, with what the signed list of files says of the package itself. */
export interface KeptListing extends Omit<SignedListing, "format" | "manifest" | "screenshots"> {
  manifest: Manifest;
  publisher: string;
  bytes: number;
  /** Path of the package among the source's files. */
  path: string;
  screenshots: { image: string; path: string; alt: string }[];
  /** SHA-256 of the listing's own file: what is the same is not read again. */
  listing: string;
  /** Why its publisher took it back. */
  revoked?: string;
}

const checkListing = createCheck(SignedListing, "body");

/** Throws `source.invalid` that says what is wrong, in words for the list of what was passed over. */
export function readListing(
  bytes: Buffer,
  { plugin, version, publisher }: { plugin: string; version: string; publisher: string },
  files: { package: SignedTarget; listing: SignedTarget; all: ReadonlyMap<string, SignedTarget> },
): KeptListing {
  const { format: _format, manifest: raw, screenshots, ...signed } = parseListing(bytes);
  const parsed = parseManifest(raw, { included: true });
  if (!parsed.ok)
    throw invalid(
      `its manifest is not valid: ${parsed.problems[0]?.pointer ?? ""} ${parsed.problems[0]?.message ?? ""}`,
    );
  const { manifest } = parsed;
  if (manifest.id !== plugin || manifest.version !== version)
    throw invalid(`its manifest is that of ${manifest.id} ${manifest.version ?? "without a version"}`);
  return {
    ...signed,
    ...{ manifest, publisher, bytes: files.package.length, path: files.package.path },
    listing: files.listing.hashes.sha256,
    screenshots: screenshots.map(({ file, alt }) => {
      const target = files.all.get(`${publisher}/${file}`);
      if (target === undefined) throw invalid(`its picture ${file} is not signed`);
      return { image: target.hashes.sha256, path: target.path, alt };
    }),
  };
}

function parseListing(bytes: Buffer): SignedListing {
  try {
    const value: unknown = JSON.parse(bytes.toString("utf8"));
    checkListing(value);
    return value as SignedListing;
  } catch (error) {
    const [first] = isHilumError(error) ? (error.problems ?? []) : [];
    throw invalid(first === undefined ? "it is not JSON" : `${first.pointer} ${first.message}`);
  }
}

export const invalid = (why: string): HilumError => new HilumError("source.invalid", { detail: `${why}.` });

/** Whose id begins with the publisher's name: `com.example` may offer `com.example` and `com.example.*`. */
export const isOf = (publisher: string, plugin: string): boolean =>
  plugin === publisher || plugin.startsWith(`${publisher}.`);
