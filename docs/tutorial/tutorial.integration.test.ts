import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { parseManifest } from "@hilum/contract";
import { commandOf, operations, type OperationSpec } from "@hilum/contract/api";
import { scaffoldPlugin } from "@hilum/devtools";
import { createTempDir, noteSkip, requires, type TempDir } from "@hilum/testkit";
import { describe, expect, it } from "vitest";
import { applyChange, readSteps } from "../../scripts/newcomer/tutorial-page.ts";

const repository = join(import.meta.dirname, "../..");
const pythonSdk = join(repository, "sdks/python/src");
const python = requires("python3");
const pytest = requires("pytest-asyncio");
const mypy = [join(dirname(pytest.path ?? ""), "mypy"), join(repository, "sdks/python/.venv/bin/mypy")].find((path) =>
  existsSync(path),
);
if (mypy === undefined)
  noteSkip({
    name: "mypy",
    reason: "mypy is not installed",
    enable:
      "python3 -m venv sdks/python/.venv && sdks/python/.venv/bin/pip install -r sdks/python/requirements-dev.txt",
  });

const stepsOf = (language: "node" | "python") =>
  readSteps(readFileSync(join(import.meta.dirname, `${language}.md`), "utf8"));

/** The folder as a reader has it after the change: what scaffold writes, with the line changed. */
function follow(language: "node" | "python", folder: TempDir): void {
  const choice = { id: "com.example.reminders", name: "Example reminders", capabilities: ["send_messages"] as const };
  const { files } = scaffoldPlugin({ ...choice, capabilities: [...choice.capabilities], language, pages: false });
  for (const { path, text } of files) writeFileSync(folder.join(path), text);
  for (const step of stepsOf(language)) {
    if (step.kind === "shown") expect(readFileSync(folder.join(step.path), "utf8")).toBe(step.text);
    if (step.kind === "change")
      writeFileSync(folder.join(step.path), applyChange(readFileSync(folder.join(step.path), "utf8"), step));
  }
}

function run(folder: TempDir, program: string, ...args: string[]): { status: number | null; output: string } {
  const { status, stdout, stderr } = spawnSync(program, args, {
    cwd: folder.path,
    encoding: "utf8",
    env: {
      PATH: process.env["PATH"],
      HOME: folder.path,
      PYTHONPATH: pythonSdk,
      MYPYPATH: pythonSdk,
      PYTHONDONTWRITEBYTECODE: "1",
    },
    timeout: 120_000,
  });
  return { status, output: stdout + stderr };
}

describe.each(["node", "python"] as const)("the %s tutorial", (language) => {
  it("shows files, a change of one line, and commands that there are", () => {
    const steps = stepsOf(language);
    const known = new Set(
      (operations as readonly OperationSpec[]).map((operation) => commandOf(operation, operations)),
    );
    const asked = steps
      .flatMap((step) => (step.kind === "command" ? [/^npx hilum (\S+ \S+)/.exec(step.command)?.[1]] : []))
      .filter((words) => words !== undefined && !words.startsWith("login "));
    expect(steps.filter(({ kind }) => kind === "shown")).toHaveLength(2);
    expect(steps.filter(({ kind }) => kind === "change")).toHaveLength(1);
    expect(asked.length).toBeGreaterThan(5);
    expect(asked.filter((words) => !known.has(words ?? ""))).toEqual([]);
  });

  it("shows a manifest that registers", () => {
    const shown = stepsOf(language).find((step) => step.kind === "shown" && step.path === "hilum.json");
    expect(parseManifest(shown?.kind === "shown" ? shown.text : "")).toMatchObject({ ok: true });
  });
});

describe("the plugin of the TypeScript tutorial", () => {
  it("has no fault of types and passes its own tests after the change", () => {
    using folder = createTempDir("tutorial");
    follow("node", folder);
    symlinkSync(join(repository, "node_modules"), folder.join("node_modules"));
    const types = run(folder, join(repository, "node_modules/.bin/tsc"), "-p", ".", "--types", "node");
    expect(types.output).toBe("");
    const tests = run(folder, process.execPath, "--test");
    expect(tests.status, tests.output).toBe(0);
    expect(tests.output).toContain("pass 4");
  });
});

describe("the plugin of the Python tutorial", () => {
  it.skipIf(!python.available)("compiles after the change", () => {
    using folder = createTempDir("tutorial");
    follow("python", folder);
    const compiled = run(
      folder,
      python.path ?? "python3",
      "-m",
      "py_compile",
      "main.py",
      "plugin.py",
      "test_plugin.py",
    );
    expect(compiled).toEqual({ status: 0, output: "" });
  });

  it.skipIf(mypy === undefined)("is typed without a gap after the change (mypy --strict)", () => {
    using folder = createTempDir("tutorial");
    follow("python", folder);
    const files = ["main.py", "plugin.py", "test_plugin.py"];
    const { status, output } = run(folder, mypy ?? "", "--strict", "--cache-dir", "/dev/null", ...files);
    expect(status, output).toBe(0);
  });

  it.skipIf(!pytest.available)("passes its own tests after the change", () => {
    using folder = createTempDir("tutorial");
    follow("python", folder);
    const tests = run(folder, pytest.path ?? "python3", "-m", "pytest", "-q", "-p", "no:cacheprovider");
    expect(tests.status, tests.output).toBe(0);
    expect(tests.output).toContain("4 passed");
  });
});
