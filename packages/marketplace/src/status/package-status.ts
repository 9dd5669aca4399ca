import { isHilumError } from "@hilum/contract";
import type { InstalledPackages } from "../installed/installed-packages.ts";

/**
 * What is known of an installed version, by the bytes that are on the disk now.
 * `verified`: signed, and the source vouches for the publisher. `signed`: by a publisher that a source of this Hilum lets sign.
 * `unsigned`: put here by an administrator. `modified`: not what was installed. `revoked`: its publisher took it back.
 */
export const packageStatuses = ["verified", "signed", "unsigned", "modified", "revoked"] as const;
export type PackageStatus = (typeof packageStatuses)[number];

export interface StatusFacts {
  digest: string;
  listDigest: string;
  /** Who signed this digest, and whether the source vouches for them; absent where nobody did. */
  signed?: { publisher: string; vouched: boolean };
  revoked: boolean;
}

/** Reads every file of the package. What was changed is `modified`, whatever was signed. Throws `package.not_installed`. */
export async function readPackageStatus(
  packages: Pick<InstalledPackages, "verify">,
  { digest, listDigest, signed, revoked }: StatusFacts,
): Promise<PackageStatus> {
  try {
    await packages.verify(digest, listDigest);
  } catch (error) {
    if (isHilumError(error) && error.code === "package.modified") return "modified";
    throw error;
  }
  if (revoked) return "revoked";
  if (signed === undefined) return "unsigned";
  return signed.vouched ? "verified" : "signed";
}
