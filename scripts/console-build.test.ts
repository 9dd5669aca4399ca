import { createTempDir } from "@hilum/testkit";
import { mkdirSync, utimesSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { expect, it } from "vitest";
import { judgeConsole } from "./console-build.ts";

const put = (path: string, time: number): void => {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, "");
  utimesSync(path, time, time);
};

it("tells a missing, a fresh and a stale console apart", () => {
  using tree = createTempDir("console");
  put(tree.join("apps/console/src/pages/main.tsx"), 1_000);
  expect(judgeConsole(tree.path)).toBe("missing");
  put(tree.join("apps/console/dist/index.html"), 2_000);
  expect(judgeConsole(tree.path)).toBe("fresh");
  put(tree.join("apps/console/src/pages/main.test.tsx"), 3_000);
  expect(judgeConsole(tree.path)).toBe("fresh");
  put(tree.join("packages/client/src/index.ts"), 3_000);
  expect(judgeConsole(tree.path)).toBe("stale");
});
