import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { createTempDir, requires } from "@hilum/testkit";
import { createSandbox } from "./create-sandbox.ts";
import type { Sandbox, StartSpec } from "./sandbox.ts";

const python = requires("python3").available && requires("bubblewrap").available;
const temp = createTempDir("byte-code");
const stateDir = temp.join("state");
const codeDir = temp.join("code");
const spec: StartSpec = {
  ...{ plugin: "org.example.python", instance: "default", runtime: "python", codeDir, entry: "main.py" },
  limits: { memoryMb: 128, cpu: 1, pids: 40, tmpMb: 8 },
};
const module = join(codeDir, "answer.py");
const time = new Date("2026-03-02T08:00:00Z");

function writeModule(content: string): void {
  writeFileSync(module, content);
  utimesSync(module, time, time);
}

describe.skipIf(!python)("byte code of Python plugins", () => {
  let sandbox: Sandbox;
  beforeAll(async () => {
    mkdirSync(codeDir);
    writeModule("ANSWER = 41\n");
    writeFileSync(
      join(codeDir, "main.py"),
      [
        "import json, answer",
        "from pathlib import Path",
        "cached = Path(answer.__cached__)",
        "try:",
        "    cached.with_name('planted.pyc').write_bytes(b'')",
        "    writable = True",
        "except OSError:",
        "    writable = False",
        "print(json.dumps({'answer': answer.ANSWER, 'cached': cached.is_file(), 'at': str(cached.parent), 'writable': writable}))",
      ].join("\n"),
    );
    sandbox = await createSandbox({ stateDir });
  });
  afterAll(async () => {
    await sandbox.close();
    temp.remove();
  });

  const run = async (): Promise<unknown> => {
    const started = await sandbox.start(spec);
    const [said] = await Promise.all([text(started.stdout), started.exited]);
    return JSON.parse(said);
  };
  const made = (): string[] =>
    readdirSync(join(stateDir, "bytecode"), { recursive: true, encoding: "utf8" }).filter(
      (name) => name.endsWith(".pyc") && !name.startsWith("library-"),
    );

  /** Names what was made last. */
  const newest = (): string | undefined => {
    const root = join(stateDir, "bytecode");
    const files = existsSync(root) ? readdirSync(root, { recursive: true, encoding: "utf8" }) : [];
    const file = files.find((name) => name.endsWith("/newest"));
    return file === undefined ? undefined : readFileSync(join(root, file), "utf8");
  };

  it("is made after the first start and read at the next, where the plugin cannot change it", async () => {
    expect(await run()).toMatchObject({ answer: 41, cached: false });
    await vi.waitFor(() => expect(newest()).toBeDefined());
    expect(made()).toHaveLength(2);
    expect(await run()).toEqual({ answer: 41, cached: true, at: "/bytecode/plugin", writable: false });
    for (const name of made()) {
      const { mode, uid } = statSync(join(stateDir, "bytecode", name));
      expect({ writable: mode & 0o022, uid }).toEqual({ writable: 0, uid: process.getuid?.() });
    }
  });

  it("a source of the same size and time is read anew: what was compiled is held to its content", async () => {
    writeModule("ANSWER = 42\n");
    expect(await run()).toMatchObject({ answer: 42 });
  });

  it("a source that Python cannot read keeps its own error, and the others their byte code", async () => {
    writeFileSync(join(codeDir, "broken.py"), "def\n");
    const before = newest();
    await vi.waitFor(async () => {
      expect(await run()).toMatchObject({ answer: 42 });
      expect(newest()).not.toBe(before);
    });
    expect(await run()).toMatchObject({ answer: 42, cached: true });
  });
});
