import { HilumError } from "@hilum/contract/errors";
import { hexOf } from "./hex.ts";
import type { Metadata, TargetFile, Targets } from "./metadata.ts";

/** A publisher's list of files by path, as `publish` takes it. */
export type PublicationFiles = Readonly<Record<string, TargetFile>>;

/** What a file of a publication is, for those who read the list. */
export interface FileAbout {
  kind: "package" | "listing" | "image" | "revocations";
  plugin?: string;
  version?: string;
}

/** A file that a publication shall list, as the server says it of what was uploaded. */
export interface NewFile {
  path: string;
  /** SHA-256 in hex. */
  digest: string;
  bytes: number;
  custom: FileAbout;
}

/** What is published now; nothing before the first publication. */
export const filesOf = (publication: Metadata<Targets> | undefined): PublicationFiles =>
  publication?.signed.targets ?? {};

/** The list with files that are new. Throws `publication.invalid` for a path that is taken: what was published is never replaced. */
export function addFiles(files: PublicationFiles, added: readonly NewFile[]): PublicationFiles {
  const taken = added.find(({ path }) => files[path] !== undefined);
  if (taken !== undefined)
    throw new HilumError("publication.invalid", {
      detail: `${taken.path} is published already. Give the plugin a new version.`,
    });
  return {
    ...files,
    ...Object.fromEntries(
      added.map(({ path, digest, bytes, custom }) => [
        path,
        { length: bytes, hashes: { sha256: digest }, custom: { ...custom } },
      ]),
    ),
  };
}

/** The list with one file whose bytes change: a listing that was amended, the list of versions that were taken back. */
export async function changeFile(
  files: PublicationFiles,
  path: string,
  bytes: Uint8Array<ArrayBuffer>,
  about: FileAbout,
): Promise<PublicationFiles> {
  const digest = hexOf(await globalThis.crypto.subtle.digest("SHA-256", bytes));
  return { ...files, [path]: { length: bytes.length, hashes: { sha256: digest }, custom: { ...about } } };
}

/** Where a listing, and a publisher's list of versions that were taken back, are among its files. */
export const listingPath = (publisher: string, plugin: string, version: string): string =>
  `${publisher}/${plugin}-${version}.listing.json`;
export const revocationsPath = (publisher: string): string => `${publisher}/revoked.json`;

/** A listing's text with why its version is offered no more (`yanked`) or advised against (`deprecated`). Throws `listing.invalid`. */
export function amendListing(text: string, amendment: { yanked: string } | { deprecated: string }): string {
  return `${JSON.stringify({ ...parseObject(text), ...amendment })}\n`;
}

/** The text of a publisher's `revoked.json` with one more version. `text` is the one before, if there is any. */
export function withRevocation(
  text: string | undefined,
  revocation: { plugin: string; version: string; reason: string; since: string },
): string {
  const before = text === undefined ? [] : (parseObject(text)["revoked"] as { plugin: string; version: string }[]);
  const { plugin, version } = revocation;
  const others = before.filter((row) => row.plugin !== plugin || row.version !== version);
  const keyOf = (row: { plugin: string; version: string }): string => `${row.plugin} ${row.version}`;
  const revoked = [...others, revocation].toSorted((one, other) => (keyOf(one) < keyOf(other) ? -1 : 1));
  return `${JSON.stringify({ format: "hilum-revocations/1", revoked })}\n`;
}

function parseObject(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  } catch {
    // Said below.
  }
  throw new HilumError("listing.invalid", { detail: "The file is no JSON object." });
}
