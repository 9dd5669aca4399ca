import { expect, it } from "vitest";
import type { PlacedOutcome } from "./run-stage.ts";
import { summarize } from "./summary.ts";

const outcome = (status: PlacedOutcome["status"], more: Partial<PlacedOutcome> = {}): PlacedOutcome => ({
  file: "packages/store/src/a.test.ts",
  name: "packages/store/src/a.test.ts: works",
  status,
  durationMs: 1,
  ...more,
});
const stage = (...outcomes: PlacedOutcome[]): { stage: string; outcomes: PlacedOutcome[]; durationMs: number } => ({
  stage: "unit",
  outcomes,
  durationMs: 2_345,
});
const note = {
  file: "packages/store/src/a.test.ts",
  name: "postgresql",
  reason: "PostgreSQL is not installed",
  enable: "apt-get install postgresql",
};
const lastLine = (text: string): string => text.split("\n").at(-1) ?? "";

it("ends with the counts of all stages, exactly", () => {
  const summary = summarize([stage(outcome("passed"), outcome("failed")), stage(outcome("passed"))], []);
  expect(lastLine(summary.text)).toBe("2 passed, 1 failed, 0 skipped");
});

it("says of each skip why, and what would enable it", () => {
  const { text, failed } = summarize([stage(outcome("passed"), outcome("skipped"), outcome("skipped"))], [note]);
  expect(text).toContain(
    "packages/store/src/a.test.ts (2): PostgreSQL is not installed\n      to enable: apt-get install postgresql",
  );
  expect(lastLine(text)).toBe("1 passed, 0 failed, 2 skipped");
  expect(failed).toBe(0);
});

it("fails on a skip that nobody explains", () => {
  const { text, failed } = summarize(
    [stage(outcome("passed"), outcome("skipped"))],
    [{ ...note, file: "another.test.ts" }],
  );
  expect(failed).toBe(1);
  expect(lastLine(text)).toBe("1 passed, 1 failed, 1 skipped");
});

it("counts a stage that the machine cannot run as one skip with its own reason", () => {
  const skipped = outcome("skipped", {
    name: "e2e",
    file: "e2e",
    reason: "no Chromium was found",
    enable: "apt-get install chromium",
  });
  const { text } = summarize([stage(outcome("passed")), stage(skipped)], []);
  expect(text).toContain("e2e (1): no Chromium was found\n      to enable: apt-get install chromium");
});
