import { existsSync } from "node:fs";
import { join } from "node:path";
import { requires, type Requirement, type RequirementName } from "@hilum/testkit";

/** One stage of `npm test`: a command of its own, which leaves a report. */
export interface Stage {
  name: string;
  command: readonly string[];
  cwd?: string;
  /** `vitest`: reports/<stage>.vitest.json; `stage`: reports/<stage>.json; `exit`: one test, judged by its exit code. */
  report: "vitest" | "stage" | "exit";
  timeoutMs: number;
  /** The stage runs when these files exist; while they do not, there is nothing to test. */
  when?: readonly string[];
  /** What the machine must have, or the whole stage counts as one skipped test. */
  needs?: RequirementName;
}

const minuteMs = 60_000;

/** In the order in which they run. The console is built before the stages that serve it. */
export const stages: readonly Stage[] = [
  { name: "check", command: ["node", "scripts/check.ts"], report: "stage", timeoutMs: 10 * minuteMs },
  { name: "unit", command: ["vitest", "run", "--project", "unit"], report: "vitest", timeoutMs: 15 * minuteMs },
  {
    name: "console",
    command: ["vite", "build"],
    cwd: "apps/console",
    report: "exit",
    timeoutMs: 5 * minuteMs,
    when: ["apps/console/vite.config.ts"],
  },
  {
    name: "integration",
    command: ["vitest", "run", "--project", "integration"],
    report: "vitest",
    timeoutMs: 30 * minuteMs,
  },
  {
    name: "boot",
    command: ["node", "scripts/boot-smoke.ts"],
    report: "stage",
    timeoutMs: 2 * minuteMs,
    when: ["apps/server/src/main.ts"],
  },
  {
    name: "e2e",
    command: ["node", "scripts/e2e.ts"],
    report: "stage",
    // Played once more when a journey failed.
    timeoutMs: 45 * minuteMs,
    needs: "chromium",
  },
  {
    name: "conformance",
    command: ["vitest", "run", "--project", "conformance"],
    report: "vitest",
    timeoutMs: 10 * minuteMs,
  },
];

export function isPresent(stage: Stage, root: string): boolean {
  return (stage.when ?? []).every((path) => existsSync(join(root, path)));
}

/** The requirement that this machine lacks, if any. */
export function missing(stage: Stage): Requirement | undefined {
  if (stage.needs === undefined) return undefined;
  const requirement = requires(stage.needs);
  return requirement.available ? undefined : requirement;
}
