import { isHilumError } from "@hilum/contract/errors";
import { useState } from "react";
import { Problem } from "../../../look/problem.tsx";

/** What went wrong while a key was made, opened or used: all in this browser, so that it is no answer of the API. */
export function SignProblem({ error }: { error: unknown }) {
  if (error === undefined) return null;
  const { title, why, todo, code } = explain(error);
  return (
    <div role="alert">
      <Problem level={3} title={title} why={why} todo={todo} code={code} />
    </div>
  );
}

function explain(error: unknown): { title: string; why: string; todo: string; code: string } {
  if (isHilumError(error)) {
    const { code, detail, spec } = error;
    return { title: spec.title, why: detail, todo: spec.fix, code };
  }
  return {
    title: "This browser cannot sign",
    why: error instanceof Error ? error.message : "It does not know keys of this kind (Ed25519).",
    todo: "Use a current version of Chrome, Edge, Firefox or Safari.",
    code: "key_file.browser",
  };
}

export interface Work {
  running: boolean;
  error: unknown;
  /** Answers undefined where it failed; `error` then says why. */
  run<T>(work: () => Promise<T>): Promise<T | undefined>;
}

/** Work of the browser's own, with what went wrong in it. */
export function useWork(): Work {
  const [state, setState] = useState<{ running: boolean; error: unknown }>({ running: false, error: undefined });
  return {
    ...state,
    async run(work) {
      setState({ running: true, error: undefined });
      try {
        const answer = await work();
        setState({ running: false, error: undefined });
        return answer;
      } catch (error) {
        setState({ running: false, error });
        return undefined;
      }
    },
  };
}
