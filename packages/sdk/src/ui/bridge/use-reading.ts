import type { BridgeMethodName, ParamsOfMethod, ResultOfMethod } from "@hilum/contract/bridge";
import { useEffect, useState } from "react";
import type { Change } from "./connection.ts";
import { usePage } from "./page-context.ts";
import { toPageError, type PageError } from "./page-error.ts";

/** Something read from the console: the last good answer stays while it is read again. */
export interface Reading<T> {
  data: T | undefined;
  error: PageError | undefined;
  loading: boolean;
  reload(): void;
}

export interface SettableReading<T> extends Reading<T> {
  /** Takes what an act answered, so that it need not be read again. */
  set(data: T): void;
}

/** Reads once, again when the console says that it changed, and when asked. */
export function useReading<Name extends BridgeMethodName>(
  name: Name,
  params: ParamsOfMethod<Name>,
  changes: Change,
): SettableReading<ResultOfMethod<Name>> {
  const { call, onChange } = usePage();
  const [turn, setTurn] = useState(0);
  const [answer, setAnswer] = useState<Answer<ResultOfMethod<Name>>>({});
  const asked = JSON.stringify({ params, turn });
  useEffect(() => {
    // An answer that was overtaken is dropped.
    let wanted = true;
    const { params: own } = JSON.parse(asked) as { params: ParamsOfMethod<Name> };
    call(name, own).then(
      (data) => wanted && setAnswer({ asked, data }),
      (thrown: unknown) => wanted && setAnswer((last) => ({ ...last, asked, error: toPageError(thrown) })),
    );
    return () => {
      wanted = false;
    };
  }, [call, name, asked]);
  useEffect(() => onChange((what) => what === changes && setTurn((last) => last + 1)), [onChange, changes]);
  return {
    data: answer.data,
    error: answer.error,
    loading: answer.asked !== asked,
    reload: () => setTurn((last) => last + 1),
    set: (data) => setAnswer({ asked, data }),
  };
}

interface Answer<T> {
  /** What it answers. */
  asked?: string;
  data?: T;
  error?: PageError;
}

/** An act that is under way, with why it did not work. */
export interface Acting<Args extends readonly unknown[], T> {
  running: boolean;
  error: PageError | undefined;
  /** Undefined when it did not work; `error` says why. */
  run(...args: Args): Promise<T | undefined>;
  reset(): void;
}

/** `before` is the error that an earlier run ended with while the page was away. */
export function useActing<Args extends readonly unknown[], T>(
  act: (...args: Args) => Promise<T>,
  before?: PageError,
): Acting<Args, T> {
  const [running, setRunning] = useState(false);
  const [error, setError] = useState(before);
  return {
    running,
    error,
    reset: () => setError(undefined),
    run: async (...args) => {
      setRunning(true);
      setError(undefined);
      try {
        return await act(...args);
      } catch (thrown) {
        setError(toPageError(thrown));
        return undefined;
      } finally {
        setRunning(false);
      }
    },
  };
}
