import { HilumError } from "@hilum/contract/errors";
import type { Metadata, Targets } from "./metadata.ts";
import type { Repository } from "./repository.ts";
import { isSignedBy } from "./threshold.ts";

/** Throws `source.invalid`, `source.signature`, `source.rolled_back`, `source.expired` for what clients would refuse. */
export async function checkPublication(
  { targets, publishers }: Pick<Repository, "targets" | "publishers">,
  publisher: string,
  publication: Metadata<Targets>,
  now: Date,
): Promise<void> {
  const { delegations } = targets.signed;
  const role = delegations?.roles.find(({ name }) => name === publisher);
  if (delegations === undefined || role === undefined)
    throw invalid(`The marketplace has no publisher ${publisher}. Let it sign first.`);
  const { _type, version, expires, targets: files } = publication.signed;
  const outside = Object.keys(files).find((path) => !path.startsWith(`${publisher}/`) || path.split("/").length !== 2);
  if (_type !== "targets" || outside !== undefined || publication.signed.delegations !== undefined)
    throw invalid(`A publication lists files below ${publisher} and nothing else.`);
  if (!(await isSignedBy(publication, role, delegations.keys)))
    throw new HilumError("source.signature", { detail: `The publication is not signed by the keys of ${publisher}.` });
  const before = publishers[publisher]?.signed.version ?? 0;
  if (!(Number.isSafeInteger(version) && version > before))
    throw new HilumError("source.rolled_back", {
      detail: `The publication has the version ${version}; the marketplace has ${before} already.`,
    });
  if (!(Date.parse(expires) > now.getTime()))
    throw new HilumError("source.expired", { detail: "The publication has expired. Let its publisher sign it anew." });
}

const invalid = (detail: string): HilumError => new HilumError("source.invalid", { detail });
