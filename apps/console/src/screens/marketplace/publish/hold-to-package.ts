import { HilumError } from "@hilum/contract/errors";
import type { PublicationPreview } from "@hilum/contract/api";
import type { Chosen } from "./package-step.tsx";
import { sha256 } from "./signers.ts";

/**
 * What is signed must be what the publisher saw: the digests that the server names are computed again here, over the package
 * and the listing as they are in this browser. Throws `publication.invalid`.
 */
export async function holdToPackage(
  { files, listing, detail: { plugin, version } }: PublicationPreview,
  { digest }: Pick<Chosen, "digest">,
): Promise<void> {
  const found = (kind: string) => files.filter(({ custom }) => custom.kind === kind);
  const listingDigest = await sha256(new TextEncoder().encode(listing));
  const whole =
    found("package").every((file) => file.digest === digest) &&
    found("listing").every((file) => file.digest === listingDigest) &&
    found("package").length === 1 &&
    found("listing").length === 1;
  if (!whole) throw invalid("What the server would have signed is not the package and the listing that you saw.");
  const other = files.find(({ custom }) => custom.plugin !== plugin || custom.version !== version);
  if (other !== undefined) throw invalid(`${other.path} is not about ${plugin} ${version}.`);
}

const invalid = (detail: string): HilumError => new HilumError("publication.invalid", { detail });
