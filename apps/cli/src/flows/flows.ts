import type { Flow } from "./flow.ts";
import { keeperFlows } from "./keeper.ts";
import { mirrorFlows } from "./mirror.ts";
import { publishFlows } from "./publish.ts";
import { rootFlows } from "./roots.ts";
import { signingFlows } from "./signing.ts";
import { witnessFlows } from "./witness.ts";

/** Commands that lead through several operations, as a screen of the console does. */
export const flows: readonly Flow[] = [
  ...publishFlows,
  ...signingFlows,
  ...keeperFlows,
  ...rootFlows,
  ...mirrorFlows,
  ...witnessFlows,
];

/** By the first words of a command line, with the words that are left. */
export function findFlow(words: readonly string[]): { flow: Flow; rest: readonly string[] } | undefined {
  for (const flow of flows) {
    const own = flow.words.split(" ");
    if (own.every((word, index) => words[index] === word)) return { flow, rest: words.slice(own.length) };
  }
  return undefined;
}

export const renderFlow = ({ summary, usage, operations }: Flow): string =>
  [
    `${summary}.`,
    "",
    ...usage.map((line) => `  ${line}`),
    "",
    operations.length === 0 ? "It asks no server." : `Operations: ${operations.join(", ")}.`,
    "",
  ].join("\n");
