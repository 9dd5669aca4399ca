import type { SkipNote } from "@hilum/testkit";
import type { TestOutcome } from "../stage-report.ts";
import type { StageResult } from "./run-stage.ts";
import { explainSkips, type Skip } from "./skip-notes.ts";

export interface Summary {
  passed: number;
  failed: number;
  skipped: number;
  /** What is printed; the counts are its last line. */
  text: string;
}

/** Counts every outcome of every stage once and says what failed, what was skipped and what would enable it. */
export function summarize(results: readonly StageResult[], notes: readonly SkipNote[]): Summary {
  const outcomes = results.flatMap((result) => result.outcomes);
  const skipped = outcomes.filter(({ status }) => status === "skipped");
  const { skips, unexplained } = explainSkips(
    skipped.filter(({ reason }) => reason === undefined),
    notes,
  );
  const explained = skipped.filter(({ reason }) => reason !== undefined).map(presentSkip);
  const failures: TestOutcome[] = [...outcomes.filter(({ status }) => status === "failed"), ...unexplained];
  const passed = outcomes.filter(({ status }) => status === "passed").length;
  const text = [
    "",
    "Stages",
    ...results.map(presentStage),
    ...section(
      "Failed",
      failures.map(({ name, reason }) => `  ${name}${reason === undefined ? "" : `\n      ${reason}`}`),
    ),
    ...section("Skipped", [...explained, ...skips].map(presentReason)),
    "",
    `${passed} passed, ${failures.length} failed, ${skipped.length} skipped`,
  ].join("\n");
  return { passed, failed: failures.length, skipped: skipped.length, text };
}

function presentStage({ stage, outcomes, durationMs }: StageResult): string {
  const count = (status: TestOutcome["status"]): string =>
    String(outcomes.filter((outcome) => outcome.status === status).length).padStart(5);
  const seconds = (durationMs / 1000).toFixed(1).padStart(7);
  return `  ${stage.padEnd(12)} ${seconds} s ${count("passed")} passed ${count("failed")} failed ${count("skipped")} skipped`;
}

function presentSkip({ name, reason, enable }: TestOutcome): Skip {
  return { place: name, count: 1, reason: reason ?? "", enable: enable ?? "" };
}

function presentReason({ place, count, reason, enable }: Skip): string {
  const remedy = enable === "" ? "" : `\n      to enable: ${enable}`;
  return `  ${place} (${count}): ${reason}${remedy}`;
}

function section(title: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : ["", title, ...lines];
}
