import type { Selectable } from "kysely";
import type { Tables } from "../../engine/tables.ts";
import type { MessageDetailRow, MessageFilter, MessageRow, Messages, TimelineRow } from "../../ports/messages.ts";
import { dropNulls, pageLimit, toPage, type Session } from "../../session.ts";
import { bodyPlace } from "./accept.ts";
import { createActs } from "./acts.ts";
import { countHours, createStateCounts } from "./counts.ts";
import { readTimeline } from "./timeline.ts";

type Outbox = Pick<
  Messages,
  "find" | "detail" | "list" | "bodies" | "counts" | "hours" | "retry" | "cancel" | "discard"
>;
type Listed = Pick<
  Selectable<Tables["messages"]>,
  "testMode" | "createdAt" | "createdBy" | "recipientMasked" | "moreRecipients"
> &
  Pick<
    Selectable<Tables["messageWork"]>,
    | "id"
    | "channel"
    | "state"
    | "attempts"
    | "dueAt"
    | "plugin"
    | "instance"
    | "cause"
    | "code"
    | "maybeSentTwice"
    | "updatedAt"
  >;

/** What people see of messages, and what they do with them. */
export function createOutbox(session: Session): Outbox {
  const { sql } = session;

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

  const openBody = (id: string, sealed: Uint8Array): string =>
    session.keyring.open(bodyPlace(id), sealed).toString("utf8");

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
      body: openBody(id, sealedBody),
      timeline: [accepted, ...(await readTimeline(session, id))],
      attachments: attachments.map(({ blob }) => blob),
    };
  };

  return {
    find,
    detail,
    list: async (filter = {}) => {
      const page = await session.scan(filtered(rows(), filter).orderBy("work.id", "desc").limit(pageLimit(filter)));
      return toPage(page.map(present), filter, ({ id }) => id);
    },
    bodies: async (ids) => {
      if (ids.length === 0) return new Map();
      const found = await session.all(
        sql
          .selectFrom("messages")
          .select(["id", "sealedBody"])
          .where("id", "in", [...ids]),
      );
      return new Map(found.map(({ id, sealedBody }) => [id, openBody(id, sealedBody)]));
    },
    counts: createStateCounts(session),
    hours: (hours) => countHours(session, hours),
    ...createActs(session, find),
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

function present({ dueAt, testMode, maybeSentTwice, ...row }: Listed): MessageRow {
  return {
    ...dropNulls(row),
    testMode: testMode === 1,
    maybeSentTwice: maybeSentTwice === 1,
    ...(dueAt !== null && row.state === "retrying" ? { nextAttemptAt: dueAt } : {}),
  };
}
