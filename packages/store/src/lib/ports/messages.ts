import type { CauseClass, Channel, MessageState, timelineKinds } from "@hilum/contract/api";
import type { InstanceKey, Page, PageRequest, Time } from "./shapes.ts";

export type TimelineKind = (typeof timelineKinds)[number];

/** A message to keep. Once `accept` resolves it survives `kill -9`. */
export interface NewMessage {
  /** ULID or UUIDv7: its order is the order of the list. */
  id: string;
  channel: Channel;
  /** JSON text of the FHIR Communication; sealed at rest. */
  body: string;
  /** First recipient, masked; nothing that identifies a person. */
  recipientMasked: string;
  moreRecipients: number;
  testMode: boolean;
  createdAt: Time;
  createdBy: string;
  /** Default 0; higher goes first. */
  priority?: number;
  /** Not before. */
  notBefore?: Time;
  /** Key of the caller, unique within `scope` (the caller's actor id). Kept as a blind index only. */
  idempotency?: { scope: string; key: string };
  /** Attachments that the message names; they are kept as long as it is. */
  attachments?: readonly string[];
  /** The dead or uncertain message that this one corrects: it becomes `discarded` with a `resent` entry, in the same transaction. */
  replaces?: string;
}

export interface Accepted {
  outcome: "created" | "existing";
  /** Of the message that is stored: with `existing` the earlier one's. */
  id: string;
}

export interface MessageRow {
  id: string;
  channel: Channel;
  state: MessageState;
  testMode: boolean;
  createdAt: Time;
  updatedAt: Time;
  createdBy: string;
  recipientMasked: string;
  moreRecipients: number;
  attempts: number;
  nextAttemptAt?: Time;
  plugin?: string;
  instance?: string;
  cause?: CauseClass;
  /** Code of the error catalogue. */
  code?: string;
  maybeSentTwice: boolean;
}

export interface TimelineRow {
  at: Time;
  kind: TimelineKind;
  attempt?: number;
  plugin?: string;
  instance?: string;
  actor?: string;
  cause?: CauseClass;
  code?: string;
  /** Detail, fix and reply may hold the provider's words and are sealed at rest. */
  detail?: string;
  fix?: string;
  reply?: string;
  durationMs?: number;
  nextAttemptAt?: Time;
}

export interface MessageDetailRow extends MessageRow {
  body: string;
  /** Oldest first, beginning with `accepted`. */
  timeline: TimelineRow[];
  attachments: string[];
}

export interface MessageFilter extends PageRequest {
  state?: MessageState;
  channel?: Channel;
  plugin?: string;
  instance?: string;
}

export interface ClaimedMessage {
  id: string;
  channel: Channel;
  body: string;
  testMode: boolean;
  /** Attempts made so far. */
  attempts: number;
  createdAt: Time;
  createdBy: string;
  priority: number;
  position: RoutePosition;
  /** When the first attempt began, where one of them may have gone out. */
  maybeSentSince?: Time;
  /** Why it could not be sent so far, a code of the error catalogue. */
  code?: string;
}

/** How far a message has come in its route. */
export interface RoutePosition {
  /** How often the whole route was gone through in vain. */
  rounds: number;
  /** Where it goes on; absent: at the first of the route. */
  next?: InstanceKey;
  /** An attempt at `next` may have gone out, so no other provider is asked. */
  only?: boolean;
  /** A provider that was passed over in this round may take the message later. */
  mayRecover?: boolean;
}

/** What a provider answered, in the classes of the contract; free words are sealed. */
export interface AttemptReport {
  cause?: CauseClass;
  code?: string;
  detail?: string;
  fix?: string;
  reply?: string;
  durationMs?: number;
}

export type AttemptOutcome =
  | ({ state: "sent" | "delivered" } & AttemptReport)
  /** `maybeSent`: nobody can tell whether this attempt got through, so the next may be the second; default for `plugin.link_lost`. */
  | ({ state: "retrying"; nextAttemptAt: Time; maybeSent?: boolean; position?: RoutePosition } & AttemptReport)
  | ({ state: "dead" | "uncertain" } & AttemptReport);

/** An attempt that had begun when its process died: nobody knows whether the provider got it. */
export interface InterruptedAttempt {
  id: string;
  channel: Channel;
  attempt: number;
  plugin: string;
  instance: string;
  testMode: boolean;
  rounds: number;
}

export interface HourCount {
  /** `2026-03-02T08:00:00.000Z` */
  hour: Time;
  sent: number;
  retried: number;
  failed: number;
}

/**
 * Messages: the head with its sealed body, a work row of its own (state, claim, attempt, next time), and a timeline.
 *
 * ```
 * accept -> queued -> claim -> startAttempt -> sending -> finishAttempt -> sent -> delivered
 *              ^         '-> defer -> queued                 |-> retrying -> claim ...
 *              |                                             |-> dead ------.
 *              '------------------ retry --------------------'-> uncertain -'-> discard -> discarded
 * queued | retrying -> cancel -> cancelled
 * sent | uncertain -> recordReceipt -> delivered | dead
 * ```
 */
export interface Messages {
  /**
   * Throws `request.idempotency_conflict` when the key was used with another body, `message.wrong_state` when
   * `replaces` is neither dead nor uncertain, `blob.not_found` when an attachment is not stored.
   */
  accept(message: NewMessage): Promise<Accepted>;
  find(id: string): Promise<MessageRow | undefined>;
  detail(id: string): Promise<MessageDetailRow | undefined>;
  list(filter?: MessageFilter): Promise<Page<MessageRow>>;
  /** The bodies of those that are there, by id. */
  bodies(ids: readonly string[]): Promise<ReadonlyMap<string, string>>;
  counts(): Promise<Record<MessageState, number>>;
  /** One row per hour of the newest `hours`, oldest first, without gaps. */
  hours(hours: number): Promise<HourCount[]>;
  /** When the next message is due, for the worker's timer. */
  nextDue(): Promise<Time | undefined>;

  /** Takes up to `limit` due messages for `leaseMs`; no other owner gets them meanwhile. */
  claim(owner: string, limit: number, leaseMs: number): Promise<ClaimedMessage[]>;
  /** Extends the lease of what `owner` holds. */
  renewClaims(owner: string, ids: readonly string[], leaseMs: number): Promise<void>;
  /**
   * Durable before the provider is called; answers the number of the attempt. `passedOver`: why a provider before it in
   * the order is not asked. Throws `message.wrong_state` when the claim was lost or the message was cancelled.
   */
  startAttempt(id: string, owner: string, to: InstanceKey, passedOver?: AttemptReport): Promise<number>;
  /** Throws `message.wrong_state` when that attempt is not the open one. */
  finishAttempt(id: string, attempt: number, outcome: AttemptOutcome): Promise<void>;
  /** Gives a claimed message back without an attempt: no route, provider not running. `told`: the timeline says so already. */
  defer(
    id: string,
    owner: string,
    until: Time,
    why: AttemptReport,
    options?: { position?: RoutePosition; told?: boolean },
  ): Promise<void>;
  /** A claimed message that cannot go out at all; `uncertain` when an earlier attempt may have. */
  giveUp(id: string, owner: string, why: AttemptReport, state?: "dead" | "uncertain"): Promise<void>;
  /** The provider's receipt for a message that it took, or may have taken: it arrived, or failed after all. A repeat changes nothing. */
  recordReceipt(id: string, state: "delivered" | "failed", report?: AttemptReport): Promise<void>;
  /**
   * At start: gives back what other owners claimed and had not begun, and answers the attempts that were in flight;
   * for each the caller decides with `finishAttempt` (`uncertain`, or `retrying` where the provider takes an
   * idempotency key). `expired` looks only at leases that ran out, for deployments of several nodes.
   */
  recoverClaims(owner: string, which?: "all" | "expired"): Promise<InterruptedAttempt[]>;

  /** A person tries again: from retrying, dead or uncertain. `evenIfSent` is needed from uncertain and is remembered. */
  retry(id: string, by: { actor: string; evenIfSent?: boolean }): Promise<MessageRow>;
  /** From queued or retrying. */
  cancel(id: string, by: { actor: string }): Promise<MessageRow>;
  /** From dead or uncertain. */
  discard(id: string, by: { actor: string; reason: string }): Promise<MessageRow>;
}

export interface RouteRow {
  channel: Channel;
  /** In the order in which they are asked; never empty. */
  targets: InstanceKey[];
  setAt: Time;
  setBy: string;
}

export interface Routes {
  /** Channels that have a provider. */
  list(): Promise<RouteRow[]>;
  find(channel: Channel): Promise<RouteRow | undefined>;
  /** Replaces the order; an empty one takes the choice away. Throws `instance.not_found`. */
  set(channel: Channel, to: readonly InstanceKey[], by: { at: Time; by: string }): Promise<void>;
}

/** A message that the practice mailbox received; sealed at rest but for its order. */
export interface PracticeRow {
  id: string;
  message: string;
  channel: Channel;
  at: Time;
  to: string[];
  subject: string;
  text: string;
  attachments: { title: string; contentType: string; size: number }[];
}

export interface Practice {
  add(row: PracticeRow): Promise<void>;
  list(page?: PageRequest): Promise<Page<PracticeRow>>;
  clear(): Promise<number>;
}

export interface BlobRow {
  id: string;
  contentType: string;
  /** Bytes of the content. */
  size: number;
  /** Hex. */
  sha256: string;
  createdAt: Time;
  createdBy: string;
}

/** Attachments: sealed files in the blob folder, streamed both ways, with a row each. */
export interface Blobs {
  /** Durable once resolved. Throws `blob.too_large` past `bytesMax`, leaving nothing. */
  write(
    content: AsyncIterable<Uint8Array>,
    about: { id: string; contentType: string; by: string; bytesMax: number },
  ): Promise<BlobRow>;
  find(id: string): Promise<BlobRow | undefined>;
  /** Throws `blob.not_found`; the iteration throws `envelope.invalid` at the first frame that was altered. */
  read(id: string): Promise<{ row: BlobRow; content: AsyncIterable<Uint8Array> }>;
  remove(id: string): Promise<boolean>;
  /** Removes attachments older than `before` that no message names, and files without a row; answers how many. */
  sweep(before: Time): Promise<number>;
}
