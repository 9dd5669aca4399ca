import type { MessageState } from "@hilum/contract/api";
import { HilumError } from "@hilum/contract/errors";
import type { Selectable } from "kysely";
import { toStatement } from "../../engine/query.ts";
import type { Tables } from "../../engine/tables.ts";
import type { MessageRow, Messages, TimelineRow } from "../../ports/messages.ts";
import type { Session } from "../../session.ts";
import { appendTimeline } from "./timeline.ts";

/** What a person does with a message. */
export function createActs(session: Session, find: Messages["find"]): Pick<Messages, "retry" | "cancel" | "discard"> {
  const { sql } = session;

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
    retry: async (id, { actor, evenIfSent }) => {
      const from = evenIfSent === true ? (["retrying", "dead", "uncertain"] as const) : (["retrying", "dead"] as const);
      const before = await find(id);
      const twice = before?.maybeSentTwice === true || before?.state === "uncertain";
      return act(
        id,
        from,
        {
          state: "queued",
          dueAt: session.now(),
          maybeSentTwice: Number(twice),
          rounds: 0,
          // Who knows that it may have gone out lets it go to any provider; nobody else does.
          ...(evenIfSent === true ? { nextPlugin: null, nextInstance: null, nextOnly: 0 } : {}),
        },
        { kind: "retry_scheduled", actor, nextAttemptAt: session.now() },
      );
    },
    cancel: (id, { actor }) =>
      act(id, ["queued", "retrying"], { state: "cancelled", dueAt: null }, { kind: "cancelled", actor }),
    discard: (id, { actor, reason }) =>
      act(id, ["dead", "uncertain"], { state: "discarded", dueAt: null }, { kind: "discarded", actor, detail: reason }),
  };
}
