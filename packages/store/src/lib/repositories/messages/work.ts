import { HilumError } from "@hilum/contract/errors";
import type { MessageState } from "@hilum/contract/api";
import type { Updateable } from "kysely";
import { prepareQuery, toStatement } from "../../engine/query.ts";
import type { Statement } from "../../engine/statement.ts";
import type { Tables } from "../../engine/tables.ts";
import type {
  AttemptOutcome,
  AttemptReport,
  ClaimedMessage,
  InterruptedAttempt,
  Messages,
  TimelineKind,
  TimelineRow,
} from "../../ports/messages.ts";
import { toTime, type Session } from "../../session.ts";
import { bodyPlace } from "./accept.ts";
import { appendAttempt, appendTimeline } from "./timeline.ts";

type Work = Pick<
  Messages,
  | "claim"
  | "renewClaims"
  | "startAttempt"
  | "finishAttempt"
  | "defer"
  | "giveUp"
  | "recordDelivery"
  | "recoverClaims"
  | "nextDue"
>;

const noClaim = { claimOwner: null, claimUntil: null } as const;

const claimDue = prepareQuery<{ owner: string; until: string; now: string; limit: number }>(
  (sql, { owner, until, now, limit }, dialect) => {
    const due = sql
      .selectFrom("messageWork")
      .select("id")
      .where("dueAt", "<=", now)
      .where((eb) => eb.or([eb("claimUntil", "is", null), eb("claimUntil", "<", now)]))
      .orderBy("priority", "desc")
      .orderBy("dueAt")
      .limit(limit);
    return sql
      .updateTable("messageWork")
      .set({ claimOwner: owner, claimUntil: until })
      .where("id", "in", dialect === "postgresql" ? due.forUpdate().skipLocked() : due)
      .returning(["id", "attempts", "priority"]);
  },
);

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

/** Everything the sending worker does with the work row. */
export function createWork(session: Session): Work {
  const { sql } = session;

  const change = (id: string, from: readonly MessageState[], set: Updateable<Tables["messageWork"]>) =>
    sql
      .updateTable("messageWork")
      .set({ ...set, updatedAt: session.now() })
      .where("id", "=", id)
      .where("state", "in", [...from]);

  return {
    claim: async (owner, limit, leaseMs) => {
      const now = session.nowMs();
      const claim = claimDue(session.dialect, { owner, until: toTime(now + leaseMs), now: toTime(now), limit });
      const [claimed] = await session.commit([claim]);
      const rows = (claimed?.rows ?? []) as unknown as { id: string; attempts: number; priority: number }[];
      return rows.length === 0 ? [] : withBodies(session, rows);
    },
    renewClaims: async (owner, ids, leaseMs) => {
      if (ids.length === 0) return;
      const renew = sql.updateTable("messageWork").set({ claimUntil: toTime(session.nowMs() + leaseMs) });
      await session.commit([toStatement(renew.where("id", "in", [...ids]).where("claimOwner", "=", owner))]);
    },
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
    recoverClaims: (owner, which = "all") => recoverClaims(session, owner, which),
    nextDue: async () => {
      const query = sql
        .selectFrom("messageWork")
        .select("dueAt")
        .where("dueAt", "is not", null)
        .where("claimOwner", "is", null)
        .orderBy("dueAt")
        .limit(1);
      return (await session.scan(query))[0]?.dueAt ?? undefined;
    },
  };
}

async function withBodies(
  session: Session,
  claimed: readonly { id: string; attempts: number; priority: number }[],
): Promise<ClaimedMessage[]> {
  const query = session.sql
    .selectFrom("messages")
    .select(["id", "channel", "testMode", "createdAt", "createdBy", "sealedBody"])
    .where(
      "id",
      "in",
      claimed.map(({ id }) => id),
    );
  const heads = new Map((await session.all(query)).map((head) => [head.id, head]));
  return claimed
    .toSorted((a, b) => b.priority - a.priority || (a.id < b.id ? -1 : 1))
    .flatMap(({ id, attempts, priority }) => {
      const head = heads.get(id);
      if (head === undefined) return [];
      const { channel, testMode, createdAt, createdBy, sealedBody } = head;
      const body = session.keyring.open(bodyPlace(id), sealedBody).toString("utf8");
      return [{ id, channel, body, testMode: testMode === 1, attempts, createdAt, createdBy, priority }];
    });
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

async function recoverClaims(session: Session, owner: string, which: "all" | "expired"): Promise<InterruptedAttempt[]> {
  const { sql } = session;
  const now = session.now();
  const release = sql
    .updateTable("messageWork")
    .set({ ...noClaim })
    .where("claimOwner", "is not", null)
    .where("claimOwner", "<>", owner)
    .where("state", "in", ["queued", "retrying"]);
  const inFlight = sql
    .selectFrom("messageWork")
    .innerJoin("messages", "messages.id", "messageWork.id")
    .select(["messageWork.id", "messageWork.channel", "attempts", "plugin", "instance", "messages.testMode"])
    .where("claimOwner", "is not", null)
    .where("claimOwner", "<>", owner)
    .where("state", "=", "sending");
  await session.commit([toStatement(which === "all" ? release : release.where("claimUntil", "<", now))]);
  const rows = await session.all(which === "all" ? inFlight : inFlight.where("claimUntil", "<", now));
  return rows.map(({ id, channel, attempts, plugin, instance, testMode }) => ({
    id,
    channel,
    attempt: attempts,
    plugin: plugin ?? "",
    instance: instance ?? "",
    testMode: testMode === 1,
  }));
}

function wrongState(): HilumError {
  return new HilumError("message.wrong_state");
}
