import { HilumError } from "@hilum/contract/errors";
import type { MessageState } from "@hilum/contract/api";
import type { Updateable } from "kysely";
import { prepareQuery, toStatement } from "../../engine/query.ts";
import type { Statement } from "../../engine/statement.ts";
import type { Tables } from "../../engine/tables.ts";
import type { AttemptOutcome, AttemptReport, Messages, TimelineKind, TimelineRow } from "../../ports/messages.ts";
import type { Session } from "../../session.ts";
import { noClaim } from "./claims.ts";
import { appendAttempt, appendTimeline } from "./timeline.ts";

type Attempts = Pick<Messages, "startAttempt" | "finishAttempt" | "defer" | "giveUp" | "recordDelivery">;

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
    startAttempt: async (id, owner, { plugin, instance }) => {
      const at = session.now();
      const begin = beginAttempt(session.dialect, { id, owner, plugin, instance, now: at });
      const [begun] = await session.commit(
        [begin, appendAttempt(session, { message: id, at, plugin, instance })],
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
    defer: async (id, owner, until, why) => {
      const back = change(id, ["queued", "retrying"], { ...noClaim, dueAt: until, ...causeColumns(why) }).where(
        "claimOwner",
        "=",
        owner,
      );
      const entry = { at: session.now(), kind: "retry_scheduled" as const, ...why, nextAttemptAt: until };
      await session.commit([toStatement(back, 1), appendTimeline(session, id, entry)], wrongState);
    },
    giveUp: async (id, owner, why) => {
      const dead = change(id, ["queued", "retrying"], {
        ...noClaim,
        state: "dead",
        dueAt: null,
        ...causeColumns(why),
      }).where("claimOwner", "=", owner);
      await session.commit(
        [
          toStatement(dead, 1),
          appendTimeline(session, id, { at: session.now(), kind: "dead", ...why }),
          ...countHour(session, "dead"),
        ],
        wrongState,
      );
    },
    recordDelivery: async (id, report = {}) => {
      const delivered = change(id, ["sent"], { state: "delivered" });
      await session.commit(
        [toStatement(delivered, 1), appendTimeline(session, id, { at: session.now(), kind: "delivered", ...report })],
        wrongState,
      );
    },
  };
}

function closedColumns(outcome: AttemptOutcome): Updateable<Tables["messageWork"]> {
  const dueAt = outcome.state === "retrying" ? outcome.nextAttemptAt : null;
  return {
    state: outcome.state,
    dueAt,
    ...causeColumns(outcome),
    ...(isMaybeSent(outcome) ? { maybeSentTwice: 1 } : {}),
  };
}

function isMaybeSent(outcome: AttemptOutcome): boolean {
  return outcome.state === "retrying" && (outcome.maybeSent ?? outcome.code === "plugin.link_lost");
}

function causeColumns({ cause, code }: AttemptReport): {
  cause: NonNullable<AttemptReport["cause"]> | null;
  code: string | null;
} {
  return { cause: cause ?? null, code: code ?? null };
}

/** A failure is told first, then what became of the message. */
function outcomeEntries(outcome: AttemptOutcome, attempt: number, at: string): TimelineRow[] {
  if (outcome.state === "retrying") {
    const { state: _state, nextAttemptAt, maybeSent: _maybeSent, ...failure } = outcome;
    return [
      { at, kind: isMaybeSent(outcome) ? "uncertain" : failedKind(failure), attempt, ...failure },
      { at, kind: "retry_scheduled", attempt, nextAttemptAt },
    ];
  }
  const { state, ...report } = outcome;
  if (state === "dead")
    return [
      { at, kind: failedKind(report), attempt, ...report },
      { at, kind: "dead", attempt },
    ];
  return [{ at, kind: state, attempt, ...report }];
}

function failedKind({ code }: AttemptReport): TimelineKind {
  return code === "provider.refused" || code === "provider.recipient" || code === "provider.sender"
    ? "refused"
    : "failed";
}

const shards = 16;
const hourKinds: Partial<Record<MessageState, "sent" | "retried" | "failed">> = {
  sent: "sent",
  delivered: "sent",
  retrying: "retried",
  dead: "failed",
};

const addToHour = prepareQuery<{ hour: string; kind: string; shard: number }>((sql, { hour, kind, shard }) =>
  sql
    .insertInto("messageHours")
    .values({ hour, kind, shard, count: 1 })
    .onConflict((conflict) =>
      conflict.columns(["hour", "kind", "shard"]).doUpdateSet((eb) => ({ count: eb("messageHours.count", "+", 1) })),
    ),
);

function countHour(session: Session, state: MessageState): Statement[] {
  const kind = hourKinds[state];
  if (kind === undefined) return [];
  return [
    addToHour(session.dialect, {
      hour: `${session.now().slice(0, 13)}:00:00.000Z`,
      kind,
      shard: Math.floor(Math.random() * shards),
    }),
  ];
}

function wrongState(): HilumError {
  return new HilumError("message.wrong_state");
}
