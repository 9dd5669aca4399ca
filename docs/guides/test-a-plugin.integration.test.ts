import { spawnSync } from "node:child_process";
import { readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createTempDir, requires, type TempDir } from "@hilum/testkit";
import { describe, expect, it } from "vitest";

const repository = join(import.meta.dirname, "../..");
const guide = readFileSync(join(import.meta.dirname, "test-a-plugin.md"), "utf8");
const pytest = requires("pytest-asyncio");

/** Blocks whose info string names a file: ```js plugin.mjs */
const files = [...guide.matchAll(/^```\w+ (\S+)\n([\s\S]*?)^```$/gm)].map(([, name = "", text = ""]) => ({
  name,
  text,
}));

function writeFiles(folder: TempDir): void {
  for (const { name, text } of files) writeFileSync(folder.join(name), text);
}

function run(folder: TempDir, program: string, ...args: string[]): { status: number | null; output: string } {
  const { status, stdout, stderr } = spawnSync(program, args, {
    cwd: folder.path,
    encoding: "utf8",
    env: {
      PATH: process.env["PATH"],
      HOME: folder.path,
      PYTHONPATH: join(repository, "sdks/python/src"),
      PYTHONDONTWRITEBYTECODE: "1",
    },
    timeout: 120_000,
  });
  return { status, output: stdout + stderr };
}

/** Names of the tests, in their order, without the words' marks. */
const namesIn = (name: string, pattern: RegExp): string[] =>
  [...(files.find((file) => file.name === name)?.text ?? "").matchAll(pattern)].map(([, title = ""]) =>
    title.replaceAll(",", "").replaceAll("_", " "),
  );

describe("the page about tests", () => {
  it("tests the same in both languages", () => {
    const node = namesIn("plugin.test.mjs", /^test\("(.+?)"/gm);
    expect(node).toHaveLength(5);
    expect(namesIn("test_plugin.py", /^async def test_(\w+)/gm)).toEqual(node);
  });

  it("has tests in Node that pass", () => {
    using folder = createTempDir("guide");
    writeFiles(folder);
    symlinkSync(join(repository, "node_modules"), folder.join("node_modules"));
    const { status, output } = run(folder, process.execPath, "--test", "plugin.test.mjs");
    expect(status, output).toBe(0);
    expect(output).toContain("pass 5");
  });

  it.skipIf(!pytest.available)("has tests in Python that pass", () => {
    using folder = createTempDir("guide");
    writeFiles(folder);
    const args = ["-m", "pytest", "-q", "-p", "hilum.testing.fixtures"];
    const { status, output } = run(folder, pytest.path ?? "python3", ...args);
    expect(status, output).toBe(0);
    expect(output).toContain("5 passed");
  });
});
