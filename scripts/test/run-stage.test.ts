import { createTempDir } from "@hilum/testkit";
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { describe, expect, it } from "vitest";
import { judge } from "./run-stage.ts";
import type { Stage } from "./stages.ts";

const stage = (report: Stage["report"]): Stage => ({ name: "unit", command: [], report, timeoutMs: 1_000 });
const ended = (code: number | null): { code: number | null; output: string; durationMs: number } => ({
  code,
  output: "first\nlast line\n",
  durationMs: 5,
});

function judgeReport(kind: Stage["report"], code: number | null, report?: unknown): string[] {
  using tree = createTempDir("stage");
  if (report !== undefined) {
    const path = tree.join("reports", kind === "vitest" ? "unit.vitest.json" : "unit.json");
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, JSON.stringify(report));
  }
  return judge(stage(kind), tree.path, ended(code)).map(({ status, name, reason }) =>
    [status, name, reason].filter(Boolean).join(" | "),
  );
}

const assertion = (status: string, fullName = "does it"): object => ({
  fullName,
  status,
  duration: 1,
  failureMessages: [],
});

describe("a stage", () => {
  it("has failed when it leaves no report, whatever its exit code", () => {
    expect(judgeReport("stage", 0)).toEqual(["failed | unit: leaves a report | ended with 0: last line"]);
    expect(judgeReport("vitest", null)).toEqual(["failed | unit: leaves a report | ended with null: last line"]);
  });

  it("has failed when no test ran", () => {
    expect(judgeReport("stage", 0, { stage: "unit", tests: [] })).toEqual([
      "failed | unit: runs a test | the report has no tests in it",
    ]);
  });

  it("has failed when it crashes after its last test", () => {
    const report = { stage: "unit", tests: [{ name: "a", status: "passed", durationMs: 1 }] };
    expect(judgeReport("stage", 1, report)).toEqual([
      "passed | unit: a",
      expect.stringMatching(/^failed \| unit: ends well/),
    ]);
  });

  it("counts one test where its exit code is all there is", () => {
    expect(judgeReport("exit", 0)).toEqual(["passed | unit"]);
    expect(judgeReport("exit", 2)).toEqual(["failed | unit: runs | ended with 2: last line"]);
  });

  it("counts a file that cannot be loaded as one failed test", () => {
    const report = {
      testResults: [{ name: "/x/a.test.ts", status: "failed", message: "Cannot find module", assertionResults: [] }],
    };
    expect(judgeReport("vitest", 1, report)).toEqual([
      expect.stringMatching(/^failed \| .*a\.test\.ts: the file runs \| Cannot find module$/),
    ]);
  });

  it("takes pending, todo and disabled tests for skipped, and never for passed", () => {
    const assertionResults = ["passed", "skipped", "pending", "todo", "disabled"].map((status) => assertion(status));
    const report = { testResults: [{ name: "/x/a.test.ts", status: "passed", assertionResults }] };
    expect(judgeReport("vitest", 0, report).map((line) => line.split(" ")[0])).toEqual([
      "passed",
      "skipped",
      "skipped",
      "skipped",
      "skipped",
    ]);
  });
});
