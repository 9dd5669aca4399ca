import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseManifest } from "@hilum/contract";
import { afterAll, describe, expect, it } from "vitest";

const repository = join(import.meta.dirname, "../..");
const guide = readFileSync(join(import.meta.dirname, "managed-egress.md"), "utf8");
const folder = mkdtempSync(join(tmpdir(), "hilum-guide-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Blocks whose info string names a file: ```js plugin.mjs */
const files = new Map(
  [...guide.matchAll(/^```\w+ (\S+)\n([\s\S]*?)^```$/gm)].map(([, name = "", text = ""]) => [name, text]),
);

describe("the plugin of the guide on managed egress", () => {
  it("has a manifest that registers", () => {
    expect(parseManifest(files.get("hilum.json") ?? "")).toMatchObject({ ok: true });
  });

  it("passes its own tests", () => {
    for (const [name, text] of files) writeFileSync(join(folder, name), text);
    symlinkSync(join(repository, "node_modules"), join(folder, "node_modules"));
    const { status, stdout, stderr } = spawnSync(process.execPath, ["--test", "plugin.test.mjs"], {
      cwd: folder,
      encoding: "utf8",
      timeout: 60_000,
    });
    expect(stdout + stderr).toContain("pass 2");
    expect(status).toBe(0);
  });
});
