import type { Submission } from "@hilum/contract/api";

export interface ListedFile {
  path: string;
  digest: string;
  bytes: number;
  kind: string;
}

/** Files of a publication that are about the version that was handed in, in the order of their paths. */
export function aboutVersion({
  publication,
  plugin,
  version,
  kind: what,
}: Pick<Submission, "publication" | "plugin" | "version" | "kind">): ListedFile[] {
  const targets = (publication.signed["targets"] ?? {}) as Readonly<Record<string, unknown>>;
  return Object.entries(targets)
    .flatMap(([path, target]) => {
      const { length, hashes, custom } = target as {
        length: number;
        hashes: { sha256: string };
        custom?: { kind?: string; plugin?: string; version?: string };
      };
      const own = custom?.plugin === plugin && custom.version === version;
      const revocations = what === "revoke" && custom?.kind === "revocations";
      return own || revocations ? [{ path, digest: hashes.sha256, bytes: length, kind: custom?.kind ?? "" }] : [];
    })
    .toSorted((one, other) => one.path.localeCompare(other.path));
}
