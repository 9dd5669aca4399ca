import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { HilumError, isHilumError } from "@hilum/contract";
import type { PackageRow, Store } from "@hilum/store";
import type { SourcesService } from "../sources/sources.ts";

/**
 * The archive of a package that another process took: from the source that it came from, or any that offers it, each verified anew, or from
 * what was uploaded here. Throws what the source it came from throws, `package.not_installed` where there is none.
 */
export function createObtainPackage({
  store,
  sources,
  uploads,
}: {
  store: Pick<Store, "listings">;
  sources: Pick<SourcesService, "fetchAnew">;
  uploads: string;
}): (row: PackageRow) => Promise<Buffer> {
  return async ({ digest, plugin, source, version }) => {
    const uploaded = await readFile(join(uploads, `${digest}.hilum`)).catch(() => undefined);
    if (uploaded !== undefined) return uploaded;
    const offers = (await store.listings.ofPlugin(plugin)).filter((offer) => offer.digest === digest);
    const names = new Set([...(source === undefined ? [] : [source]), ...offers.map((offer) => offer.source)]);
    let problem: HilumError | undefined;
    for (const name of names) {
      try {
        return await sources.fetchAnew(name, digest);
      } catch (error) {
        problem ??= isHilumError(error) ? error : new HilumError("server.internal", { cause: error });
      }
    }
    if (problem !== undefined) throw problem;
    throw new HilumError("package.not_installed", {
      detail: `Version ${version} was uploaded to another server of this deployment. Upload it to this one too.`,
    });
  };
}
