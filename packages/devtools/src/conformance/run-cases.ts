import { HilumError } from "@hilum/contract";
import type { ConformanceCase } from "@hilum/contract/api";
import type { Case, Knowledge } from "./case.ts";
import { cases, judge } from "./cases.ts";
import type { Subject } from "./plugin-process.ts";

export interface RunCasesOptions {
  subject: Subject;
  knowledge: Knowledge;
  /** Ids; all when absent. */
  only?: readonly string[];
  /** Processes at once. */
  atOnce?: number;
}

/** Plays the cases, each against a process of its own, and answers them in their order. Throws `request.invalid` for an id that is none. */
export async function runCases({ subject, knowledge, only, atOnce = 3 }: RunCasesOptions): Promise<ConformanceCase[]> {
  const chosen = choose(only);
  const results: ConformanceCase[] = [];
  const waiting = [...chosen.entries()];
  const work = async (): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const [index, one] = next;
      results[index] = await play(one, subject, knowledge);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  return results;
}

function choose(only: readonly string[] | undefined): readonly Case[] {
  if (only === undefined) return cases;
  const unknown = only.findIndex((id) => !cases.some((one) => one.id === id));
  if (unknown !== -1)
    throw new HilumError("request.invalid", {
      detail: "There is no such case.",
      problems: [{ pointer: `/cases/${unknown}`, message: `\`${only[unknown]}\` is no case.` }],
    });
  return cases.filter(({ id }) => only.includes(id));
}

async function play(one: Case, subject: Subject, knowledge: Knowledge): Promise<ConformanceCase> {
  const startedAt = performance.now();
  const verdict = await judge(one, subject, knowledge);
  return {
    ...{ id: one.id, group: one.group, rule: one.rule, outcome: verdict.outcome },
    ...("why" in verdict ? { why: verdict.why.slice(0, 1000) } : {}),
    durationMs: Math.round(performance.now() - startedAt),
  };
}
