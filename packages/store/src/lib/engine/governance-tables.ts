import type {
  ApprovalKind,
  ApprovalState,
  DisclosureKind,
  GlassEnd,
  GlassNoteKind,
  GlassState,
  GlassUseKind,
} from "../ports/governance.ts";
import type { Blind, Sealed, SealedOrNull } from "./tables.ts";

/** Of migration 009. */
export interface GlassesTable {
  id: string;
  state: GlassState;
  user: string;
  session: string;
  by: string;
  purpose: string;
  fields: string;
  minutes: number;
  extended: number;
  openedAt: string;
  until: string;
  endedAt: string | null;
  ended: GlassEnd | null;
  reads: number;
  reviewedBy: string | null;
  reviewedAt: string | null;
  target: Blind;
  sealedContent: Sealed;
}

export interface GlassUsesTable {
  id: string;
  glass: string;
  at: string;
  what: GlassUseKind;
  sealedRecord: Sealed;
}

export interface GlassNotesTable {
  id: string;
  glass: string;
  at: string;
  by: string;
  what: GlassNoteKind;
  sealedWords: SealedOrNull;
}

export interface DisclosuresTable {
  id: string;
  patient: Blind;
  source: string;
  at: string;
  kind: DisclosureKind;
  purpose: string;
  by: string;
  plugin: string | null;
  instance: string | null;
  part2: number;
  accountable: number;
  sealedContent: Sealed;
}

export interface ApprovalsTable {
  id: string;
  kind: ApprovalKind;
  state: ApprovalState;
  patient: Blind;
  requestedUser: string;
  requestedBy: string;
  requestedAt: string;
  until: string;
  decidedBy: string | null;
  decidedAt: string | null;
  doneAt: string | null;
  records: number | null;
  versions: number | null;
  withheld: number | null;
  sealedContent: Sealed;
  sealedRefusal: SealedOrNull;
}

export interface RetentionRulesTable {
  type: string;
  keepDays: number | null;
  setBy: string | null;
  setAt: string | null;
  purgedBy: string | null;
  purgedAt: string | null;
  purgedVersions: number | null;
}

export interface AttachmentSourcesTable {
  blob: string;
  sealedRecord: Sealed;
}
