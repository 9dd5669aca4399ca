import { defineConfig } from "vitest/config";
import { SlowFirst } from "./scripts/test/slow-first.ts";

const ignored = ["**/node_modules/**", "**/dist/**", "reports/**"];

// `npm test` names a stage, so that the reports of its two Vitest runs do not overwrite each other.
const stage = process.env["HILUM_TEST_STAGE"];

// Real processes on a shared machine may starve once. What fails twice is red; by hand nothing is tried again.
const retry = process.env["CI"] === undefined ? 0 : 1;

export default defineConfig({
  test: {
    pool: "forks",
    // Integration tests mostly wait: for a process to start, for a plugin, for a pause to pass.
    maxWorkers: stage === "integration" || stage === "conformance" ? 3 : 2,
    sequence: { sequencer: SlowFirst },
    globalSetup: ["packages/testkit/src/run/global-setup.ts"],
    reporters: stage === undefined ? ["default"] : ["default", "json", "junit"],
    outputFile:
      stage === undefined ? {} : { json: `reports/${stage}.vitest.json`, junit: `reports/${stage}.junit.xml` },
    projects: [
      {
        extends: true,
        test: {
          name: "unit",
          include: ["**/*.test.{ts,tsx}"],
          exclude: [...ignored, "**/*.integration.test.ts"],
          testTimeout: 30_000,
          hookTimeout: 60_000,
          retry,
        },
      },
      {
        extends: true,
        test: {
          name: "integration",
          include: ["**/*.integration.test.ts"],
          exclude: [...ignored, "conformance/**"],
          testTimeout: 240_000,
          hookTimeout: 240_000,
          retry,
        },
      },
      {
        extends: true,
        test: {
          name: "conformance",
          include: ["conformance/**/*.integration.test.ts"],
          exclude: ignored,
          testTimeout: 120_000,
          hookTimeout: 120_000,
          retry,
        },
      },
    ],
  },
});
