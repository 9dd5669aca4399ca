import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { ScaffoldChoice } from "@hilum/contract/api";
import { createTempDir, findPython, noteSkip, requires, type TempDir } from "@hilum/testkit";
import { describe, expect, it } from "vitest";
import { scaffoldPlugin } from "./scaffold-plugin.ts";

const repository = fileURLToPath(new URL("../../../../", import.meta.url));
const pythonSdk = join(repository, "sdks/python/src");
const python = requires("python3");

const choice: ScaffoldChoice = {
  ...{ language: "node", id: "com.example.begun", name: 'Ana\'s "first" plugin' },
  ...{ capabilities: ["send_messages"], pages: false },
};

function write(folder: TempDir, wanted: ScaffoldChoice): string[] {
  const { files } = scaffoldPlugin(wanted);
  for (const { path, text } of files) {
    mkdirSync(dirname(folder.join(path)), { recursive: true });
    writeFileSync(folder.join(path), text);
  }
  symlinkSync(join(repository, "node_modules"), folder.join("node_modules"));
  return files.map(({ path }) => path);
}

const runIn = (folder: TempDir, program: string, args: readonly string[], env: Record<string, string> = {}) => {
  const { status, stdout, stderr } = spawnSync(program, args, {
    cwd: folder.path,
    encoding: "utf8",
    env: { PATH: process.env["PATH"] ?? "", HOME: folder.path, ...env },
  });
  return { status, output: `${stdout}${stderr}` };
};

describe("a new plugin in TypeScript", () => {
  it("passes its own tests at once", () => {
    using folder = createTempDir("scaffold");
    write(folder, choice);
    const { status, output } = runIn(folder, process.execPath, ["--test"]);
    expect(status, output).toBe(0);
    expect(output).toContain("pass 4");
  });

  it("has no fault of types, with pages too", () => {
    using folder = createTempDir("scaffold");
    const paths = write(folder, { ...choice, pages: true });
    expect(paths).toEqual(expect.arrayContaining(["pages/main.tsx", "pages/settings.tsx", "build.ts"]));
    const tsc = join(repository, "node_modules/.bin/tsc");
    const { status, output } = runIn(folder, tsc, ["-p", ".", "--preserveSymlinks", "false", "--types", "node"]);
    expect(status, output).toBe(0);
  });

  it("builds its pages by the script beside them", () => {
    using folder = createTempDir("scaffold");
    write(folder, { ...choice, pages: true });
    const { status, output } = runIn(folder, process.execPath, ["build.ts"]);
    expect(status, output).toBe(0);
    expect([existsSync(folder.join("dist/ui/pages.js")), existsSync(folder.join("dist/ui/pages.css"))]).toEqual([
      true,
      true,
    ]);
  });
});

describe("a new plugin in Python", () => {
  it.skipIf(!python.available)("is Python that compiles", () => {
    using folder = createTempDir("scaffold");
    const paths = write(folder, { ...choice, language: "python" });
    const files = paths.filter((path) => path.endsWith(".py"));
    const { status, output } = runIn(folder, python.path ?? "python3", ["-m", "py_compile", ...files]);
    expect(status, output).toBe(0);
  });

  const withPytest = findPython("pytest, pytest_asyncio");
  const hasSdk = existsSync(join(pythonSdk, "hilum/testing"));
  if (!hasSdk || withPytest === undefined)
    noteSkip({
      name: "tests of a new plugin in Python",
      reason: hasSdk ? "pytest and pytest-asyncio are not installed" : "the Python SDK is not here",
      enable: "apt-get install python3-pytest python3-pytest-asyncio",
    });
  it.skipIf(!hasSdk || withPytest === undefined)("passes its own tests at once", () => {
    using folder = createTempDir("scaffold");
    write(folder, { ...choice, language: "python" });
    const { status, output } = runIn(folder, withPytest ?? "python3", ["-m", "pytest", "-q"], {
      PYTHONPATH: pythonSdk,
    });
    expect(status, output).toBe(0);
    expect(output).toContain("4 passed");
  });
});
