import { join } from "node:path";
import type { Store } from "@hilum/store";
import type { Config } from "../../config.ts";
import { createCatalogue } from "./catalogue/catalogue.ts";
import { createListingsService } from "./catalogue/listings.ts";
import { createMirrorsService } from "./sources/mirrors.ts";
import { createSourceHandlers } from "./sources/routes.ts";
import { createSourcesService, type SourcesService } from "./sources/sources.ts";

export interface MarketplaceParts {
  config: Pick<Config, "dataDir">;
  store: Store;
  /** Whether keys that were made for tests are taken. */
  testKeys(): boolean;
}

/** Marketplaces: what they offer, and how it comes here. */
export function composeMarketplace({ config, store, testKeys }: MarketplaceParts): {
  handlers: ReturnType<typeof createSourceHandlers>;
} {
  const dir = join(config.dataDir, "marketplace");
  let sources: SourcesService | undefined;
  const catalogue = createCatalogue({
    store,
    sources: async () =>
      ((await sources?.entries()) ?? []).map(({ id, document: { title, precedence } }) => ({ id, title, precedence })),
  });
  sources = createSourcesService({ store, catalogue, dir, testKeys, onRevoked: async () => [] });
  const listings = createListingsService({ store, catalogue, sources });
  const mirrors = createMirrorsService({ sources, store, dir });
  return { handlers: createSourceHandlers({ sources, listings, mirrors }) };
}
