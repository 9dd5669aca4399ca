import type { AccountedDisclosure, FieldGroup, Glass, GlassTarget, GlassUse } from "@hilum/contract/api";
import type { GlassPurpose, PurposeOfUse } from "@hilum/contract";
import type { InstanceKey, Page, PageRequest, Time } from "./shapes.ts";

export type GlassState = Glass["state"];
export type GlassEnd = NonNullable<Glass["ended"]>;
export type GlassUseKind = GlassUse["what"];
export type GlassNoteKind = "accept" | "ask" | "escalate" | "answer";
export type DisclosureKind = AccountedDisclosure["kind"];
export type ApprovalKind = "export" | "shredding";
export type ApprovalState = "waiting" | "approved" | "refused" | "done" | "expired";

/** A person reveals records for a purpose and a while. */
export interface GlassRow {
  id: string;
  state: GlassState;
  /** Id of the user and of the session that broke it. */
  user: string;
  session: string;
  /** As the audit log names the person. */
  by: string;
  purpose: GlassPurpose;
  fields: FieldGroup[];
  minutes: number;
  /** How often. */
  extended: number;
  openedAt: Time;
  until: Time;
  endedAt?: Time;
  ended?: GlassEnd;
  reads: number;
  reviewedBy?: string;
  reviewedAt?: Time;
  target: GlassTarget;
  reason: string;
  caseReference?: string;
}

export type NewGlass = Omit<
  GlassRow,
  "state" | "extended" | "endedAt" | "ended" | "reads" | "reviewedBy" | "reviewedAt"
>;

export interface GlassUseRow {
  id: string;
  at: Time;
  what: GlassUseKind;
  record: { type: string; id: string; version?: number };
}

export interface GlassNoteRow {
  id: string;
  at: Time;
  by: string;
  what: GlassNoteKind;
  words?: string;
}

export interface GlassFilter extends PageRequest {
  state?: GlassState;
  /** Id of the user who broke it. */
  user?: string;
}

export interface Glasses {
  /** The person's open glasses for the same target end as `replaced`. */
  open(glass: NewGlass): Promise<void>;
  find(id: string): Promise<GlassRow | undefined>;
  /** Those of a session that are open, whatever the time. */
  openOf(session: string): Promise<GlassRow[]>;
  /** Newest first. */
  list(filter: GlassFilter): Promise<Page<GlassRow>>;
  /** How many wait for a reviewer. */
  waiting(): Promise<number>;
  uses(glass: string): Promise<GlassUseRow[]>;
  notes(glass: string): Promise<GlassNoteRow[]>;
  /** Throws `glass.ended` where it is not open, so that nothing is revealed without its trace. */
  addUse(glass: string, use: GlassUseRow): Promise<void>;
  /** Throws `glass.ended` where it is not open. */
  extend(id: string, until: Time, minutes: number): Promise<void>;
  /** False where it was not open. */
  end(id: string, how: GlassEnd, at: Time): Promise<boolean>;
  /** Ends those whose time is over; answers their ids. */
  expire(now: Time): Promise<string[]>;
  /** A reviewer's verdict or an answer to it. Throws `glass.wrong_state` where the state is none of `from`. */
  note(
    glass: string,
    note: GlassNoteRow,
    change: { from: readonly GlassState[]; to: GlassState; reviewed: boolean },
  ): Promise<void>;
}

/** What was given out about one patient. */
export interface DisclosureRow {
  id: string;
  patient: string;
  /** What made it: `message:01K...`. With the patient it is there once. */
  source: string;
  at: Time;
  kind: DisclosureKind;
  purpose: PurposeOfUse;
  by: string;
  via?: InstanceKey;
  part2: boolean;
  accountable: boolean;
  /** In full. */
  recipient: string;
  what: string;
  records: { type: string; id: string }[];
  consent?: string;
}

export interface DisclosureFilter extends PageRequest {
  patient: string;
  /** Inclusive. */
  from?: Time;
  /** Exclusive. */
  before?: Time;
}

export interface Disclosures {
  /** Durable when it resolves. What is there already by source and patient stays as it is. */
  add(rows: readonly DisclosureRow[]): Promise<void>;
  /** It did not go out after all. */
  withdraw(source: string): Promise<void>;
  /** An attachment of a message was taken from a record. Throws `blob.not_found`. */
  noteSource(blob: string, record: { type: string; id: string }): Promise<void>;
  /** The records that attachments were taken from; those that were uploaded have none. */
  sourcesOf(blobs: readonly string[]): Promise<{ type: string; id: string }[]>;
  /** Newest first. */
  list(filter: DisclosureFilter): Promise<Page<DisclosureRow>>;
}

/** What one person asks for and another decides. */
export interface ApprovalRow {
  id: string;
  kind: ApprovalKind;
  state: ApprovalState;
  patient: string;
  /** Id of the user who asks. */
  requestedUser: string;
  requestedBy: string;
  requestedAt: Time;
  until: Time;
  decidedBy?: string;
  decidedAt?: Time;
  doneAt?: Time;
  records?: number;
  versions?: number;
  withheld?: number;
  /** What is asked for, in the shape of its kind. */
  content: Record<string, unknown>;
  refusal?: string;
}

export type NewApproval = Pick<
  ApprovalRow,
  "id" | "kind" | "patient" | "requestedUser" | "requestedBy" | "requestedAt" | "until" | "content"
>;
export type ApprovalChange = Partial<
  Pick<ApprovalRow, "until" | "decidedBy" | "decidedAt" | "doneAt" | "records" | "versions" | "withheld" | "refusal">
>;

export interface Approvals {
  create(approval: NewApproval): Promise<void>;
  find(kind: ApprovalKind, id: string): Promise<ApprovalRow | undefined>;
  /** Newest first. */
  list(kind: ApprovalKind, page: PageRequest): Promise<Page<ApprovalRow>>;
  /** Throws `approval.wrong_state` where it is not in `from` any more: of two that decide at once, one wins. */
  move(id: string, from: ApprovalState, to: ApprovalState, change?: ApprovalChange): Promise<void>;
  /** Those whose time is over. */
  expire(now: Time): Promise<void>;
}

export interface RetentionRow {
  type: string;
  /** Absent: old versions are kept. */
  keepDays?: number;
  setBy?: string;
  setAt?: Time;
  purgedBy?: string;
  purgedAt?: Time;
  purgedVersions?: number;
}

export interface Retention {
  list(): Promise<RetentionRow[]>;
  set(type: string, keepDays: number | undefined, by: string, at: Time): Promise<void>;
  notePurge(type: string, purge: { by: string; at: Time; versions: number }): Promise<void>;
}
