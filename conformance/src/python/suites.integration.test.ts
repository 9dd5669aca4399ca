import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { createTempDir, noteSkip, requires } from "@hilum/testkit";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { listTests, runTests, type SuiteRun } from "./pytest-suite.ts";

const root = fileURLToPath(new URL("../../../", import.meta.url));
const { available, path: python = "python3" } = requires("pytest-asyncio");
const suites = [
  "sdks/python",
  "plugins/webhook-sender",
  "plugins/orthanc-dicom",
  "examples/hello-sender-python",
  "examples/record-store-python",
];

describe.each(suites)("the Python tests of %s", (folder) => {
  const tests = available ? listTests(python, join(root, folder)) : ["all of them"];
  let outcomes: SuiteRun = new Map();
  beforeAll(async () => {
    if (available) outcomes = await runTests(python, join(root, folder));
  });
  it.skipIf(!available).each(tests)("%s", (name) => {
    expect(outcomes.has(name), `${name} did not run`).toBe(true);
    expect(outcomes.get(name)).toBeUndefined();
  });
});

/** A tool of the development environment: of the interpreter that the tests run under, or of the path. */
function findTool(name: string): string | undefined {
  const beside = join(dirname(python), name);
  if (existsSync(beside)) return beside;
  const { status, stdout } = spawnSync("sh", ["-c", `command -v ${name}`], { encoding: "utf8" });
  return status === 0 ? stdout.trim() : undefined;
}

const tools = { mypy: findTool("mypy"), ruff: findTool("ruff") };
for (const [name, found] of Object.entries(tools))
  if (found === undefined)
    noteSkip({ name, reason: `${name} is not installed`, enable: "pip install -r sdks/python/requirements-dev.txt" });

// What one run has found out of the SDK and of Python itself, the next need not find again.
const cache = createTempDir("mypy");
afterAll(cache.remove);

describe.each(suites)("the Python code of %s", (folder) => {
  it.skipIf(tools.mypy === undefined)("is typed without a gap (mypy --strict)", () => {
    // Of its own: mypy takes `src/main.py` of one folder for that of another where size and time are the same.
    const own = join(cache.path, folder.replaceAll("/", "-"));
    const { status, stdout, stderr } = spawnSync(tools.mypy ?? "", ["--cache-dir", own], {
      ...{ cwd: join(root, folder), encoding: "utf8" },
    });
    expect(status, stdout + stderr).toBe(0);
  });
  it.skipIf(tools.ruff === undefined)("is as ruff wants it", () => {
    for (const args of [["check"], ["format", "--check"]]) {
      const command = [...args, "--no-cache", "."];
      const { status, stdout } = spawnSync(tools.ruff ?? "", command, { cwd: join(root, folder), encoding: "utf8" });
      expect(status, stdout).toBe(0);
    }
  });
});

const builds =
  available &&
  spawnSync(python, [
    "-c",
    "import setuptools.build_meta, pip, venv; assert int(setuptools.__version__.split('.')[0]) >= 77",
  ]).status === 0;
if (!builds)
  noteSkip({
    name: "wheel",
    reason: "no Python with setuptools 77 or newer was found",
    enable: "pip install -r sdks/python/requirements-dev.txt",
  });

const consumer = `
from hilum import CallContext, OutgoingMessage, ProviderError, Sent, define_plugin


async def send_messages(message: OutgoingMessage, ctx: CallContext) -> Sent:
    answer = await ctx.fetch("api", "/messages", method="POST", json={"id": message.idempotency_key})
    if answer.status == 429:
        raise ProviderError("provider.quota", retry_after_ms=1000)
    return Sent(provider_id=str(answer.json()["id"]))


plugin = define_plugin(send_messages=send_messages)
`;

describe("the wheel", () => {
  it.skipIf(!builds)("is built without a network, installs into an empty environment, and brings its types", () => {
    using folder = createTempDir("wheel");
    const run = (program: string, args: readonly string[], cwd = folder.path): string => {
      const { status, stdout, stderr } = spawnSync(program, args, { cwd, encoding: "utf8" });
      expect(status, stdout + stderr).toBe(0);
      return stdout;
    };
    // Without the development environment, which may stand beside it.
    const parts = ["src", "pyproject.toml", "README.md"].map((name) => join(root, "sdks/python", name));
    run("mkdir", ["sdk"]);
    run("cp", ["-r", ...parts, "sdk"]);
    run(python, [
      "-m",
      "pip",
      "wheel",
      "--no-index",
      "--no-deps",
      "--no-build-isolation",
      "-q",
      "-w",
      folder.path,
      folder.join("sdk"),
    ]);
    run(python, ["-m", "venv", "--without-pip", folder.join("empty")]);
    const own = folder.join("empty/bin/python");
    run(python, ["-m", "pip", "--python", own, "install", "--no-index", "-q", "--find-links", folder.path, "hilum"]);
    const loaded = run(own, ["-I", "-c", "import hilum, hilum.testing; print(hilum.__version__, len(hilum.__all__))"]);
    const version = /^version = "([^"]+)"$/m.exec(readFileSync(join(root, "sdks/python/pyproject.toml"), "utf8"))?.[1];
    expect(loaded.split(" ")[0]).toBe(version);
    if (tools.mypy === undefined) return;
    run("sh", ["-c", `cat > consumer.py <<'END'\n${consumer}\nEND`]);
    run(tools.mypy, ["--strict", "--cache-dir", cache.path, "--python-executable", own, "consumer.py"]);
    run("sh", ["-c", `sed -i 's/"provider.quota"/"provider.qouta"/' consumer.py`]);
    const { status, stdout } = spawnSync(
      tools.mypy,
      ["--strict", "--cache-dir", cache.path, "--python-executable", own, "consumer.py"],
      { cwd: folder.path, encoding: "utf8" },
    );
    expect(status, "a wrong code is found by its type").toBe(1);
    expect(stdout).toContain("provider.qouta");
  });
});

describe("packing", () => {
  it.skipIf(!requires("python3").available)("puts the SDK beside the plugin, as it is delivered", () => {
    using folder = createTempDir("pack");
    const program = requires("python3").path ?? "python3";
    const pack = spawnSync(
      program,
      ["-m", "hilum.pack", join(root, "plugins/webhook-sender"), "--out", folder.join("dist")],
      { encoding: "utf8", env: { PYTHONPATH: join(root, "sdks/python/src"), PYTHONDONTWRITEBYTECODE: "1" } },
    );
    expect(pack.status, pack.stderr).toBe(0);
    const compared = spawnSync(
      "diff",
      ["-r", "-x", "__pycache__", folder.join("dist"), join(root, "plugins/webhook-sender/dist")],
      {
        encoding: "utf8",
      },
    );
    expect(compared.stdout).toBe("");
    expect(compared.status).toBe(0);
  });
});
