import type { JsonObject, Page, PageRequest, Time } from "./shapes.ts";

/** One version of one plugin at one source. */
export interface ListingRow {
  source: string;
  plugin: string;
  version: string;
  /** SHA-256 of the package, hex. */
  digest: string;
  /** What its publisher signed of it, as it was read. */
  document: JsonObject;
}

export interface ListingChanges {
  added: number;
  changed: number;
  removed: number;
}

export interface Listings {
  /** All, of every source. */
  list(): Promise<ListingRow[]>;
  ofPlugin(plugin: string): Promise<ListingRow[]>;
  /** Puts what a source offers now in the place of what it offered, in one transaction. */
  replace(source: string, rows: readonly ListingRow[]): Promise<ListingChanges>;
  /** Rises with every change. */
  epoch(): Promise<number>;
}

/** A package whose bytes are on the disk. */
export interface PackageRow {
  digest: string;
  /** SHA-256 of its list of files: what the bytes are compared with at each start. */
  listDigest: string;
  plugin: string;
  version: string;
  /** Where it came from; absent for one that an administrator uploaded. */
  source?: string;
  publisher?: string;
  /** Why its publisher took it back. */
  revoked?: string;
  installedAt: Time;
  installedBy: string;
  manifest: JsonObject;
}

export interface Packages {
  find(digest: string): Promise<PackageRow | undefined>;
  /** Newest first. */
  ofPlugin(plugin: string): Promise<PackageRow[]>;
  list(): Promise<PackageRow[]>;
  /** Takes the place of a row of the same digest. */
  put(row: PackageRow): Promise<void>;
  revoke(digest: string, reason: string): Promise<void>;
  remove(digest: string): Promise<void>;
}

/** `left`: what a version of a plugin had when another one took its place. */
export type MarketplaceEntryKind = "source" | "job" | "updates" | "submission" | "pin" | "kill" | "highest" | "left";

/** Something whose state is a document: a source, a job, a submission. Sealed at rest, for people's words are in it. */
export interface MarketplaceEntry<Document = unknown> {
  kind: MarketplaceEntryKind;
  id: string;
  /** Whose it is: a plugin's id, for those that are about one. */
  subject: string;
  state: string;
  document: Document;
  /** 0 for one that is not kept yet. */
  rowVersion: number;
}

export interface MarketplaceEntries {
  find<Document>(kind: MarketplaceEntryKind, id: string): Promise<MarketplaceEntry<Document> | undefined>;
  /** Newest first. */
  list<Document>(
    kind: MarketplaceEntryKind,
    filter?: PageRequest & { subject?: string; states?: readonly string[] },
  ): Promise<Page<MarketplaceEntry<Document>>>;
  /**
   * Writes it and answers it as it stands then. Throws `request.conflict` where another was kept since it was read, and
   * `install.in_progress` where its plugin has a job already.
   */
  put<Document>(entry: MarketplaceEntry<Document>): Promise<MarketplaceEntry<Document>>;
  /** False when there was none. */
  remove(kind: MarketplaceEntryKind, id: string): Promise<boolean>;
}
