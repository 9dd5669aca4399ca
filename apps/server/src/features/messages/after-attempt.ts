import type { AttemptOutcome, InstanceKey, RoutePosition } from "@hilum/store";
import { pauseAfter, roundsMax, type Verdict } from "./attempt-verdict.ts";
import type { CircuitVerdict } from "./circuits.ts";

export interface AttemptSituation {
  position: RoutePosition;
  /** The next provider in the order that can be asked now. */
  next: InstanceKey | undefined;
  /** A provider of this round that was not asked comes back by itself. */
  othersComeBack: boolean;
  now: Date;
  random: number;
}

/**
 * What becomes of a message after a failed attempt: the next provider gets it at once; at the end of the round it waits,
 * if a provider of the round may take it later, or is given up. Where it may have gone out nobody else is ever asked.
 */
export function decideOutcome(verdict: Verdict, situation: AttemptSituation): AttemptOutcome {
  const { position, next, othersComeBack, now, random } = situation;
  const { cause, code, fix, reply } = verdict;
  const said = { cause, code, ...(fix === undefined ? {} : { fix }), ...(reply === undefined ? {} : { reply }) };
  const held = position.only === true;
  const mayRecover = position.mayRecover === true || othersComeBack || verdict.next !== "dead";
  if (verdict.next === "uncertain") return { state: "uncertain", ...said };
  if (next !== undefined && verdict.elsewhere && !held)
    return {
      state: "retrying",
      nextAttemptAt: now.toISOString(),
      position: { rounds: position.rounds, next, mayRecover },
      ...said,
    };
  const hopeless = !verdict.elsewhere || held ? verdict.next === "dead" : !mayRecover;
  // Somebody was asked in this round, so it counts; a wait for a provider that is not there does not.
  const counts = verdict.next !== "not_tried" || (position.next !== undefined && !held);
  const rounds = position.rounds + Number(counts);
  if (hopeless || rounds >= roundsMax) return { state: "dead", ...said };
  const pauseMs =
    verdict.next === "dead" || (verdict.next === "not_tried" && counts) ? pauseAfter(rounds, random) : verdict.delayMs;
  return {
    state: "retrying",
    nextAttemptAt: new Date(now.getTime() + pauseMs).toISOString(),
    position: held && position.next !== undefined ? { rounds, next: position.next, only: true } : { rounds },
    ...said,
  };
}

/** Causes that lie with the message or its recipient, so they say nothing of the provider. */
const ofTheMessage: ReadonlySet<string> = new Set(["recipient", "too_large", "other"]);

/** What a failed attempt says of the provider that made it. */
export function blameOf({ next, cause, code }: Verdict): CircuitVerdict {
  if (next === "not_tried" || ofTheMessage.has(cause) || code.startsWith("blob.")) return "nothing";
  return "fails";
}
