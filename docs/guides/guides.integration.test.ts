import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { protocolVersion, wireLimits } from "@hilum/contract";
import { afterAll, describe, expect, it } from "vitest";

const repository = join(import.meta.dirname, "../..");
const guide = readFileSync(join(import.meta.dirname, "write-a-plugin-node.md"), "utf8");
const folder = mkdtempSync(join(tmpdir(), "hilum-guide-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Blocks whose info string names a file: ```js plugin.mjs */
const files = [...guide.matchAll(/^```\w+ (\S+)\n([\s\S]*?)^```$/gm)].map(([, name = "", text = ""]) => ({
  name,
  text,
}));

function run(program: string, ...args: string[]): { status: number | null; output: string } {
  const { status, stdout, stderr } = spawnSync(program, args, { cwd: folder, encoding: "utf8", timeout: 30_000 });
  return { status, output: stdout + stderr };
}

describe("the plugin of the guide", () => {
  it("is all there", () => {
    expect(files.map(({ name }) => name)).toEqual(["hilum.json", "plugin.mjs", "main.mjs", "plugin.test.mjs"]);
    for (const { name, text } of files) writeFileSync(join(folder, name), text);
    symlinkSync(join(repository, "node_modules"), join(folder, "node_modules"));
  });

  it("passes its own test", () => {
    expect(run(process.execPath, "--test", "plugin.test.mjs")).toMatchObject({ status: 0 });
  });

  it("bundles into one file that answers the handshake by itself", () => {
    const [command = ""] = /^npx rolldown .*$/m.exec(guide) ?? [];
    const [, , ...args] = command.split(" ");
    expect(run(join(repository, "node_modules/.bin/rolldown"), ...args)).toMatchObject({ status: 0 });
    rmSync(join(folder, "node_modules"));
    const meta = { call: "c", deadlineMs: 1000, hops: 0 };
    const about = {
      protocol: protocolVersion,
      host: { name: "hilum", version: "0.1.0" },
      plugin: "com.example.text-gateway",
      instance: "default",
    };
    const params = { meta, ...about, testMode: true, settings: {}, grants: [], limits: wireLimits };
    const input = `${JSON.stringify({ jsonrpc: "2.0", id: 1, method: "initialize", params })}\n`;
    const { stdout } = spawnSync(process.execPath, ["dist/main.mjs"], {
      cwd: folder,
      encoding: "utf8",
      input,
      timeout: 10_000,
    });
    expect(JSON.parse(stdout.split("\n")[0] ?? "")).toMatchObject({
      id: 1,
      result: { protocol: protocolVersion, methods: expect.arrayContaining(["messages.send"]) },
    });
  });
});
