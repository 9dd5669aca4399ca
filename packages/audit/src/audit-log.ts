import type { KeyObject } from "node:crypto";
import type { AuditInput, IndexedEntry } from "./entry/entry.ts";
import type { AuditClock } from "./log/clock.ts";
import type { DiskSpace } from "./log/disk-space.ts";
import type { AuditIo } from "./log/io.ts";
import type { StoredEntry } from "./segment/read-entries.ts";
import type { SignedCheckpoint } from "./tlog/checkpoint.ts";

/** The tamper-evident log of one node. */
export interface AuditLog {
  /**
   * Adds an entry; resolves when it is durable. Rejects with `audit.bad_entry` for a field that is not allowed, `lane.full`
   * when the buffer is, and `audit.blocked` from the first failed write on, for ever: then nothing may be done.
   */
  append(entry: AuditInput): Promise<{ index: number }>;
  /** Number of durable entries. */
  readonly size: number;
  readonly blocked: boolean;
  /** Writes the tiles and signs a checkpoint of everything that is durable now. */
  checkpoint(): Promise<SignedCheckpoint>;
  /** Durable entries from `from` (inclusive) to `to` (exclusive). */
  read(from: number, to: number): AsyncIterable<StoredEntry>;
  /** RFC 6962 audit path of an entry in the tree of `size`, by default that of the last checkpoint. */
  inclusionProof(index: number, size?: number): Promise<Buffer[]>;
  /** RFC 6962 proof that the tree of `oldSize` is a prefix of that of `size`, by default that of the last checkpoint. */
  consistencyProof(oldSize: number, size?: number): Promise<Buffer[]>;
  /** Hears of entries after they are durable, in order and without gaps from the call on. Returns how to stop. */
  subscribe(listener: (entries: readonly IndexedEntry[]) => void): () => void;
  /** Intents that recovery found without an outcome and that still have none. The caller closes each. */
  openIntents(): readonly IndexedEntry[];
  status(): AuditStatus;
  /** Waits for what is under way, signs a last checkpoint and gives the lock back. */
  close(): Promise<void>;
}

export interface AuditStatus {
  origin: string;
  size: number;
  checkpoint: { size: number; root: string } | undefined;
  segments: number;
  /** Bytes of the segments on the disk, the zero-filled rest of the last one included. */
  bytes: number;
  blocked: boolean;
  /** True while fewer copies are written than were asked for. */
  degraded: boolean;
  /** Duration of the last commit. */
  lastWriteMs: number;
  clockRegressions: number;
  /** Exceptions that a subscriber threw. */
  listenerErrors: number;
  openIntents: number;
  space: DiskSpace | undefined;
}

export interface AuditLogOptions {
  dir: string;
  /** Name of the log, a schema-less URL by custom: `hilum.example/audit/node-1`. It is signed into every checkpoint. */
  origin: string;
  /** Ed25519 private key. */
  signingKey: KeyObject;
  clock?: AuditClock;
  /** A second copy, best on another disk. The log goes on while one of the two can be written. */
  secondSink?: { dir: string };
  /** Entries that may wait for one commit. */
  bufferEntriesMax?: number;
  /** Size of a segment in bytes. */
  segmentBytes?: number;
  fs?: AuditIo;
  /** Hears of a copy that can no longer be written. */
  onDegraded?: (directory: string, error: unknown) => void;
}
