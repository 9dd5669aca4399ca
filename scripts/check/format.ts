import { judgeByTool, type Check } from "./check.ts";

export const format: Check = {
  name: "format",
  promise: "every file is as `npm run format` leaves it",
  run: (root) => judgeByTool(root, "oxfmt", ["--check", "."]),
};
