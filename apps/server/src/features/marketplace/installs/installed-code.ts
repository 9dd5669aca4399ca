import { join } from "node:path";
import { HilumError } from "@hilum/contract";
import { createInstalledPackages, readPackageApart, type InstalledPackages } from "@hilum/marketplace";
import type { PackageRow, PluginRow, Store } from "@hilum/store";
import type { SourceDocument } from "../sources/present-source.ts";

export interface InstalledCode {
  packages: InstalledPackages;
  /**
   * Throws `package.not_installed`, `package.modified`, and `package.revoked` where the source's policy is to stop it. Where several
   * processes share the database, bytes that another one took are fetched first, and throws as that does.
   */
  verify(digest: string): Promise<void>;
  /** Fetches the packages that are known and not on this disk; answers those that could not be, and why. */
  bringAll(): Promise<{ row: PackageRow; error: unknown }[]>;
}

interface Parts {
  store: Pick<Store, "packages" | "marketplace">;
  dataDir: string;
  isShared(): Promise<boolean>;
  /** The archive of a package that another process took, from what all of them reach. */
  obtain(row: PackageRow): Promise<Buffer>;
}

/** The code of installed plugins, held before each start to the list that was signed (threats 117, 118, 128). */
export function createInstalledCode({ store, dataDir, isShared, obtain }: Parts): InstalledCode {
  const packages = createInstalledPackages(join(dataDir, "packages"));

  const coming = new Map<string, Promise<void>>();

  /** Each once, also where a start and the round that looks for what is missing ask for it at the same time. */
  function bring(row: PackageRow): Promise<void> {
    const under = coming.get(row.digest) ?? fetchAndInstall(row).finally(() => coming.delete(row.digest));
    coming.set(row.digest, under);
    return under;
  }

  /** Held to what the process that took it wrote down: the digest of the archive, and that of its list of files. */
  async function fetchAndInstall(row: PackageRow): Promise<void> {
    const taken = await readPackageApart(await obtain(row));
    if (taken.digest !== row.digest || taken.listDigest !== row.listDigest) throw new HilumError("install.changed");
    await packages.install(taken);
  }

  async function missing(rows: readonly PackageRow[]): Promise<PackageRow[]> {
    if (!(await isShared())) return [];
    const here = new Set(await packages.list());
    return rows.filter(({ digest }) => !here.has(digest));
  }

  return {
    packages,
    async verify(digest) {
      const row = await store.packages.find(digest);
      if (row === undefined) throw new HilumError("package.not_installed");
      if (row.revoked !== undefined && (await stops(store, row.source)))
        throw new HilumError("package.revoked", {
          detail: `Its publisher took version ${row.version} back: ${row.revoked}`,
        });
      for (const one of await missing([row])) await bring(one);
      await packages.verify(digest, row.listDigest);
    },
    async bringAll() {
      const failed: { row: PackageRow; error: unknown }[] = [];
      for (const row of await missing((await store.packages.list()).filter(({ revoked }) => revoked === undefined)))
        await bring(row).catch((error: unknown) => failed.push({ row, error }));
      return failed;
    },
  };
}

/** A source that is trusted no more has no say that its versions may run all the same. */
export async function stops(store: Pick<Store, "marketplace">, source: string | undefined): Promise<boolean> {
  const entry = source === undefined ? undefined : await store.marketplace.find<SourceDocument>("source", source);
  return entry?.document.policy.whenRevoked !== "warn";
}

/** The store as this process sees it: each has the code of installed plugins in a folder of its own, wherever another one wrote it. */
export function withCodeHere(store: Store, { folderOf }: Pick<InstalledPackages, "folderOf">): Store {
  const here = (row: PluginRow): PluginRow =>
    row.package === undefined ? row : { ...row, codePath: folderOf(row.package) };
  return {
    ...store,
    plugins: {
      ...store.plugins,
      async find(id) {
        const row = await store.plugins.find(id);
        return row === undefined ? undefined : here(row);
      },
      list: async () => (await store.plugins.list()).map(here),
    },
  };
}
