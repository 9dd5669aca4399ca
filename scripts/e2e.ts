import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { buildConsole, judgeConsole } from "./console-build.ts";
import { repository, runCommand } from "./process.ts";
import { parseStageReport, writeStageReport } from "./stage-report.ts";

/**
 * `npm run e2e`: builds the Admin Console where it is missing or stale, then plays the journeys and gates of `e2e/` in a
 * real Chromium. `--keep` writes the README's pictures and the coverage ledger; without it, the run is judged against them.
 */
async function main(options: readonly string[]): Promise<number> {
  if (judgeConsole(repository) !== "fresh") await buildConsole(repository);
  const report = join(repository, "reports", "e2e.json");
  rmSync(report, { force: true });
  const { code } = await runCommand("node", ["e2e/main.ts", ...options], {
    onOutput: (text) => process.stdout.write(text),
  });
  if (!existsSync(report)) return 1;
  const { stage, tests } = parseStageReport(readFileSync(report, "utf8"));
  writeStageReport({ stage, tests });
  return code === 0 && tests.length > 0 && tests.every(({ status }) => status !== "failed") ? 0 : 1;
}

process.exitCode = await main(process.argv.slice(2));
