import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { repository } from "./process.ts";
import { runStage, type StageResult } from "./test/run-stage.ts";
import { readSkipNotes } from "./test/skip-notes.ts";
import { isPresent, stages } from "./test/stages.ts";
import { summarize } from "./test/summary.ts";

/**
 * `npm test [stage...]`: runs every stage (or the named ones), also after one has failed, and counts from their reports.
 * The last line is `N passed, N failed, N skipped`.
 */
async function main(names: readonly string[]): Promise<number> {
  const reports = join(repository, "reports");
  rmSync(reports, { recursive: true, force: true });
  mkdirSync(reports, { recursive: true });
  const chosen = stages.filter((stage) => names.length === 0 || names.includes(stage.name));
  const results: StageResult[] = [];
  for (const stage of chosen.filter((candidate) => isPresent(candidate, repository))) {
    console.log(`\n== ${stage.name}`);
    results.push(await runStage(stage, repository));
  }
  const summary = summarize(results, readSkipNotes(join(reports, "skips")));
  writeFileSync(join(reports, "summary.json"), JSON.stringify({ ...summary, results }, undefined, 2));
  console.log(summary.text);
  return summary.failed === 0 && summary.passed > 0 ? 0 : 1;
}

process.exitCode = await main(process.argv.slice(2));
