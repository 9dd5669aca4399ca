import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { repository } from "./process.ts";

it("runs the tests under a Node that the lockfile pins", () => {
  const manifest = JSON.parse(readFileSync(join(repository, "package.json"), "utf8")) as {
    optionalDependencies: Record<string, string>;
  };
  const pinned = Object.values(manifest.optionalDependencies).map((version) => `v${version}`);
  expect(pinned).toContain(process.version);
});

it("keeps TypeScript 7 as the project's own, whatever the client's generator needs", () => {
  const versionAt = (path: string): string =>
    (JSON.parse(readFileSync(join(repository, path, "package.json"), "utf8")) as { version: string }).version;
  expect(versionAt("node_modules/typescript")).toMatch(/^7\./);
  expect(versionAt("packages/client/node_modules/typescript")).toMatch(/^5\./);
});
