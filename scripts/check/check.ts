import { runCommand } from "../process.ts";

/** What one step of `npm run check` found. Notes are worth reading and fail nothing; faults fail the step. */
export interface CheckResult {
  faults: string[];
  notes: string[];
}

/** One step of `npm run check`. `root` is the tree to judge: the repository, or a small one with a planted fault. */
export interface Check {
  name: string;
  /** One line for `npm run check`'s output: what holds when the step is green. */
  promise: string;
  run(root: string): Promise<CheckResult>;
}

/** Runs a tool in `root`; whatever it prints is the fault when it fails, and a note when it does not. */
export async function judgeByTool(root: string, command: string, args: readonly string[]): Promise<CheckResult> {
  const { code, output } = await runCommand(command, args, { cwd: root });
  const text = output.trim();
  if (code !== 0) return { faults: [text || `${command} ended with ${code}`], notes: [] };
  return { faults: [], notes: text === "" ? [] : [text] };
}

export function joinResults(results: readonly CheckResult[]): CheckResult {
  return { faults: results.flatMap((result) => result.faults), notes: results.flatMap((result) => result.notes) };
}
