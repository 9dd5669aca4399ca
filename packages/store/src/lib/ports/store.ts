import type { Log } from "@hilum/contract";
import type { Grants } from "./access.ts";
import type { BlobPlaceSettings } from "./blob-places.ts";
import type { Approvals, Disclosures, Glasses, Retention } from "./governance.ts";
import type { EgressReceipts, Vendors } from "./egress.ts";
import type { Hooks } from "./hooks.ts";
import type { Invitations, Remote, Sessions, Tokens, Users } from "./identity.ts";
import type { Listings, MarketplaceEntries, Packages } from "./marketplace.ts";
import type { KeyProvider, Keys } from "./keys.ts";
import type { Blobs, Messages, Practice, Routes } from "./messages.ts";
import type { AuditIndex, Health, Leases, Logs, Platform, Smoke, Verifications } from "./operations.ts";
import type { Instances, Plugins, Registrations } from "./plugins.ts";
import type { Reach } from "./reach.ts";
import type { Records } from "./records.ts";
import type { PrimaryWrites, RecordStores } from "./record-stores.ts";
import type { PrivateState, Settings, Setup } from "./settings.ts";
import type { Clock } from "./shapes.ts";
import type { SignIns } from "./sign-ins.ts";
import type { Snoozes } from "./snoozes.ts";

export interface StoreOptions {
  /** `sqlite:/path/hilum.db`, `sqlite::memory:` or `postgresql://user:password@host:port/database`. */
  url: string;
  keyProvider: KeyProvider;
  /** Folder of the attachments; made when absent. */
  blobDir: string;
  /** Default: the system's. */
  clock?: Clock;
  log?: Log;
  /** Within which every other process takes up a change of the keys by `keys.refresh`; default 5 s on PostgreSQL, 0 on SQLite. */
  keysAnnouncedMs?: number;
}

/** One repository per noun. Each method is one transaction and is durable once it resolves. */
export interface Repositories {
  plugins: Plugins;
  instances: Instances;
  registrations: Registrations;
  grants: Grants;
  settings: Settings;
  setup: Setup;
  signIns: SignIns;
  state: PrivateState;
  messages: Messages;
  routes: Routes;
  practice: Practice;
  users: Users;
  sessions: Sessions;
  tokens: Tokens;
  invitations: Invitations;
  remote: Remote;
  smoke: Smoke;
  health: Health;
  logs: Logs;
  hooks: Hooks;
  audit: AuditIndex;
  verifications: Verifications;
  leases: Leases;
  snoozes: Snoozes;
  platform: Platform;
  egressReceipts: EgressReceipts;
  vendors: Vendors;
  listings: Listings;
  packages: Packages;
  marketplace: MarketplaceEntries;
  reach: Reach;
  recordStores: RecordStores;
  primaryWrites: PrimaryWrites;
  glasses: Glasses;
  disclosures: Disclosures;
  approvals: Approvals;
  retention: Retention;
  records: Records;
}

export interface StoreStatus {
  dialect: "sqlite" | "postgresql";
  /** False while the database cannot be reached or its disk is full; it becomes true again by itself. */
  available: boolean;
  /** Writes that wait for a commit. */
  waiting: number;
  /** Bytes of the database, where it is a file. */
  bytes?: number;
  /** Bytes of the write-ahead log, where there is one. */
  walBytes?: number;
  migration: number;
  /** Id of the key that seals now. */
  keyId: number;
  keyProvider: string;
}

export interface Store extends Repositories {
  blobs: Blobs;
  blobPlaces: BlobPlaceSettings;
  keys: Keys;
  /**
   * Several repositories in one transaction: `work` gets its own set of them, sees its own writes, and commits when it
   * resolves. It has the writer to itself, so it must not wait for anything else, nor use the outer repositories; after
   * ten seconds it is rolled back. On PostgreSQL it may run again after a serialization failure.
   */
  transaction<T>(work: (repositories: Repositories) => Promise<T>): Promise<T>;
  status(): Promise<StoreStatus>;
  /** Commits what waits, moves the write-ahead log into the database, closes. */
  close(): Promise<void>;
}
