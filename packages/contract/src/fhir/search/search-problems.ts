import { HilumError, type Problem } from "../../errors/hilum-error.ts";
import { isShowableName } from "../issue.ts";

/** Collects what is wrong with a search. Names of parameters are repeated to the caller, values never: they may be PHI. */
export interface SearchProblems {
  add(name: string, message: string, fix: string): void;
  /** Throws `search.invalid` with all of them, if there are any. */
  throwAny(): void;
}

const problemsMax = 20;

export function createSearchProblems(): SearchProblems {
  const problems: Problem[] = [];
  return {
    add: (name, message, fix) => {
      if (problems.length < problemsMax) problems.push({ pointer: `/query/${showable(name)}`, message, fix });
    },
    throwAny: () => {
      const [first] = problems;
      if (first !== undefined) throw new HilumError("search.invalid", { detail: first.message, problems });
    },
  };
}

/** A parameter's name with its modifier or chain, if it looks like one. */
export function showable(name: string): string {
  return name.length <= 100 && name.split(/[-.:]/).every(isShowableName) ? name : "";
}
