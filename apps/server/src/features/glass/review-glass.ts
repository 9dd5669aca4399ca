import { HilumError, type Context } from "@hilum/contract";
import type { GlassState } from "@hilum/contract/api";
import type { GlassRow, Store } from "@hilum/store";
import { makeId } from "../../make-id.ts";
import { requireUser } from "../identity/sessions.ts";

export type Verdict = "accept" | "ask" | "escalate";

const next: Record<Verdict, GlassState> = { accept: "accepted", ask: "asked", escalate: "escalated" };
/** What may be decided anew: an escalated glass can be accepted, an accepted one stays so. */
const reviewable: readonly GlassState[] = ["waiting", "asked", "escalated"];

type Parts = { store: Pick<Store, "glasses"> };

/** Throws `glass.own_review`, `glass.wrong_state`, and `request.invalid` for a question or an escalation without words. */
export async function reviewGlass(
  { store: { glasses } }: Parts,
  context: Context,
  id: string,
  { verdict, reason }: { verdict: Verdict; reason?: string },
): Promise<void> {
  const { user } = requireUser(context);
  const row = await find(glasses, id);
  if (row.user === user) throw new HilumError("glass.own_review");
  if (reason === undefined && verdict !== "accept")
    throw new HilumError("request.invalid", {
      problems: [
        { pointer: "/reason", message: "Say what is asked, or what is wrong.", fix: "Write three letters or more." },
      ],
    });
  const note = { ...noted(context), what: verdict, ...(reason === undefined ? {} : { words: reason }) };
  await glasses.note(id, note, { from: reviewable, to: next[verdict], reviewed: true });
}

/** Who broke it answers; it waits for a review again. */
export async function answerReview(
  { store: { glasses } }: Parts,
  context: Context,
  id: string,
  reason: string,
): Promise<void> {
  const { user } = requireUser(context);
  const row = await find(glasses, id);
  if (row.user !== user) throw new HilumError("glass.not_found");
  const note = { ...noted(context), what: "answer" as const, words: reason };
  await glasses.note(id, note, { from: ["asked"], to: "waiting", reviewed: false });
}

async function find(glasses: Store["glasses"], id: string): Promise<GlassRow> {
  const row = await glasses.find(id);
  if (row === undefined) throw new HilumError("glass.not_found");
  return row;
}

function noted(context: Context) {
  const now = context.now();
  return { id: makeId(now.getTime()), at: now.toISOString(), by: context.actor.id };
}
