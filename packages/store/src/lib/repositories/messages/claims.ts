import { prepareQuery, toStatement } from "../../engine/query.ts";
import type { Selectable } from "kysely";
import type { Tables } from "../../engine/tables.ts";
import type { ClaimedMessage, InterruptedAttempt, Messages, RoutePosition } from "../../ports/messages.ts";
import { toTime, type Session } from "../../session.ts";
import { bodyPlace } from "./accept.ts";

type Claims = Pick<Messages, "claim" | "renewClaims" | "recoverClaims" | "nextDue">;

/** Columns of a message that nobody holds. */
export const noClaim = { claimOwner: null, claimUntil: null } as const;

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
      .returning([
        "id",
        "attempts",
        "priority",
        "code",
        "rounds",
        "nextPlugin",
        "nextInstance",
        "nextOnly",
        "mayRecover",
        "maybeSentTwice",
      ]);
  },
);

type Claimed = Pick<
  Selectable<Tables["messageWork"]>,
  | "id"
  | "attempts"
  | "priority"
  | "code"
  | "rounds"
  | "nextPlugin"
  | "nextInstance"
  | "nextOnly"
  | "mayRecover"
  | "maybeSentTwice"
>;

/** Who may send which message now. */
export function createClaims(session: Session): Claims {
  const { sql } = session;
  return {
    claim: async (owner, limit, leaseMs) => {
      const now = session.nowMs();
      const claim = claimDue(session.dialect, { owner, until: toTime(now + leaseMs), now: toTime(now), limit });
      const [claimed] = await session.commit([claim]);
      const rows = (claimed?.rows ?? []) as unknown as Claimed[];
      return rows.length === 0 ? [] : withBodies(session, rows);
    },
    renewClaims: async (owner, ids, leaseMs) => {
      if (ids.length === 0) return;
      const renew = sql.updateTable("messageWork").set({ claimUntil: toTime(session.nowMs() + leaseMs) });
      await session.commit([toStatement(renew.where("id", "in", [...ids]).where("claimOwner", "=", owner))]);
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

async function withBodies(session: Session, claimed: readonly Claimed[]): Promise<ClaimedMessage[]> {
  const query = session.sql
    .selectFrom("messages")
    .select(["id", "channel", "testMode", "createdAt", "createdBy", "sealedBody"])
    .where(
      "id",
      "in",
      claimed.map(({ id }) => id),
    );
  const heads = new Map((await session.all(query)).map((head) => [head.id, head]));
  const doubts = await firstAttempts(session, claimed);
  return claimed
    .toSorted((a, b) => b.priority - a.priority || (a.id < b.id ? -1 : 1))
    .flatMap((work) => {
      const { id, attempts, priority, code } = work;
      const head = heads.get(id);
      if (head === undefined) return [];
      const { channel, testMode, createdAt, createdBy, sealedBody } = head;
      const body = session.keyring.open(bodyPlace(id), sealedBody).toString("utf8");
      const claim = { id, channel, body, testMode: testMode === 1, attempts, createdAt, createdBy, priority };
      const since = doubts.get(id);
      return [
        {
          ...{ ...claim, position: toPosition(work) },
          ...(since === undefined ? {} : { maybeSentSince: since }),
          ...(code === null ? {} : { code }),
        },
      ];
    });
}

/** When the first attempt began of those messages that may have gone out already; they are few. */
async function firstAttempts(session: Session, claimed: readonly Claimed[]): Promise<Map<string, string>> {
  const ids = claimed.filter(({ maybeSentTwice }) => maybeSentTwice === 1).map(({ id }) => id);
  if (ids.length === 0) return new Map();
  const query = session.sql
    .selectFrom("messageTimeline")
    .select((eb) => ["message", eb.fn.min<string>("at").as("since")])
    .where("message", "in", ids)
    .where("kind", "=", "attempt")
    .groupBy("message");
  return new Map((await session.all(query)).map(({ message, since }) => [message, since]));
}

function toPosition({ rounds, nextPlugin, nextInstance, nextOnly, mayRecover }: Claimed): RoutePosition {
  return {
    rounds,
    ...(nextPlugin === null || nextInstance === null ? {} : { next: { plugin: nextPlugin, instance: nextInstance } }),
    ...(nextOnly === 1 ? { only: true } : {}),
    ...(mayRecover === 1 ? { mayRecover: true } : {}),
  };
}

/** Columns of a position; absent members are cleared. */
export function positionColumns({ rounds, next, only, mayRecover }: RoutePosition) {
  return {
    rounds,
    nextPlugin: next?.plugin ?? null,
    nextInstance: next?.instance ?? null,
    nextOnly: Number(only === true),
    mayRecover: Number(mayRecover === true),
  };
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
    .select(["messageWork.id", "messageWork.channel", "attempts", "rounds", "plugin", "instance", "messages.testMode"])
    .where("claimOwner", "is not", null)
    .where("claimOwner", "<>", owner)
    .where("state", "=", "sending");
  await session.commit([toStatement(which === "all" ? release : release.where("claimUntil", "<", now))]);
  const rows = await session.all(which === "all" ? inFlight : inFlight.where("claimUntil", "<", now));
  return rows.map(({ id, channel, attempts, rounds, plugin, instance, testMode }) => ({
    id,
    channel,
    attempt: attempts,
    plugin: plugin ?? "",
    instance: instance ?? "",
    testMode: testMode === 1,
    rounds,
  }));
}
