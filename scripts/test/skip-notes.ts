import type { SkipNote } from "@hilum/testkit";
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import type { TestOutcome } from "../stage-report.ts";

export interface Skip {
  /** Where the tests are: a file, or a stage. */
  place: string;
  count: number;
  reason: string;
  enable: string;
}

export function readSkipNotes(folder: string): SkipNote[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder).map((name) => JSON.parse(readFileSync(join(folder, name), "utf8")) as SkipNote);
}

/**
 * Pairs the skipped tests of each file with the notes that it left. A file that skips without a note is a fault: nobody
 * could tell what would make its tests run.
 */
export function explainSkips(
  skipped: readonly (TestOutcome & { file: string })[],
  notes: readonly SkipNote[],
): { skips: Skip[]; unexplained: TestOutcome[] } {
  const byFile = Map.groupBy(skipped, ({ file }) => file);
  const skips: Skip[] = [];
  const unexplained: TestOutcome[] = [];
  for (const [file, tests] of byFile) {
    const own = notes.filter((note) => note.file === file);
    const reason = `${tests.length} skipped without a note; ask requires() or noteSkip() of @hilum/testkit`;
    if (own.length === 0)
      unexplained.push({ name: `${file}: says why it skips`, status: "failed", durationMs: 0, reason });
    else skips.push({ place: file, count: tests.length, reason: joined(own, "reason"), enable: joined(own, "enable") });
  }
  return { skips, unexplained };
}

function joined(notes: readonly SkipNote[], field: "reason" | "enable"): string {
  return [...new Set(notes.map((note) => note[field]))].join("; ");
}
