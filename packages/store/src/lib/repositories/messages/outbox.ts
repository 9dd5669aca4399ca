import { HilumError } from "@hilum/contract/errors";
import type { MessageState } from "@hilum/contract/api";
import type { Selectable } from "kysely";
import { toStatement } from "../../engine/query.ts";
import type { Tables } from "../../engine/tables.ts";
import type {
  HourCount,
  MessageDetailRow,
  MessageFilter,
  MessageRow,
  Messages,
  TimelineRow,
} from "../../ports/messages.ts";
import { dropNulls, pageLimit, toPage, toTime, type Session } from "../../session.ts";
import { bodyPlace } from "./accept.ts";
import { appendTimeline, readTimeline } from "./timeline.ts";

type Outbox = Pick<Messages, "find" | "detail" | "list" | "counts" | "hours" | "retry" | "cancel" | "discard">;
type Listed = Pick<
  Selectable<Tables["messages"]>,
  "testMode" | "createdAt" | "createdBy" | "recipientMasked" | "moreRecipients"
> &
  Omit<Selectable<Tables["messageWork"]>, "priority" | "claimOwner" | "claimUntil">;

const noMessages: Record<MessageState, number> = {
  queued: 0,
  sending: 0,
  retrying: 0,
  sent: 0,
  delivered: 0,
  dead: 0,
  uncertain: 0,
  cancelled: 0,
  discarded: 0,
};
const hourMs = 3_600_000;
/** Counting is done again only when what it cost is less than this share of the time since. */
const countingShare = 0.02;

/** What people see of messages, and what they do with them. */
export function createOutbox(session: Session): Outbox {
  const { sql } = session;
  let counted: { at: number; costMs: number; counts: Record<MessageState, number> } | undefined;

  const rows = () =>
    sql
      .selectFrom("messageWork as work")
      .innerJoin("messages as head", "head.id", "work.id")
      .select([
        "work.id",
        "work.channel",
        "work.state",
        "work.attempts",
        "work.dueAt",
        "work.plugin",
        "work.instance",
        "work.cause",
        "work.code",
        "work.maybeSentTwice",
        "work.updatedAt",
      ])
      .select(["head.testMode", "head.createdAt", "head.createdBy", "head.recipientMasked", "head.moreRecipients"]);

  const find = async (id: string): Promise<MessageRow | undefined> => {
    const row = await session.first(rows().where("work.id", "=", id));
    return row === undefined ? undefined : present(row);
  };

  const detail = async (id: string): Promise<MessageDetailRow | undefined> => {
    const row = await session.first(rows().select("head.sealedBody").where("work.id", "=", id));
    if (row === undefined) return undefined;
    const { sealedBody, ...head } = row;
    const attachments = await session.all(
      sql.selectFrom("messageBlobs").select("blob").where("message", "=", id).orderBy("blob"),
    );
    const accepted: TimelineRow = { at: row.createdAt, kind: "accepted", actor: row.createdBy };
    return {
      ...present(head),
      body: session.keyring.open(bodyPlace(id), sealedBody).toString("utf8"),
      timeline: [accepted, ...(await readTimeline(session, id))],
      attachments: attachments.map(({ blob }) => blob),
    };
  };

  /** A person's act: state and timeline together, or the reason why not. */
  const act = async (
    id: string,
    from: readonly MessageState[],
    set: Partial<Selectable<Tables["messageWork"]>>,
    entry: Omit<TimelineRow, "at">,
  ): Promise<MessageRow> => {
    const at = session.now();
    const update = sql
      .updateTable("messageWork")
      .set({ ...set, updatedAt: at, claimOwner: null, claimUntil: null })
      .where("id", "=", id)
      .where("state", "in", [...from]);
    const outcome = await session.write([toStatement(update, 1), appendTimeline(session, id, { at, ...entry })]);
    const row = await find(id);
    if (row === undefined) throw new HilumError("message.not_found");
    if (!outcome.ok)
      throw new HilumError("message.wrong_state", {
        detail: `The message is ${row.state}, which does not allow this.`,
      });
    return row;
  };

  return {
    find,
    detail,
    list: async (filter = {}) => {
      const page = await session.scan(filtered(rows(), filter).orderBy("work.id", "desc").limit(pageLimit(filter)));
      return toPage(page.map(present), filter, ({ id }) => id);
    },
    counts: async () => {
      const at = performance.now();
      if (counted !== undefined && counted.costMs > (at - counted.at) * countingShare) return { ...counted.counts };
      const found = await session.scan(
        sql
          .selectFrom("messageWork")
          .select((eb) => ["state", eb.fn.countAll<number>().as("count")])
          .groupBy("state"),
      );
      const counts = { ...noMessages };
      for (const { state, count } of found) counts[state] = Number(count);
      const costMs = performance.now() - at;
      // What is cheap is always fresh.
      counted = { at, costMs: costMs < 5 ? 0 : costMs, counts };
      return { ...counts };
    },
    hours: (hours) => countHours(session, hours),
    retry: async (id, { actor, evenIfSent }) => {
      const from = evenIfSent === true ? (["retrying", "dead", "uncertain"] as const) : (["retrying", "dead"] as const);
      const before = await find(id);
      const twice = before?.maybeSentTwice === true || before?.state === "uncertain";
      return act(
        id,
        from,
        { state: "queued", dueAt: session.now(), maybeSentTwice: Number(twice) },
        { kind: "retry_scheduled", actor, nextAttemptAt: session.now() },
      );
    },
    cancel: (id, { actor }) =>
      act(id, ["queued", "retrying"], { state: "cancelled", dueAt: null }, { kind: "cancelled", actor }),
    discard: (id, { actor, reason }) =>
      act(id, ["dead", "uncertain"], { state: "discarded", dueAt: null }, { kind: "discarded", actor, detail: reason }),
  };
}

interface Filterable<Q> {
  where(column: "work.state" | "work.channel" | "work.plugin" | "work.instance", operator: "=", value: string): Q;
  where(column: "work.id", operator: "<", value: string): Q;
}

function filtered<Q extends Filterable<Q>>(query: Q, { state, channel, plugin, instance, cursor }: MessageFilter): Q {
  let narrowed = query;
  if (state !== undefined) narrowed = narrowed.where("work.state", "=", state);
  if (channel !== undefined) narrowed = narrowed.where("work.channel", "=", channel);
  if (plugin !== undefined) narrowed = narrowed.where("work.plugin", "=", plugin);
  if (instance !== undefined) narrowed = narrowed.where("work.instance", "=", instance);
  if (cursor !== undefined) narrowed = narrowed.where("work.id", "<", cursor);
  return narrowed;
}

async function countHours(session: Session, hours: number): Promise<HourCount[]> {
  const newest = Math.floor(session.nowMs() / hourMs) * hourMs;
  const first = toTime(newest - (hours - 1) * hourMs);
  const query = session.sql
    .selectFrom("messageHours")
    .select((eb) => ["hour", "kind", eb.fn.sum<number>("count").as("count")])
    .where("hour", ">=", first)
    .groupBy(["hour", "kind"]);
  const counts = new Map(
    (await session.scan(query)).map(({ hour, kind, count }) => [`${hour} ${kind}`, Number(count)]),
  );
  return Array.from({ length: hours }, (_, index) => {
    const hour = toTime(newest - (hours - 1 - index) * hourMs);
    const of = (kind: string): number => counts.get(`${hour} ${kind}`) ?? 0;
    return { hour, sent: of("sent"), retried: of("retried"), failed: of("failed") };
  });
}

function present({ dueAt, testMode, maybeSentTwice, ...row }: Listed): MessageRow {
  return {
    ...dropNulls(row),
    testMode: testMode === 1,
    maybeSentTwice: maybeSentTwice === 1,
    ...(dueAt !== null && row.state === "retrying" ? { nextAttemptAt: dueAt } : {}),
  };
}
