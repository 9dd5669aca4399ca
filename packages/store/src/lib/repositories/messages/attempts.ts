import { HilumError } from "@hilum/contract/errors";
import type { MessageState } from "@hilum/contract/api";
import type { Updateable } from "kysely";
import { prepareQuery, toStatement } from "../../engine/query.ts";
import type { Tables } from "../../engine/tables.ts";
import type { AttemptOutcome, AttemptReport, Messages, TimelineRow } from "../../ports/messages.ts";
import type { Session } from "../../session.ts";
import { noClaim, positionColumns } from "./claims.ts";
import { countHour } from "./counts.ts";
import { recordReceipt } from "./receipts.ts";
import { causeColumns, failedKind } from "./report.ts";
import { appendAttempt, appendTimeline } from "./timeline.ts";

type Attempts = Pick<Messages, "startAttempt" | "finishAttempt" | "defer" | "giveUp" | "recordReceipt">;

const beginAttempt = prepareQuery<{ id: string; owner: string; plugin: string; instance: string; now: string }>(
  (sql, { id, owner, plugin, instance, now }) =>
    sql
      .updateTable("messageWork")
      .set((eb) => ({
        state: "sending",
        attempts: eb("attempts", "+", 1),
        dueAt: null,
        plugin,
        instance,
        updatedAt: now,
      }))
      .where("id", "=", id)
      .where("claimOwner", "=", owner)
      .where("state", "in", ["queued", "retrying"])
      .returning("attempts"),
  1,
);

/** What the sending worker writes about the messages that it has claimed. */
export function createAttempts(session: Session): Attempts {
  const { sql } = session;

  const change = (id: string, from: readonly MessageState[], set: Updateable<Tables["messageWork"]>) =>
    sql
      .updateTable("messageWork")
      .set({ ...set, updatedAt: session.now() })
      .where("id", "=", id)
      .where("state", "in", [...from]);

  return {
    startAttempt: async (id, owner, { plugin, instance }, passedOver) => {
      const at = session.now();
      const begin = beginAttempt(session.dialect, { id, owner, plugin, instance, now: at });
      const failover = { at, kind: "failed_over" as const, plugin, instance, ...passedOver };
      const [begun] = await session.commit(
        [
          begin,
          ...(passedOver === undefined ? [] : [appendTimeline(session, id, failover)]),
          appendAttempt(session, { message: id, at, plugin, instance }),
        ],
        wrongState,
      );
      return Number(begun?.rows[0]?.["attempts"]);
    },
    finishAttempt: async (id, attempt, outcome) => {
      const close = change(id, ["sending"], { ...noClaim, ...closedColumns(outcome) }).where("attempts", "=", attempt);
      const entries = outcomeEntries(outcome, attempt, session.now());
      await session.commit(
        [
          toStatement(close, 1),
          ...entries.map((entry) => appendTimeline(session, id, entry)),
          ...countHour(session, outcome.state),
        ],
        wrongState,
      );
    },
    defer: async (id, owner, until, why, { position, told = false } = {}) => {
      const back = change(id, ["queued", "retrying"], {
        ...noClaim,
        dueAt: until,
        ...causeColumns(why),
        ...(position === undefined ? {} : positionColumns(position)),
      }).where("claimOwner", "=", owner);
      const entry = { at: session.now(), kind: "retry_scheduled" as const, ...why, nextAttemptAt: until };
      await session.commit([toStatement(back, 1), ...(told ? [] : [appendTimeline(session, id, entry)])], wrongState);
    },
    giveUp: async (id, owner, why, state = "dead") => {
      const end = change(id, ["queued", "retrying"], { ...noClaim, state, dueAt: null, ...causeColumns(why) }).where(
        "claimOwner",
        "=",
        owner,
      );
      await session.commit(
        [
          toStatement(end, 1),
          appendTimeline(session, id, { at: session.now(), kind: state, ...why }),
          ...countHour(session, state),
        ],
        wrongState,
      );
    },
    recordReceipt: (id, state, report = {}) => recordReceipt(session, id, state, report),
  };
}

function closedColumns(outcome: AttemptOutcome): Updateable<Tables["messageWork"]> {
  const dueAt = outcome.state === "retrying" ? outcome.nextAttemptAt : null;
  return {
    state: outcome.state,
    dueAt,
    ...causeColumns(outcome),
    ...(isMaybeSent(outcome) ? { maybeSentTwice: 1 } : {}),
    ...(outcome.state === "retrying" && outcome.position !== undefined ? positionColumns(outcome.position) : {}),
  };
}

function isMaybeSent(outcome: AttemptOutcome): boolean {
  return outcome.state === "retrying" && (outcome.maybeSent ?? outcome.code === "plugin.link_lost");
}

/** Why another provider gets it; the words stand at the attempt itself. */
function causeOf({ cause, code }: AttemptReport): Pick<AttemptReport, "cause" | "code"> {
  return { ...(cause === undefined ? {} : { cause }), ...(code === undefined ? {} : { code }) };
}

/** A failure is told first, then what became of the message. */
function outcomeEntries(outcome: AttemptOutcome, attempt: number, at: string): TimelineRow[] {
  if (outcome.state === "retrying") {
    const { state: _state, nextAttemptAt, maybeSent: _maybeSent, position, ...failure } = outcome;
    const failed = { at, kind: isMaybeSent(outcome) ? "uncertain" : failedKind(failure), attempt, ...failure } as const;
    return position?.next === undefined || position.only === true
      ? [failed, { at, kind: "retry_scheduled", attempt, nextAttemptAt }]
      : [failed, { at, kind: "failed_over", ...position.next, ...causeOf(failure) }];
  }
  const { state, ...report } = outcome;
  if (state === "dead")
    return [
      { at, kind: failedKind(report), attempt, ...report },
      { at, kind: "dead", attempt },
    ];
  return [{ at, kind: state, attempt, ...report }];
}

function wrongState(): HilumError {
  return new HilumError("message.wrong_state");
}
