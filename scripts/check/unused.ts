import { judgeByTool, type Check } from "./check.ts";

export const unused: Check = {
  name: "unused",
  promise: "no file, export or dependency is unused, and none is undeclared",
  run: (root) => judgeByTool(root, "knip", ["--no-progress"]),
};
