export type { AuditLog, AuditLogOptions, AuditStatus } from "./audit-log.ts";
export { openAuditLog } from "./open-audit-log.ts";
export { verifyAuditLog, type VerifyOptions } from "./verify/verify-audit-log.ts";
export type { VerifyProblem, VerifyProblemKind, VerifyReport } from "./verify/report.ts";
export { ENTRY_BYTES_MAX, type AuditEntry, type AuditInput, type IndexedEntry } from "./entry/entry.ts";
export { detailKeys, type DetailKey } from "./entry/detail-keys.ts";
export { recordRef } from "./entry/record-ref.ts";
export { createDenyCoalescer, type DenyCoalescer, type DenyCoalescerOptions } from "./entry/deny-coalescer.ts";
export type { StoredEntry } from "./segment/read-entries.ts";
export type { AuditClock } from "./log/clock.ts";
export { nodeIo, type AuditIo } from "./log/io.ts";
export type { DiskSpace } from "./log/disk-space.ts";
export { emptyRoot, leafHash, nodeHash } from "./tlog/hash.ts";
export { createTileBuilder, type TileBuilder, type TileFile, type TreeSnapshot } from "./tlog/tile-builder.ts";
export { hashesAtLevel, TILE_WIDTH, tilePath, tileWidth } from "./tlog/tile.ts";
export {
  proveConsistency,
  proveInclusion,
  readRoot,
  verifyConsistency,
  verifyInclusion,
  type SubtreeReader,
} from "./tlog/proof.ts";
export {
  createNoteVerifier,
  formatVerifierKey,
  parseNote,
  parseVerifierKey,
  signNote,
  verifyNote,
  type NoteVerifier,
  type SignedNote,
} from "./tlog/note.ts";
export {
  openCheckpoint,
  parseCheckpointText,
  signCheckpoint,
  type Checkpoint,
  type SignedCheckpoint,
} from "./tlog/checkpoint.ts";
