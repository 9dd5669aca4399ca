import { existsSync } from "node:fs";
import { join } from "node:path";
import { joinResults, judgeByTool, type Check, type CheckResult } from "./check.ts";

/** The root project, and those that need another `lib` or `jsx` setting than Node's. */
const projects = [
  "tsconfig.json",
  "apps/console/tsconfig.json",
  "packages/sdk/tsconfig.ui.json",
  "examples/own-pages/tsconfig.json",
  "conformance/src/pages/tsconfig.json",
  "e2e/tsconfig.json",
];

export const types: Check = {
  name: "types",
  promise: "every project type-checks",
  run: async (root) => {
    const results: CheckResult[] = [];
    for (const project of projects.filter((path) => existsSync(join(root, path)))) {
      results.push(await judgeByTool(root, "tsc", ["--noEmit", "-p", project]));
    }
    return joinResults(results);
  },
};
