import type { MessageState } from "@hilum/contract/api";
import { prepareQuery } from "../../engine/query.ts";
import type { Statement } from "../../engine/statement.ts";
import type { HourCount, Messages } from "../../ports/messages.ts";
import { toTime, type Session } from "../../session.ts";

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
/** Counting is done again only when what it cost is less than this share of the time since. */
const countingShare = 0.02;
const hourMs = 3_600_000;

export function createStateCounts(session: Session): Messages["counts"] {
  let counted: { at: number; costMs: number; counts: Record<MessageState, number> } | undefined;
  return async () => {
    const at = performance.now();
    if (counted !== undefined && counted.costMs > (at - counted.at) * countingShare) return { ...counted.counts };
    const found = await session.scan(
      session.sql
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
  };
}

/** One row per hour, oldest first, without gaps. */
export async function countHours(session: Session, hours: number): Promise<HourCount[]> {
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

/** One more of its kind in this hour; nothing for states that are not counted. */
export function countHour(session: Session, state: MessageState): Statement[] {
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
