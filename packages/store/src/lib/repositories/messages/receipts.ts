import type { MessageState } from "@hilum/contract/api";
import { HilumError } from "@hilum/contract/errors";
import { toStatement } from "../../engine/query.ts";
import type { AttemptReport, TimelineRow } from "../../ports/messages.ts";
import type { Session } from "../../session.ts";
import { countHour } from "./counts.ts";
import { causeColumns, failedKind } from "./report.ts";
import { appendTimeline } from "./timeline.ts";

/** Receipts come more than once, and a person may have acted on the first. */
const settled: ReadonlySet<MessageState> = new Set(["delivered", "dead", "discarded"]);

/** What became of the attempt that the provider took, or may have taken. Throws `message.wrong_state` while it is under way. */
export async function recordReceipt(
  session: Session,
  id: string,
  state: "delivered" | "failed",
  report: AttemptReport,
): Promise<void> {
  const at = session.now();
  const work = await session.first(
    session.sql.selectFrom("messageWork").select(["state", "attempts"]).where("id", "=", id),
  );
  if (work === undefined) throw new HilumError("message.not_found");
  if (settled.has(work.state)) return;
  const next = state === "delivered" ? "delivered" : "dead";
  const change = session.sql
    .updateTable("messageWork")
    .set({ state: next, updatedAt: at, ...(state === "failed" ? causeColumns(report) : {}) })
    .where("id", "=", id)
    .where("state", "in", ["sent", "uncertain"]);
  const entries: TimelineRow[] =
    state === "delivered"
      ? [{ at, kind: "delivered", attempt: work.attempts, ...report }]
      : [
          { at, kind: failedKind(report), attempt: work.attempts, ...report },
          { at, kind: "dead", attempt: work.attempts },
        ];
  await session.commit(
    [
      toStatement(change, 1),
      ...entries.map((entry) => appendTimeline(session, id, entry)),
      ...(state === "failed" ? countHour(session, "dead") : []),
    ],
    () => new HilumError("message.wrong_state"),
  );
}
