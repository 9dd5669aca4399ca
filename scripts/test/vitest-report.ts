import { relative } from "node:path";
import type { TestOutcome } from "../stage-report.ts";

/** The parts of Vitest's JSON report that count. */
interface VitestReport {
  testResults: {
    /** Absolute path of the test file. */
    name: string;
    status: string;
    message?: string;
    assertionResults: {
      fullName: string;
      status: string;
      duration?: number | null;
      failureMessages?: string[] | null;
    }[];
  }[];
}

/** One outcome per test, and one failed outcome per file that could not be loaded: it has no tests to count. */
export function readVitestReport(text: string, root: string): (TestOutcome & { file: string })[] {
  const report = JSON.parse(text) as VitestReport;
  return report.testResults.flatMap((result) => {
    const file = relative(root, result.name);
    const outcomes = result.assertionResults.map((assertion) => ({
      file,
      name: `${file}: ${assertion.fullName}`,
      status: statusOf(assertion.status),
      durationMs: assertion.duration ?? 0,
      ...firstLine(assertion.failureMessages?.[0]),
    }));
    const broken = result.status === "failed" && !outcomes.some(({ status }) => status === "failed");
    if (!broken) return outcomes;
    return [
      ...outcomes,
      { file, name: `${file}: the file runs`, status: "failed", durationMs: 0, ...firstLine(result.message) },
    ];
  });
}

function statusOf(status: string): TestOutcome["status"] {
  if (status === "passed" || status === "failed") return status;
  return "skipped";
}

function firstLine(message: string | undefined): { reason?: string } {
  const line = message?.split("\n").find((part) => part.trim() !== "");
  return line === undefined ? {} : { reason: line.trim() };
}
