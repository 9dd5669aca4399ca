import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { expect, it } from "vitest";
import { removeRunDirectory } from "../run/run-directory.ts";
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

it("goes away at the end of the run when its process was killed", () => {
  using run = createTempDir("run");
  mkdirSync(run.join("made"));
  const source = new URL("temp-dir.ts", import.meta.url).href;
  const program = `const { createTempDir } = await import("${source}");
    console.log(createTempDir().path);
    process.kill(process.pid, "SIGKILL");`;
  const env = { ...process.env, HILUM_TEST_RUN_DIRECTORY: run.path };
  const child = spawnSync(process.execPath, ["--input-type=module", "-e", program], { encoding: "utf8", env });
  const left = child.stdout.trim();
  expect(existsSync(left)).toBe(true);
  removeRunDirectory(run.path);
  expect(existsSync(left)).toBe(false);
});
