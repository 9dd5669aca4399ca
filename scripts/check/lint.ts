import { judgeByTool, type Check } from "./check.ts";

export const lint: Check = {
  name: "lint",
  promise: "oxlint, with types, finds nothing",
  run: (root) => judgeByTool(root, "oxlint", ["--type-aware", "--no-error-on-unmatched-pattern", "."]),
};
