import { join } from "node:path";
import { HilumError } from "@hilum/contract";
import { createInstalledPackages, type InstalledPackages } from "@hilum/marketplace";
import type { Store } from "@hilum/store";
import type { SourceDocument } from "../sources/present-source.ts";

export interface InstalledCode {
  packages: InstalledPackages;
  /** Throws `package.not_installed`, `package.modified`, and `package.revoked` where the source's policy is to stop it. */
  verify(digest: string): Promise<void>;
}

/** The code of installed plugins, held before each start to the list that was signed (threats 117, 118, 128). */
export function createInstalledCode({
  store,
  dataDir,
}: {
  store: Pick<Store, "packages" | "marketplace">;
  dataDir: string;
}): InstalledCode {
  const packages = createInstalledPackages(join(dataDir, "packages"));
  return {
    packages,
    async verify(digest) {
      const row = await store.packages.find(digest);
      if (row === undefined) throw new HilumError("package.not_installed");
      if (row.revoked !== undefined && (await stops(store, row.source)))
        throw new HilumError("package.revoked", {
          detail: `Its publisher took version ${row.version} back: ${row.revoked}`,
        });
      await packages.verify(digest, row.listDigest);
    },
  };
}

/** A source that is trusted no more has no say that its versions may run all the same. */
export async function stops(store: Pick<Store, "marketplace">, source: string | undefined): Promise<boolean> {
  const entry = source === undefined ? undefined : await store.marketplace.find<SourceDocument>("source", source);
  return entry?.document.policy.whenRevoked !== "warn";
}
