import type { Sealed } from "./tables.ts";

/** Of migration 011. */
export interface ListingsTable {
  source: string;
  plugin: string;
  version: string;
  digest: string;
  document: string;
}

export interface PackagesTable {
  digest: string;
  listDigest: string;
  plugin: string;
  version: string;
  source: string | null;
  publisher: string | null;
  revoked: string | null;
  installedAt: string;
  installedBy: string;
  manifest: string;
}

export interface MarketplaceEntriesTable {
  kind: string;
  id: string;
  subject: string;
  state: string;
  sealedDocument: Sealed;
  rowVersion: number;
}
