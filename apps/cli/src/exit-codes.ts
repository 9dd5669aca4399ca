import { isApiProblem } from "@hilum/client";
import { isHilumError } from "@hilum/contract";
import { UsageError } from "./usage-error.ts";

/** What the program leaves with. Scripts may rely on it. */
export const exitCodes = {
  done: 0,
  /** The server refused it: the request, or the state that things are in. */
  refused: 1,
  /** The command line is not one. */
  usage: 2,
  /** Not signed in, or not with the right that it takes. */
  forbidden: 3,
  /** No answer, or one that does not come from Hilum: address, network, certificate. */
  unreachable: 4,
  /** The server failed. */
  failed: 5,
  /** It was done, and what was judged did not pass: conformance, smoke tests, a manifest, the gate. */
  notPassed: 6,
} as const;

export function exitCodeOf(error: unknown): number {
  if (error instanceof UsageError) return exitCodes.usage;
  if (isHilumError(error)) return exitCodes.refused;
  if (!isApiProblem(error)) return exitCodes.failed;
  if (error.status === 0 || error.code === "client.bad_answer") return exitCodes.unreachable;
  if (error.status === 401 || error.status === 403) return exitCodes.forbidden;
  return error.status >= 500 ? exitCodes.failed : exitCodes.refused;
}

/** Members of answers that say whether what was judged passed. */
const verdicts: readonly ((answer: Record<string, unknown>) => boolean)[] = [
  ({ passed }) => passed === false,
  ({ valid }) => valid === false,
  ({ ok, rows }) => ok === false && Array.isArray(rows),
  ({ enabled, gate }) => enabled === false && gate !== undefined,
  ({ status, results }) => status === "failed" && Array.isArray(results),
  ({ outcome, fixture }) => outcome === "failed" && fixture !== undefined,
];

export function exitCodeOfAnswer(answer: unknown): number {
  if (typeof answer !== "object" || answer === null) return exitCodes.done;
  return verdicts.some((fails) => fails(answer as Record<string, unknown>)) ? exitCodes.notPassed : exitCodes.done;
}
