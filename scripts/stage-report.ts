import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { repository } from "./process.ts";

export interface TestOutcome {
  name: string;
  status: "passed" | "failed" | "skipped";
  durationMs: number;
  /** Where it failed or was skipped: why, in a sentence. */
  reason?: string;
  /** Where it was skipped: what would enable it. */
  enable?: string;
}

/**
 * What a stage of `npm test` leaves in `reports/<stage>.json`. A stage that is not Vitest (checks, boot, e2e,
 * conformance) writes it itself; `npm test` counts from these files alone.
 */
export interface StageReport {
  stage: string;
  tests: TestOutcome[];
}

export function writeStageReport(report: StageReport): void {
  const folder = join(repository, "reports");
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, `${report.stage}.json`), JSON.stringify(report, undefined, 2));
}

/** Reads what a stage wrote: any program may have written it, so the shape is checked. */
export function parseStageReport(text: string): StageReport {
  const report: unknown = JSON.parse(text);
  if (!isRecord(report) || typeof report["stage"] !== "string" || !Array.isArray(report["tests"]))
    throw new Error("a stage report is {stage, tests: [{name, status, durationMs}]}");
  return { stage: report["stage"], tests: report["tests"].map(parseOutcome) };
}

function parseOutcome(value: unknown): TestOutcome {
  if (!isRecord(value)) throw new Error("a test outcome is an object");
  const { name, status, durationMs, reason, enable } = value;
  if (typeof name !== "string") throw new Error("a test outcome has a name");
  if (status !== "passed" && status !== "failed" && status !== "skipped")
    throw new Error(`${name}: status is passed, failed or skipped`);
  return {
    name,
    status,
    durationMs: typeof durationMs === "number" ? durationMs : 0,
    ...(typeof reason === "string" ? { reason } : {}),
    ...(typeof enable === "string" ? { enable } : {}),
  };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}
