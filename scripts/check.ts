import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { checks } from "./check/checks.ts";
import type { Check, CheckResult } from "./check/check.ts";
import { repository } from "./process.ts";
import { writeStageReport, type TestOutcome } from "./stage-report.ts";

/**
 * `npm run check [step...]`: runs every step (or the named ones), also after one has failed, prints what each found and
 * keeps it in `reports/check/`.
 */
async function main(names: readonly string[]): Promise<number> {
  const unknown = names.filter((name) => !checks.some((check) => check.name === name));
  if (unknown.length > 0) {
    console.error(
      `There is no step ${unknown.join(", ")}; the steps are ${checks.map(({ name }) => name).join(", ")}.`,
    );
    return 2;
  }
  const chosen = names.length === 0 ? checks : checks.filter(({ name }) => names.includes(name));
  const outcomes = await runTwoAtOnce(chosen);
  writeStageReport({ stage: "check", tests: outcomes });

  const failed = outcomes.filter(({ status }) => status === "failed");
  const verdict = failed.length === 0 ? "All steps are green." : `Red: ${failed.map(({ name }) => name).join(", ")}.`;
  console.log(`\n${verdict} Everything that was printed is in reports/check/.`);
  return failed.length === 0 ? 0 : 1;
}

/** No step uses two cores all the time. */
async function runTwoAtOnce(chosen: readonly Check[]): Promise<TestOutcome[]> {
  const outcomes: TestOutcome[] = [];
  const waiting = [...chosen.entries()];
  const work = async (): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift())
      outcomes[next[0]] = await runCheck(next[1]);
  };
  await Promise.all([work(), work()]);
  return outcomes;
}

async function runCheck(check: Check): Promise<TestOutcome> {
  const startedAt = performance.now();
  const result = await check.run(repository).catch((error: unknown) => ({ faults: [String(error)], notes: [] }));
  const durationMs = performance.now() - startedAt;
  keepOutput(check, result);

  const green = result.faults.length === 0;
  console.log(
    `${green ? "green" : "RED  "} ${check.name.padEnd(11)} ${(durationMs / 1000).toFixed(1).padStart(5)} s  ${check.promise}`,
  );
  if (!green) console.log(indent(result.faults));
  else if (check.name === "sizes" && result.notes.length > 0) console.log(indent(result.notes));
  if (green) return { name: check.name, status: "passed", durationMs };
  return { name: check.name, status: "failed", durationMs, reason: (result.faults[0] ?? "").split("\n")[0] ?? "" };
}

function keepOutput(check: Check, { faults, notes }: CheckResult): void {
  const folder = join(repository, "reports", "check");
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, `${check.name}.txt`), [...faults, ...notes].join("\n") + "\n");
}

function indent(texts: readonly string[]): string {
  return texts.map((text) => text.replaceAll(/^/gm, "      ")).join("\n");
}

process.exitCode = await main(process.argv.slice(2));
