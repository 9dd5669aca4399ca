import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { findProgram, noteSkip, requires } from "@hilum/testkit";
import { describe, expect, it } from "vitest";
import { repository } from "../process.ts";

const sandbox = requires("bubblewrap");
const terminal = findProgram("script");
if (terminal === undefined)
  noteSkip({
    name: "the newcomer",
    reason: "there is no script, which gives a command a terminal",
    enable: "apt-get install bsdutils",
  });
const pytest = requires("pytest-asyncio");
const ready = sandbox.available && terminal !== undefined;

function play(language: string): string {
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(repository, "scripts/newcomer.ts"), language], {
    cwd: repository,
    encoding: "utf8",
    env: { PATH: process.env["PATH"], HOME: process.env["HOME"] },
  });
  expect(status, stdout + stderr).toBe(0);
  return stdout;
}

describe("a newcomer who follows the tutorial on a real server", () => {
  it.skipIf(!ready)("has sent a message through a TypeScript plugin of their own after ten commands at most", () => {
    expect(play("node")).toMatch(/node: (?:[1-9]|10) commands and [\d.]+ s until a message was sent/);
  });

  it.skipIf(!ready || !pytest.available)("and through a Python plugin", () => {
    expect(play("python")).toMatch(/python: (?:[1-9]|10) commands and [\d.]+ s until a message was sent/);
  });
});
