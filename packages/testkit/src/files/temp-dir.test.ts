import { spawnSync } from "node:child_process";
import { existsSync, writeFileSync } from "node:fs";
import { expect, it } from "vitest";
import { createTempDir } from "./temp-dir.ts";

it("goes away at the end of its block, with what was put into it", () => {
  let path: string;
  {
    using directory = createTempDir();
    path = directory.path;
    writeFileSync(directory.join("file"), "content");
    expect(existsSync(directory.join("file"))).toBe(true);
  }
  expect(existsSync(path)).toBe(false);
});

it("goes away when the process ends without removing it", () => {
  const source = new URL("temp-dir.ts", import.meta.url).href;
  const program = `const { createTempDir } = await import("${source}"); console.log(createTempDir().path)`;
  const child = spawnSync(process.execPath, ["--input-type=module", "-e", program], { encoding: "utf8" });
  expect(child.stdout.trim()).toContain("hilum-test-");
  expect(existsSync(child.stdout.trim())).toBe(false);
});
