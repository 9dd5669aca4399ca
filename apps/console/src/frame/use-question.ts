import { useEffect, useRef, useState, type RefObject } from "react";
import { hasGestureIn } from "../api/in-use.ts";
import { createAskDesk, type Answered, type Ask, type Asker } from "./ask.ts";

/** For so long an agreement counts as the person's doing, as long as a click in the frame would. */
const agreementMs = 5_000;

/** An open question, and where the answer goes. */
export interface Question {
  ask: Ask;
  answer(answered: Answered | undefined): void;
}

/**
 * Puts questions to the person, one at a time; whoever leaves the page has not agreed. Before a secret is asked for,
 * `onSecret` takes the frame away.
 */
export function useQuestion(frame: RefObject<HTMLIFrameElement | null>, onSecret: () => void) {
  const [question, setQuestion] = useState<Question>();
  const open = useRef<Question>(undefined);
  const desk = useRef<Asker>(undefined);
  const agreedAt = useRef(0);
  useEffect(() => () => open.current?.answer(undefined), []);

  const show: Asker = (ask) =>
    new Promise((resolve) => {
      if (asksSecret(ask)) onSecret();
      const answer = (answered: Answered | undefined): void => {
        open.current = undefined;
        if (answered !== undefined) agreedAt.current = Date.now();
        setQuestion(undefined);
        resolve(answered);
        // The dialog took the focus out of the frame, and gives it back.
        setTimeout(() => frame.current?.focus(), 0);
      };
      open.current = { ask, answer };
      setQuestion(open.current);
    });
  const ask: Asker = (asked) => {
    desk.current ??= createAskDesk(show, () => hasGestureIn(frame.current));
    return desk.current(asked);
  };
  /** Who has just agreed to something for this page need not be asked whether it may lead on. */
  const agreedLately = (): boolean => Date.now() - agreedAt.current < agreementMs;
  return { question, ask, agreedLately };
}

export const asksSecret = ({ secrets }: Ask): boolean => secrets !== undefined && secrets.length > 0;
