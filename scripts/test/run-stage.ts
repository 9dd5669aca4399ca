import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { runCommand, type CommandResult } from "../process.ts";
import { parseStageReport, type TestOutcome } from "../stage-report.ts";
import { missing, type Stage } from "./stages.ts";
import { readVitestReport } from "./vitest-report.ts";

/** An outcome and the file that it belongs to; for a stage that is not Vitest, the stage's name. */
export type PlacedOutcome = TestOutcome & { file: string };

export interface StageResult {
  stage: string;
  outcomes: PlacedOutcome[];
  durationMs: number;
}

/** Runs one stage to its end and counts from the report that it left; a stage that leaves none has failed. */
export async function runStage(stage: Stage, root: string): Promise<StageResult> {
  const requirement = missing(stage);
  if (requirement !== undefined) {
    const { reason, enable } = requirement;
    const outcome: PlacedOutcome = {
      file: stage.name,
      name: stage.name,
      status: "skipped",
      durationMs: 0,
      reason,
      enable,
    };
    return { stage: stage.name, outcomes: [outcome], durationMs: 0 };
  }
  const [command = "", ...args] = stage.command;
  const result = await runCommand(command, args, {
    cwd: join(root, stage.cwd ?? "."),
    // The server is started a hundred times and more: its code is compiled once, as it is for whoever runs `npm start`.
    env: {
      HILUM_TEST_STAGE: stage.name,
      NODE_COMPILE_CACHE: join(root, "node_modules", ".cache", "hilum", "compiled"),
    },
    timeoutMs: stage.timeoutMs,
    onOutput: (text) => process.stdout.write(text),
  });
  return { stage: stage.name, outcomes: judge(stage, root, result), durationMs: result.durationMs };
}

/** A report is not believed against the exit code: a crash after the last test, or no test at all, is a failure. */
export function judge(stage: Stage, root: string, { code, output, durationMs }: CommandResult): PlacedOutcome[] {
  const fail = (name: string, reason: string): PlacedOutcome => ({
    file: stage.name,
    name: `${stage.name}: ${name}`,
    status: "failed",
    durationMs,
    reason,
  });
  const lastLine = output.trim().split("\n").at(-1) ?? "";
  if (stage.report === "exit") {
    if (code !== 0) return [fail("runs", `ended with ${code}: ${lastLine}`)];
    return [{ file: stage.name, name: stage.name, status: "passed", durationMs }];
  }
  const outcomes = readReport(stage, root);
  if (outcomes === undefined) return [fail("leaves a report", `ended with ${code}: ${lastLine}`)];
  if (outcomes.length === 0) return [fail("runs a test", "the report has no tests in it")];
  const red = outcomes.some(({ status }) => status === "failed");
  if (code !== 0 && !red)
    return [...outcomes, fail("ends well", `ended with ${code} though no test failed: ${lastLine}`)];
  return outcomes;
}

function readReport(stage: Stage, root: string): PlacedOutcome[] | undefined {
  const name = stage.report === "vitest" ? `${stage.name}.vitest.json` : `${stage.name}.json`;
  const path = join(root, "reports", name);
  if (!existsSync(path)) return undefined;
  const text = readFileSync(path, "utf8");
  if (stage.report === "vitest") return readVitestReport(text, root);
  return parseStageReport(text).tests.map((test) => ({
    ...test,
    file: stage.name,
    name: `${stage.name}: ${test.name}`,
  }));
}
