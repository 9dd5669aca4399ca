import { isApiProblem, type ApiProblem } from "../../../api/api-problem.ts";
import { call, type AnswerById } from "../../../api/call.ts";
import { announce, notify } from "../../../shell/notices.ts";
import { useCallback, useEffect, useRef, useState } from "react";
import { flushSync } from "react-dom";
import type { RecordPlace } from "../record-words.ts";
import { onHide } from "./glass-signals.ts";

export type RevealedRecord = AnswerById<"readUnderGlass">;

export interface Reveal {
  /** In the clear; undefined while it is masked. */
  revealed: RevealedRecord | undefined;
  running: boolean;
  problem: ApiProblem | null;
  /** Reads it once more under the glass: each reading is written to the audit log. */
  show(): Promise<void>;
  hide(): void;
  /** Tells the server that something of it was copied. */
  copied(): void;
}

/**
 * A record in the clear, while a glass that covers it is open. It is held by this component alone: never by the cache of
 * answers, which would keep it beyond the glass. It goes when the person leaves the tab, prints, or the glass ends.
 */
export function useReveal(glass: { id: string; until: string } | undefined, place: RecordPlace): Reveal {
  const [revealed, setRevealed] = useState<RevealedRecord>();
  const [running, setRunning] = useState(false);
  const [problem, setProblem] = useState<ApiProblem | null>(null);
  // An answer that arrives after the person left is dropped.
  const turn = useRef(0);
  const shownFor = useRef<string>(undefined);
  const { type, id, version } = place;
  const [glassId, until] = [glass?.id, glass?.until];

  const hide = useCallback((): void => {
    turn.current++;
    setRevealed(undefined);
    setRunning(false);
  }, []);
  const now = JSON.stringify([glassId, type, id, version]);
  // Another record, another version, another glass: what was revealed is not of it.
  useEffect(() => {
    shownFor.current = now;
    return hide;
  }, [hide, now]);

  const show = useCallback(async (): Promise<void> => {
    if (glassId === undefined) return;
    const mine = ++turn.current;
    setRunning(true);
    setProblem(null);
    try {
      const answer = await call("readUnderGlass", {
        params: { glass: glassId, type, id },
        query: version === undefined ? {} : { version },
      });
      // Whoever left meanwhile finds it masked, as if it had been on the page before.
      if (mine === turn.current && shownFor.current === now && document.hasFocus()) setRevealed(answer);
    } catch (refusal) {
      if (!isApiProblem(refusal)) throw refusal;
      if (mine === turn.current) setProblem(refusal);
    } finally {
      if (mine === turn.current) setRunning(false);
    }
  }, [glassId, type, id, version, now]);

  const note = useCallback(
    (what: "copied" | "printed"): void => {
      if (glassId === undefined) return;
      call("noteGlassUse", { params: { glass: glassId }, body: { what, type, id } }).catch(() => undefined);
    },
    [glassId, type, id],
  );

  const isShown = revealed !== undefined;
  useEffect(() => {
    if (!isShown || until === undefined) return undefined;
    return onHide(until, (because) => {
      // Before the browser takes its picture of the page for the printer.
      flushSync(hide);
      if (because === "printing") note("printed");
      announce(because === "ended" ? "The time is over. The record is masked again." : "The record is masked again.");
    });
  }, [isShown, until, hide, note]);

  const copied = useCallback((): void => {
    note("copied");
    notify("Copied. That you did is written to the audit log.");
  }, [note]);
  return { revealed, running, problem, show, hide, copied };
}
